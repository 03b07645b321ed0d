// Door 1: the simulated cluster as the app's ports, in process and in virtual time.

import { createHash } from 'node:crypto'
import type { BotSparks } from '../../../server/app/bot-ports.ts'
import type { DownloadSparks } from '../../../server/app/download-ports.ts'
import type { LogSparks } from '../../../server/app/log-ports.ts'
import type { InspectSparks } from '../../../server/app/machine-ports.ts'
import type { Sparks, WatchOrder, WatchReading } from '../../../server/app/ports.ts'
import type { ServiceSparks } from '../../../server/app/service-ports.ts'
import type { StreamSparks } from '../../../server/app/stream-ports.ts'
import { SparkError } from '../../../server/contract/errors.ts'
import { emptyCheckout, type LauncherCheckout } from '../../../server/domain/launcher-mod.ts'
import type { FenceRecord, Machine } from '../../../server/domain/machine.ts'
import type { NodeLook, World } from '../core/types.ts'
import { folderBytes, hubLookOf, removeFrom } from './downloads.ts'
import { changesOf, inspectionOf } from './inspection.ts'
import { createJobDesk, type JobDesk, readingLimit } from './job-desk.ts'
import { createLines, type LineControls, type Lines } from './line.ts'
import { followLog, readLog, searchLog } from './memory-logs.ts'
import { streamMemory } from './memory-stream.ts'
import { listModels, observe, surveyOf } from './observation.ts'

export { createMemoryEngines } from './memory-engines.ts'

export interface MemorySparks
  extends Sparks,
    DownloadSparks,
    ServiceSparks,
    StreamSparks,
    InspectSparks,
    LineControls,
    LogSparks,
    BotSparks {
  /** The nodes' side of jobs and fences; hand it to the next life of an appliance. */
  readonly desk: JobDesk
  /** The lines to the nodes, cut or whole; hand them on in the same way. */
  readonly lines: Lines
}

export interface MemoryOptions {
  readonly desk?: JobDesk
  readonly lines?: Lines
  /** Aborted: this life of the appliance is over; its calls have no effect and never settle. */
  readonly life?: AbortSignal
  /** Every call takes so long, ms of the clock; default 0. */
  readonly latencyMs?: number
  /** A stream about memory speaks so often, ms of the clock; absent: as seldom as it may (lives are many). */
  readonly streamMs?: number
}

/** Just often enough that nobody takes it for silent. */
const seldomMs = 4000

/** Seconds until a call gives up. */
const limits = { short: 15, long: 60 } as const

