// What a look tells of a node beside what a switch needs, from the same state that its tools answer from.
import { bootsOf, gpuFacts, type MachineFacts } from '../../../server/domain/machine-facts.ts'
import { gpuOf } from './gpu.ts'
import { fabricGbps, linksOf, rdmaPorts } from './links.ts'
import type { MemoryLook } from './memory.ts'
import type { SimNode } from './node.ts'
import type { SimProcess } from './process.ts'

export const maxMHz = 3003

/** clocks_event_reasons.active: idle, or what a test says. */
export function reasonsOf(node: SimNode): string {
  const bits = node.condition.reasons ?? (gpuOf(node).loadPercent === 0 ? 1 : 0)
  return `0x${bits.toString(16).padStart(16, '0')}`
}

/** The process that nvidia-smi names is a child of the one in the container. */
export const gpuPid = (process: SimProcess): number => process.pid + 113

/** /proc/PID/cgroup of what holds memory of the GPU. */
export function groupsOf(node: SimNode): Readonly<Record<string, string>> {
  const rows = [...node.containers.values()].flatMap((container) =>
    container.processes
      .filter((process) => process.heldBytes > 0)
      .map((process) => [`${gpuPid(process)}/cgroup`, `0::/system.slice/docker-${container.id}.scope\n`]),
  )
  return Object.fromEntries(rows)
}

const bufferBytes = 180_000 * 1024
const sharedBytes = 41_000 * 1024
const swapBytes = 16_777_212 * 1024

export function factsOf(
  node: SimNode,
  memory: MemoryLook,
  disk: { readonly totalBytes: number; readonly freeBytes: number },
): MachineFacts {
  const programs = [...node.containers.values()].flatMap((container) =>
    container.processes
      .filter((process) => process.heldBytes > 0)
      .map((process) => ({
        name: 'VLLM::EngineCore',
        container: container.name,
        bytes: Math.round(process.heldBytes / 1024 ** 2) * 1024 ** 2,
      })),
  )
  const { records, lastWords } = node.condition
  return {
    kernel: node.condition.kernel,
    gpu: gpuFacts(maxMHz, reasonsOf(node)),
    programs,
    fileBytes: memory.cachedBytes + bufferBytes - sharedBytes,
    swap: { totalBytes: swapBytes, freeBytes: swapBytes },
    disks: [{ path: '/', ...disk }],
    links: linksOf(node),
    ports: rdmaPorts(node).map((port) => ({ device: port.device, link: port.name, active: port.up, gbps: port.up ? fabricGbps : 40 })),
    boots: records ? bootsOf(node.records, lastWords === null ? [] : [lastWords]) : null,
  }
}
