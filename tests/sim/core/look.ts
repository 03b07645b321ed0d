// A copy of a node's state for doors that need no tool to read it.
import { daemonTrouble, type SimContainer } from './container.ts'
import { gpuOf } from './gpu.ts'
import { factsOf } from './machine-facts.ts'
import { pressureOf } from './memory.ts'
import { memoryOf, type SimNode } from './node.ts'
import type { Sim } from './sim.ts'
import type { ContainerLook, NodeLook } from './types.ts'

export const isCacheWritable = (sim: Sim, node: SimNode): boolean =>
  node.options.cacheWritable !== false && !sim.faults.isOn('F20', node.name)

const defaultDisk = { totalBytes: 3_840_000_000_000, freeBytes: 2_100_000_000_000 }

/** The one file system of a node. */
export function diskOf(node: SimNode): { readonly totalBytes: number; readonly freeBytes: number } {
  const disk = node.options.disk ?? defaultDisk
  return { ...disk, freeBytes: node.condition.diskFreeBytes ?? disk.freeBytes }
}

export function lookAt(sim: Sim, node: SimNode): NodeLook {
  const now = sim.clock.now()
  const memory = memoryOf(node, now)
  const disk = diskOf(node)
  return {
    name: node.name,
    address: node.address,
    fabricAddress: node.fabricAddress,
    vpnAddress: node.options.vpnAddress ?? null,
    bootId: node.bootId,
    uptimeSeconds: Math.max(0, Math.round((now - node.bootedAt) / 10) / 100),
    memory,
    pressure: pressureOf(memory),
    gpu: gpuOf(node),
    driver: node.condition.driver,
    condition: node.condition,
    facts: factsOf(node, memory, disk),
    containers: [...node.containers.values()].map((container) => lookIn(container, now)),
    images: [...node.images.values()],
    models: [...node.models.values()],
    dockerAllowed: daemonTrouble(sim, node) === null,
    launcher: node.launcher === null ? null : { ...node.launcher, era: node.era },
    dotenv: node.options.dotenv ?? {},
    hubPath: `${node.home}/.cache/huggingface/hub`,
    disk,
    uvx: node.options.uvx !== false && !sim.faults.isOn('F17', node.name),
    cacheWritable: isCacheWritable(sim, node),
    loginShell: sim.faults.isOn('F30', node.name) ? 'fish' : (node.options.loginShell ?? 'bash'),
    banner: node.options.banner === true || sim.faults.isOn('F30', node.name),
  }
}

function lookIn(container: SimContainer, now: number): ContainerLook {
  return {
    name: container.name,
    image: container.image,
    state: container.state,
    ports: portsText(container),
    status: statusText(container, now),
    serving: container.processes.find((process) => process.vllm !== null)?.title ?? null,
    log: container.log.text(),
  }
}

/** docker's Status: Up 3 minutes, Exited (137) 5 seconds ago. */
export function statusText(container: SimContainer, now: number): string {
  if (container.state === 'running') return `Up ${ageText(now - container.startedAt)}`
  const word = container.state === 'restarting' ? 'Restarting' : 'Exited'
  return `${word} (${container.exitCode}) ${ageText(now - (container.finishedAt ?? now))} ago`
}

/** docker's Ports: of a running container whose ports are published. */
export const portsText = ({ state, ports }: SimContainer): string =>
  state !== 'running' ? '' : ports.flatMap((pair) => mapped(pair)).join(', ')

const mapped = (pair: string): readonly string[] => {
  const [host = '', inside = host] = pair.split(':')
  return [`0.0.0.0:${host}->${inside}/tcp`, `[::]:${host}->${inside}/tcp`]
}

/** docker's way with durations (units.HumanDuration). */
export function ageText(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 1) return 'Less than a second'
  if (seconds < 60) return seconds === 1 ? '1 second' : `${seconds} seconds`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return minutes === 1 ? 'About a minute' : `${minutes} minutes`
  const hours = Math.round(seconds / 3600)
  if (hours < 48) return hours === 1 ? 'About an hour' : `${hours} hours`
  return `${Math.floor(hours / 24)} days`
}