/** Machines are matched to nodes by address. */
export function createMemorySparks(world: World, options: MemoryOptions = {}): MemorySparks {
  const { clock } = world.options
  const desk = options.desk ?? createJobDesk(world)
  const lines = options.lines ?? createLines(world, options.latencyMs ?? 0)
  const inLife = createLife(options.life)

  /** What was sent to a frozen node lies in its buffers: it takes effect when the node thaws, whoever gave up waiting. */
  const arriveLate = async (name: string, work: (look: NodeLook) => unknown): Promise<void> => {
    while (world.reach(name) === 'frozen') await clock.sleep(500)
    if (world.reach(name) !== 'up') return
    try {
      work(world.look(name))
    } catch {
      // Nobody is left to hear of a refusal.
    }
  }

  const reached = async (machine: Machine, seconds: number, signal: AbortSignal | undefined, ifLate: () => void): Promise<string> => {
    try {
      return await lines.connect(machine.name, machine.address, seconds, signal)
    } catch (error) {
      ifLate()
      throw error
    }
  }

  /** One call over the line; the work itself takes no time. `order`: it changes something on the node. */
  const call = <T>(
    machine: Machine,
    seconds: number,
    signal: AbortSignal | undefined,
    work: (look: NodeLook) => T,
    order = false,
  ): Promise<T> =>
    inLife(async () => {
      const frozen = order
        ? world.options.nodes.find((one) => one.address === machine.address && world.reach(one.name) === 'frozen')
        : undefined
      const node = await reached(machine, seconds, signal, () => {
        if (frozen !== undefined) void arriveLate(frozen.name, work)
      })
      // The life may have ended while it waited: a dead appliance must not act.
      options.life?.throwIfAborted()
      lines.checkKeys(machine, node)
      const answer = work(world.look(node))
      lines.bringBack(machine, node)
      return answer
    })

  return {
    ...lines.controls,
    desk,
    lines,
    probe: (machine, watch, signal) =>
      call(machine, limits.short, signal, (look) => observe(look, machine, watch, desk.fence(look.name), clock.now())),
    scan: (machine, signal) => call(machine, limits.long, signal, (look) => listModels(look, machine, clock.now())),
    launcherFiles: (machine, signal) => call(machine, limits.short, signal, (look) => checkoutOf(world, look)),
    survey: (machine, image, peers, signal) =>
      call(machine, limits.long, signal, (look) => surveyOf(look, machine, image, peers, reachableFrom(world, look.name))),
    hostKey: (address, _port, signal) => inLife(async () => lines.hostKey(await lines.connect(address, address, limits.short, signal))),
    takeFence: (machine, record, signal) =>
      call(machine, limits.short, signal, (look) => refuse(machine, desk.takeFence(look.name, record)), true),
    startJob: (machine, order, signal) =>
      call(machine, limits.short, signal, (look) => refuse(machine, desk.start(look.name, order, '/home/spark')), true),
    readJob: (machine, key, offset, signal) => call(machine, limits.short, signal, (look) => desk.read(look.name, key, offset)),
    endJob: (machine, key, signal) => call(machine, limits.short, signal, (look) => desk.end(look.name, key), true),
    watch: (machine, order, signal) => call(machine, limits.short, signal, (look) => watchOf(look, order, desk)),
    hubLook: (machine, ask, signal) => call(machine, limits.long, signal, (look) => hubLookOf(world, look, machine, ask)),
    startDownload: (machine, order, signal) =>
      call(machine, limits.short, signal, (look) => desk.startFree(look.name, order, '/home/spark'), true),
    startFreeJob: (machine, order, signal) =>
      call(machine, limits.short, signal, (look) => desk.startFree(look.name, { ...order, cwd: null, token: null }, '/home/spark'), true),
    readDownload: (machine, { job, folder }, signal) =>
      call(machine, limits.short, signal, (look) => ({
        job: job === null ? null : desk.read(look.name, job.key, job.offset),
        bytes: folderBytes(look, folder),
      })),
    removeModel: (machine, repo, partsOnly, signal) =>
      call(machine, limits.long, signal, (look) => removeFrom(world, look, repo, partsOnly), true),
    followMemory: (machine, onReading, signal) =>
      inLife(() => {
        const needs = { world, lines, everyMs: options.streamMs ?? seldomMs, isOver: () => options.life?.aborted === true }
        return streamMemory(needs, machine, onReading, signal)
      }),
    inspect: (machine, order, signal) => call(machine, limits.long, signal, (look) => inspectionOf(world, look, order, clock.now())),
    launcherChanges: (machine, signal) => call(machine, limits.long, signal, (look) => changesOf(look)),
    lookAtBot: (machine, _bot, signal) => call(machine, limits.short, signal, () => nobody(machine)),
    startBotJob: (machine, _bot, _act, signal) => call(machine, limits.short, signal, () => nobody(machine)),
    readLog: (machine, source, order, signal) =>
      inLife(async () => readLog(world, machine, await lines.connect(machine.name, machine.address, limits.short, signal), source, order)),
    searchLog: (machine, source, words, most, signal) =>
      inLife(async () =>
        searchLog(world, machine, await lines.connect(machine.name, machine.address, limits.short, signal), source, words, most),
      ),
    streamLog: (machine, source, order, hear, signal) =>
      inLife(async () => {
        const node = await lines.connect(machine.name, machine.address, limits.short, signal)
        await followLog({ world, lines, machine, node, source, order, hear, signal })
      }),
    forget: () => undefined,
  }
}

/** These machines have one user. */
function nobody(machine: Machine): never {
  throw new SparkError('machine_refused_key', { machine: machine.name, user: machine.user })
}

/** Work in one life of the appliance: once it is over, nothing begins and nothing settles. */
function createLife(life: AbortSignal | undefined): <T>(work: () => Promise<T>) => Promise<T> {
  const isOver = (): boolean => life?.aborted === true
  const never = (): Promise<never> => new Promise<never>(() => undefined)
  return async (work) => {
    if (isOver()) return await never()
    try {
      const answer = await work()
      return isOver() ? await never() : answer
    } catch (error) {
      if (isOver()) return await never()
      throw error
    }
  }
}

function refuse(machine: Machine, there: FenceRecord | null): void {
  if (there !== null) throw new SparkError('fence_refused', { machine: machine.name, appliance: there.appliance, fence: there.fence })
}

function checkoutOf(world: World, look: NodeLook): LauncherCheckout {
  const node = world.options.nodes.find((one) => one.name === look.name)
  if (look.launcher === null || node?.launcherRecipes === undefined) return emptyCheckout
  const recipes = Object.entries(node.launcherRecipes).map(([name, text]) => ({ name, text }))
  const mods = Object.entries(node.launcherMods ?? {}).map(([name, files]) => ({
    path: `mods/${name}`,
    files: Object.entries(files).map(([path, text]) => ({
      path,
      sizeBytes: Buffer.byteLength(text),
      digest: createHash('sha256').update(text).digest('hex'),
      text,
      cut: false,
    })),
    problem: null,
  }))
  return { recipes, mods, unread: 0 }
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
