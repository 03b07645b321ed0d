// Door 1: the simulated cluster as the app's ports, in process and in virtual time.
import type { Sparks, WatchOrder, WatchReading } from '../../../server/app/ports.ts'
import { SparkError } from '../../../server/contract/errors.ts'
import type { FenceRecord, Machine } from '../../../server/domain/machine.ts'
import { hexOf } from '../core/prng.ts'
import type { NodeLook, World } from '../core/types.ts'
import { createJobDesk, type JobDesk, readingLimit } from './job-desk.ts'
import { listModels, observe, surveyOf } from './observation.ts'

export interface MemorySparks extends Sparks {
  /** The nodes' side of jobs and fences; hand it to the next life of an appliance. */
  readonly desk: JobDesk
  /** From now on the appliance cannot reach the node, whatever the node does. */
  cut(node: string, how: 'refused' | 'hanging'): void
  mend(node: string): void
  /** The next `times` calls take effect on the node, but their answer is lost on the way. */
  loseAnswers(node: string, times: number): void
  /** The node shows another host key from now on. */
  presentKey(node: string, fingerprint: string): void
  /** The node does not let the appliance's key in. */
  refuseKey(node: string, refused: boolean): void
}

export interface MemoryOptions {
  readonly desk?: JobDesk
  /** Aborted: this life of the appliance is over, and its calls never settle. */
  readonly life?: AbortSignal
  /** Every call takes so long, ms of the clock; default 0. */
  readonly latencyMs?: number
}

/** How the line to one node is. */
interface Line {
  state: 'open' | 'refused' | 'hanging'
  lostAnswers: number
  hostKey: string
  keyRefused: boolean
}

/** Seconds until a call gives up. */
const limits = { short: 15, long: 60 } as const

export { createMemoryEngines } from './memory-engines.ts'

