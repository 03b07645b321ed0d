// Logs of containers, read where they are: nothing of them is kept here. Few at a time from one machine, so that readers never stand in
// the way of what the machine is asked otherwise.
import { SparkError } from '../contract/errors.ts'
import { createPlacing, cursorText, readCursor } from '../domain/log-line.ts'
import type { Machine } from '../domain/machine.ts'
import { wholeLog } from './log-download.ts'
import { createLogFollows, loggedLine } from './log-follows.ts'
import type { LogPiece, LogSource, LogSparks } from './log-ports.ts'
import type { LogOf, LogsUse } from './logs-use.ts'
import type { Clock, MachineStore } from './ports.ts'

export interface LogsNeeds {
  readonly clock: Clock
  readonly sparks: LogSparks
  readonly store: { readonly machines: Pick<MachineStore, 'find'> }
}

/** Streams of one machine at a time: followed logs and downloads. */
const mostStreams = 4
/** Pieces and searches of one machine at a time. */
const mostReads = 3
const busySeconds = 10

export type Logs = ReturnType<typeof createLogs>

export function createLogs({ clock, sparks, store }: LogsNeeds) {
  const streams = createPlaces(mostStreams)
  const reads = createPlaces(mostReads)
  const follows = createLogFollows({ clock, sparks, enter: streams })

  const machineOf = (id: string): Machine => {
    const machine = store.machines.find(id)
    if (machine === null) throw new SparkError('not_found', { what: `machine "${id.slice(0, 60)}"` })
    return machine
  }
  const sourceOf = ({ container }: LogOf): LogSource => ({ kind: 'container', name: container })

  const piece = async (machine: Machine, read: () => Promise<LogPiece>): Promise<LogPiece> => {
    const leave = reads(machine)
    try {
      return await read()
    } finally {
      leave()
    }
  }

  /** The same for any log, also of another user's login. */
  const any = {
    async read(machine: Machine, source: LogSource, ask: { after?: string | undefined; limit: number }, signal?: AbortSignal) {
      const from = ask.after === undefined ? null : readCursor(ask.after)
      const order = { since: from?.stamp ?? null, lines: ask.limit }
      const { lines, cut } = await piece(machine, () => sparks.readLog(machine, source, order, signal))
      const fresh = createPlacing(from)(lines)
      const told = from === null ? fresh.slice(-ask.limit) : fresh.slice(0, ask.limit)
      const last = told.at(-1) ?? from
      return {
        lines: told.map(loggedLine),
        ...(last === null ? {} : { next: cursorText(last) }),
        more: from === null ? lines.length >= ask.limit : cut || told.length < fresh.length,
      }
    },
    async search(machine: Machine, source: LogSource, ask: { words: string; limit: number }, signal?: AbortSignal) {
      const { lines, cut } = await piece(machine, () => sparks.searchLog(machine, source, ask.words, ask.limit, signal))
      return { lines: lines.slice(-ask.limit).map(loggedLine), more: cut || lines.length >= ask.limit }
    },
    follow: (machine: Machine, source: LogSource, after: string | undefined, signal: AbortSignal) =>
      follows.follow({ machine, source }, after, signal),
    async download(machine: Machine, source: LogSource, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
      // What cannot be read at all is said as a page, not as a file with an excuse in it.
      await piece(machine, () => sparks.readLog(machine, source, { since: null, lines: 1 }, signal))
      const leave = streams(machine)
      return wholeLog({ clock, sparks, machine, source, signal, leave })
    },
  }

  const use: LogsUse = {
    title(of) {
      const { id, name } = machineOf(of.machine)
      return { machine: { id, name }, container: of.container }
    },
    read: async (of, ask, signal) => any.read(machineOf(of.machine), sourceOf(of), ask, signal),
    search: async (of, ask, signal) => any.search(machineOf(of.machine), sourceOf(of), ask, signal),
    follow: (of, after, signal) => any.follow(machineOf(of.machine), sourceOf(of), after, signal),
    download: async (of, signal) => any.download(machineOf(of.machine), sourceOf(of), signal),
  }
  return { use, any, followed: follows.count }
}

/** So many at a time of one machine; one more is refused. */
function createPlaces(most: number): (machine: Machine) => () => void {
  const taken = new Map<string, number>()
  return ({ id, name }) => {
    const now = taken.get(id) ?? 0
    if (now >= most) throw new SparkError('log_busy', { machine: name, most, retryAfterSeconds: busySeconds })
    taken.set(id, now + 1)
    let left = false
    return () => {
      if (left) return
      left = true
      const rest = (taken.get(id) ?? 1) - 1
      if (rest > 0) taken.set(id, rest)
      else taken.delete(id)
    }
  }
}
