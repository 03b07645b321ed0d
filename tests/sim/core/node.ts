// One simulated Spark: what it has, what runs on it, whether it answers.
import { type SimCondition, type SimRecord, usualCondition } from './condition.ts'
import type { SimContainer } from './container.ts'
import { createMemory, defaultTotalBytes, type Memory, type MemoryLook } from './memory.ts'
import { createPrng, hexOf, type Prng } from './prng.ts'
import type { SimProcess } from './process.ts'
import type { Era, Reach, SimModel, SimNodeOptions } from './types.ts'

export interface SimNode {
  readonly options: SimNodeOptions
  readonly name: string
  readonly address: string
  readonly fabricAddress: string | null
  readonly era: Era
  /** Another one after its checkout was updated. */
  launcher: { readonly path: string; readonly commit: string; readonly date: string } | null
  readonly home: string
  readonly prng: Prng
  readonly memory: Memory
  readonly models: Map<string, SimModel>
  readonly images: Map<string, SimImage>
  /** By name; exited ones too, unless they were started with --rm. */
  readonly containers: Map<string, SimContainer>
  condition: SimCondition
  /** Starts and shut-downs, oldest first. */
  readonly records: SimRecord[]
  bootId: string
  bootedAt: number
  /** Aborted when the node loses power; a new one for every boot. */
  life: AbortController
  frozenUntil: number
  downUntil: number
  /** SSH alone is refused until then. */
  lineCutUntil: number
  nextPid: number
}

export interface SimImage {
  readonly ref: string
  readonly id: string
}

const checkouts: Readonly<Record<Era, { commit: string; date: string }>> = {
  E1: { commit: '74c02c3', date: '2026-01-28' },
  E2: { commit: '5e1a9c4', date: '2026-06-09' },
  E3: { commit: '013cd2e', date: '2026-09-15' },
}

/** `vllm-node` and `vllm-node:latest` are the same image. */
export function imageRef(ref: string): string {
  return /:[^/]+$/.test(ref) ? ref : `${ref}:latest`
}

export function createNode(options: SimNodeOptions, index: number, seed: number, now: number): SimNode {
  const prng = createPrng(seed, `node ${options.name}`)
  const links = options.links ?? 0
  const era = options.era ?? 'E3'
  const home = '/home/spark'
  const path = options.launcherPath ?? `${home}/spark-vllm-docker`
  const node: SimNode = {
    options,
    name: options.name,
    address: options.address,
    fabricAddress: links === 0 ? null : (options.fabricAddress ?? `192.168.177.${11 + index}`),
    era,
    launcher: options.launcher === null ? null : { path, ...(options.launcher ?? checkouts[era]) },
    home,
    prng,
    memory: createMemory(options.totalBytes ?? defaultTotalBytes),
    models: new Map(options.models.map((model) => [model.repo, model])),
    images: new Map(),
    containers: new Map(),
    condition: { ...usualCondition, mayDropCaches: options.mayDropCaches === true, ...options.condition },
    records: [],
    bootId: uuid(prng),
    bootedAt: now - 86_400_000 - Math.floor(prng.between(0, 3_600_000)),
    life: new AbortController(),
    frozenUntil: 0,
    downUntil: 0,
    lineCutUntil: 0,
    nextPid: 2_000,
  }
  node.records.push(
    { kind: 'reboot', at: node.bootedAt - 777_600_000 },
    { kind: 'shutdown', at: node.bootedAt - 60_000 },
    { kind: 'reboot', at: node.bootedAt },
  )
  for (const name of options.images ?? ['vllm-node']) {
    const ref = imageRef(name)
    node.images.set(ref, { ref, id: `sha256:${hexOf(ref, 64)}` })
  }
  return node
}

export function uuid(prng: Prng): string {
  return [8, 4, 4, 4, 12].map((digits) => prng.hex(digits)).join('-')
}

/** Every live process of a node. */
export function processesOf(node: SimNode): readonly SimProcess[] {
  return [...node.containers.values()].flatMap((container) => container.processes)
}

export function memoryOf(node: SimNode, now: number): MemoryLook {
  const held = processesOf(node).reduce((sum, process) => sum + process.heldBytes, 0)
  return node.memory.look(held, now)
}

export function sshReachOf(node: SimNode, now: number): Reach {
  const reach = reachOf(node, now)
  return reach === 'up' && node.lineCutUntil > now ? 'down' : reach
}

export function reachOf(node: SimNode, now: number): Reach {
  if (node.downUntil > now) return 'down'
  return node.frozenUntil > now ? 'frozen' : 'up'
}
