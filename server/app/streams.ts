// Keeps one stream about its memory open to every machine, and tells of readings, of silence, and of streams that ended.
import { SparkError } from '../contract/errors.ts'
import type { Machine } from '../domain/machine.ts'
import { type MemoryReading, silenceMs } from '../domain/memory-reading.ts'
import type { Clock, Log, MachineStore } from './ports.ts'
import type { StreamSparks } from './stream-ports.ts'

export interface StreamsNeeds {
  readonly clock: Clock
  readonly sparks: StreamSparks
  readonly store: Pick<MachineStore, 'list' | 'find'>
  readonly log: Log
}

export interface StreamListener {
  reading(machine: string, reading: MemoryReading): void
  /** Nothing came for `silenceMs`; said once, until the next reading. */
  silent(machine: string, at: number): void
  /** A stream could not be opened, or ended; `code` is that of the error. It is tried again by itself. */
  lost(machine: string, why: { readonly at: number; readonly code: string; readonly sentence: string }): void
  /** It is looked at from now on. */
  begun(machine: string, at: number): void
  /** It is no longer: it left the list, or has another address, user or key. */
  ended(machine: string, at: number): void
}

export type Streams = ReturnType<typeof createStreams>

/** A stream that ended is opened again after this long, then after longer, ms. */
const againMs = [1000, 2000, 3000] as const
/** A stream that says nothing for so long is given up and opened anew, ms. */
const giveUpMs = 15_000

interface Follow {
  readonly ground: string
  readonly life: AbortController
  /** When something was last heard of it, by our clock. */
  heardAt: number
  silent: boolean
  tried: number
}

export function createStreams(needs: StreamsNeeds) {
  const { clock, store } = needs
  const follows = new Map<string, Follow>()
  const listeners: StreamListener[] = []
  let running: AbortSignal | null = null
  let listed: readonly Machine[] | null = null

  const tell = (call: (listener: StreamListener) => void): void => {
    for (const listener of listeners) {
      try {
        call(listener)
      } catch (error) {
        needs.log.error('a listener of the memory streams failed', { error })
      }
    }
  }

  const hear = (id: string, follow: Follow, reading: MemoryReading): void => {
    if (follow.life.signal.aborted) return
    Object.assign(follow, { heardAt: reading.at, silent: false, tried: 0 })
    tell((one) => one.reading(id, reading))
  }

  const lost = (id: string, error: unknown): void => {
    const known = error instanceof SparkError
    if (!known && !isGivenUp(error)) needs.log.error('a memory stream failed', { machine: id, error })
    const why = { at: clock.now(), code: known ? error.code : 'machine_timeout', sentence: known ? error.message : '' }
    tell((one) => one.lost(id, why))
  }

  /** One stream until it ends. */
  const followOnce = async (machine: Machine, follow: Follow): Promise<void> => {
    const quiet = new AbortController()
    const signal = AbortSignal.any([follow.life.signal, quiet.signal])
    const watch = watchFor(machine.id, follow, clock.now(), quiet)
    await needs.sparks
      .followMemory(machine, (reading) => hear(machine.id, follow, reading), signal)
      .catch((error: unknown) => {
        if (!follow.life.signal.aborted) lost(machine.id, error)
      })
    quiet.abort()
    await watch
  }

  /** Notices silence, and gives up a stream that stays silent. One wait each time, however many readings come meanwhile. */
  const watchFor = async (id: string, follow: Follow, openedAt: number, quiet: AbortController): Promise<void> => {
    const signal = AbortSignal.any([follow.life.signal, quiet.signal])
    while (!signal.aborted) {
      const limit = follow.silent ? giveUpMs : silenceMs
      const from = follow.silent ? Math.max(follow.heardAt, openedAt) : follow.heardAt
      const leftMs = from + limit - clock.now()
      if (leftMs > 0) await clock.sleep(leftMs, signal).catch(() => undefined)
      else if (follow.silent) quiet.abort(givenUp())
      else {
        follow.silent = true
        tell((one) => one.silent(id, clock.now()))
      }
    }
  }

  const followOn = async (id: string, follow: Follow): Promise<void> => {
    const { signal } = follow.life
    while (!signal.aborted) {
      const machine = store.find(id)
      if (machine !== null) await followOnce(machine, follow)
      const waitMs = againMs[Math.min(follow.tried, againMs.length - 1)] ?? 3000
      follow.tried += 1
      await clock.sleep(waitMs, signal).catch(() => undefined)
    }
  }

  const begin = (machine: Machine, until: AbortSignal): void => {
    const life = new AbortController()
    const end = (): void => life.abort(new DOMException('it is followed no longer', 'AbortError'))
    until.addEventListener('abort', end, { once: true })
    life.signal.addEventListener('abort', () => until.removeEventListener('abort', end), { once: true })
    const follow: Follow = { ground: groundOf(machine), life, heardAt: clock.now(), silent: false, tried: 0 }
    follows.set(machine.id, follow)
    tell((one) => one.begun(machine.id, follow.heardAt))
    followOn(machine.id, follow).catch((error: unknown) => needs.log.error('a memory stream failed', { machine: machine.id, error }))
  }

  const end = (id: string, follow: Follow): void => {
    follows.delete(id)
    follow.life.abort(new DOMException('it is followed no longer', 'AbortError'))
    tell((one) => one.ended(id, clock.now()))
  }

  /** Follows the list of machines. One whose key is not pinned yet is left alone until it is. */
  const sync = (): void => {
    const list = store.list()
    if (list === listed || running === null || running.aborted) return
    listed = list
    for (const [id, follow] of follows) {
      const machine = list.find((one) => one.id === id)
      if (machine === undefined || groundOf(machine) !== follow.ground) end(id, follow)
    }
    for (const machine of list) if (machine.hostKey !== null && !follows.has(machine.id)) begin(machine, running)
  }

  return {
    /** Compares with the list; called after every look, costs nothing where nothing changed. */
    sync,
    /** In the order in which they were added. */
    listen: (listener: StreamListener): void => void listeners.push(listener),
    start(signal: AbortSignal): void {
      running = signal
      sync()
    },
    isFollowed: (id: string): boolean => follows.has(id),
  }
}

function groundOf({ address, port, user, hostKey }: Machine): string {
  return JSON.stringify([address, port, user, hostKey])
}

const givenUp = (): DOMException => new DOMException('it says nothing', 'TimeoutError')
const isGivenUp = (error: unknown): boolean => error instanceof DOMException && error.name === 'TimeoutError'