/** Machines are matched to nodes by address. */
export function createMemorySparks(world: World, options: MemoryOptions = {}): MemorySparks {
  const { clock } = world.options
  const latencyMs = options.latencyMs ?? 0
  const desk = options.desk ?? createJobDesk(world)
  const lines = new Map<string, Line>()
  const lineTo = (node: string): Line => {
    const line = lines.get(node) ?? { state: 'open', lostAnswers: 0, hostKey: `SHA256:${hexOf(`host key ${node}`, 43)}`, keyRefused: false }
    lines.set(node, line)
    return line
  }
  const nodeAt = (address: string): string | undefined => world.options.nodes.find((node) => node.address === address)?.name

  /** Waits until the node answers or `seconds` have passed. */
  async function connect(name: string, node: string | undefined, seconds: number, signal?: AbortSignal): Promise<string> {
    if (node === undefined) throw new SparkError('machine_unreachable', { machine: name, why: 'no route to host' })
    if (latencyMs > 0) await clock.sleep(latencyMs, signal)
    const until = clock.now() + seconds * 1000
    while (lineTo(node).state === 'hanging' || world.reach(node) === 'frozen') {
      if (clock.now() >= until) throw new SparkError('machine_timeout', { machine: name, seconds })
      await clock.sleep(500, signal)
    }
    if (lineTo(node).state === 'refused') throw new SparkError('machine_unreachable', { machine: name, why: 'connection refused' })
    if (world.reach(node) === 'down') throw new SparkError('machine_unreachable', { machine: name, why: 'no route to host' })
    return node
  }

  function checkKeys(machine: Machine, line: Line): void {
    if (machine.hostKey !== null && machine.hostKey !== line.hostKey) {
      throw new SparkError('host_key_changed', { machine: machine.name, pinned: machine.hostKey, presented: line.hostKey })
    }
    if (line.keyRefused) throw new SparkError('machine_refused_key', { machine: machine.name, user: machine.user })
  }

  /** One call over the line; the work itself takes no time. */
  async function call<T>(machine: Machine, seconds: number, signal: AbortSignal | undefined, work: (look: NodeLook) => T): Promise<T> {
    return await inLife(async () => {
      const node = await connect(machine.name, nodeAt(machine.address), seconds, signal)
      const line = lineTo(node)
      checkKeys(machine, line)
      const answer = work(world.look(node))
      if (line.lostAnswers === 0) return answer
      line.lostAnswers -= 1
      throw new SparkError('machine_unreachable', { machine: machine.name, why: 'connection lost' })
    })
  }

  /** A dead appliance does nothing, and hears nothing any more. */
  async function inLife<T>(work: () => Promise<T>): Promise<T> {
    const isOver = (): boolean => options.life?.aborted === true
    const never = new Promise<never>(() => undefined)
    if (isOver()) return await never
    try {
      const answer = await work()
      return isOver() ? await never : answer
    } catch (error) {
      if (isOver()) return await never
      throw error
    }
  }

  const refuse = (machine: Machine, there: FenceRecord | null): void => {
    if (there !== null) throw new SparkError('fence_refused', { machine: machine.name, appliance: there.appliance, fence: there.fence })
  }

  return {
    desk,
    probe: (machine, watch, signal) =>
      call(machine, limits.short, signal, (look) => observe(look, machine, watch, desk.fence(look.name), clock.now())),
    scan: (machine, signal) => call(machine, limits.long, signal, (look) => listModels(look, machine, clock.now())),
    survey: (machine, image, peers, signal) =>
      call(machine, limits.long, signal, (look) => surveyOf(look, machine, image, peers, reachableFrom(world, look.name))),
    hostKey: (address, _port, signal) => inLife(async () => lineTo(await connect(address, nodeAt(address), limits.short, signal)).hostKey),
    takeFence: (machine, record, signal) =>
      call(machine, limits.short, signal, (look) => refuse(machine, desk.takeFence(look.name, record))),
    startJob: (machine, order, signal) =>
      call(machine, limits.short, signal, (look) => refuse(machine, desk.start(look.name, order, '/home/spark'))),
    readJob: (machine, key, offset, signal) => call(machine, limits.short, signal, (look) => desk.read(look.name, key, offset)),
    endJob: (machine, key, signal) => call(machine, limits.short, signal, (look) => desk.end(look.name, key)),
    watch: (machine, order, signal) => call(machine, limits.short, signal, (look) => watchOf(look, order, desk)),
    forget: () => undefined,
    cut(node, how) {
      lineTo(node).state = how
    },
    mend(node) {
      lineTo(node).state = 'open'
    },
    loseAnswers(node, times) {
      lineTo(node).lostAnswers = times
    },
    presentKey(node, fingerprint) {
      lineTo(node).hostKey = fingerprint
    },
    refuseKey(node, refused) {
      lineTo(node).keyRefused = refused
    },
  }
}

/** Addresses of the other nodes that answer, on the link where there is one. */
function reachableFrom(world: World, from: string): readonly string[] {
  const others = world.options.nodes
    .filter((node) => node.name !== from && world.isReachable(node.name))
    .map((node) => world.look(node.name))
  return others.flatMap((look) => (look.fabricAddress === null ? [look.address] : [look.fabricAddress, look.address]))
}

function watchOf(look: NodeLook, order: WatchOrder, desk: JobDesk): WatchReading {
  const container = look.dockerAllowed ? look.containers.find((one) => one.name === order.containerName) : undefined
  const whole = container?.log ?? ''
  // A shorter log than last time is a new container's: read from its beginning.
  const from = order.logOffset > whole.length && container !== undefined ? 0 : order.logOffset
  const log = whole.slice(from, from + readingLimit)
  return {
    bootId: look.bootId,
    job: order.job === null ? null : desk.read(look.name, order.job.key, order.job.offset),
    container: look.dockerAllowed ? (container?.state ?? 'absent') : null,
    serving: container?.serving ?? null,
    log,
    nextLogOffset: from + log.length,
    availableBytes: look.memory.availableBytes,
    freeBytes: look.memory.freeBytes,
  }
}
