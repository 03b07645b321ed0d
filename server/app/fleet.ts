// What is known of every machine right now. Each machine is looked at on its own clockwork: one that hangs delays no other.
import { SparkError } from '../contract/errors.ts'
import {
  keyOwner,
  type Machine,
  type MachineTrouble,
  type MachineView,
  missesUntilUnreachable,
  type Observation,
  type Reach,
} from '../domain/machine.ts'
import { type BootCause, isUnexpected } from '../domain/machine-facts.ts'
import { unlessAborted } from '../domain/unless-aborted.ts'
import { everyBySetting } from './clockwork.ts'
import type { Clock, Log, MachineStore, Sparks } from './ports.ts'
import { spokenTrouble } from './spoken-trouble.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'

export interface FleetNeeds {
  readonly clock: Clock
  readonly sparks: Pick<Sparks, 'probe' | 'hostKey' | 'forget'>
  readonly store: Pick<MachineStore, 'list' | 'find' | 'update'>
  readonly settings: Pick<SettingsUse, 'get' | 'watch'>
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
  /** Container names to look inside of for a vllm process, on every machine. */
  readonly watchNames: () => readonly string[]
}

interface Known {
  reach: Reach
  observation: Observation | null
  misses: number
  trouble: MachineTrouble | null
  rebootedAt: number | null
  /** Someone expects it to answer: it did before, or it was there when we started. Only then is its silence news. */
  expected: boolean
  looking: Promise<void> | null
  /** Ends with the machine's place in the list, or when its address changes: a late answer then counts no more. */
  life: AbortController
}

/** Containers of other names that are looked into as well, so that an engine started by hand is seen; each costs a few ms. */
const othersWatched = 8
/** A silent machine is tried again this soon, however long the usual period is: its return must be seen within seconds, ms. */
const knockMs = 3000

export type Fleet = ReturnType<typeof createFleet>

export function createFleet(needs: FleetNeeds) {
  const { store, events } = needs
  const known = new Map<string, Known>()
  const listeners = new Set<(machine: string) => void>()
  let polling: AbortSignal | null = null
  /** The same list until a machine is seen or written: whoever derives something from it can tell that nothing changed. */
  let held: { readonly of: readonly Machine[]; readonly views: readonly MachineView[] } | null = null

  const knownOf = (id: string): Known => {
    const found = known.get(id)
    if (found !== undefined) return found
    const fresh: Known = {
      reach: 'unknown',
      observation: null,
      misses: 0,
      trouble: null,
      rebootedAt: null,
      expected: false,
      looking: null,
      life: new AbortController(),
    }
    known.set(id, fresh)
    return fresh
  }

  const machineOf = (id: string): Machine => {
    const machine = store.find(id)
    if (machine === null) throw new SparkError('not_found', { what: `machine "${id.slice(0, 64)}"` })
    return machine
  }

  const viewOf = (machine: Machine): MachineView => {
    const { reach, observation, misses, trouble, rebootedAt } = knownOf(machine.id)
    return { machine, reach, observation, misses, trouble, rebootedAt }
  }

  /** First contact: the key a machine presents is pinned before anything is sent to it. */
  const pinned = async (machine: Machine, life: AbortSignal): Promise<Machine> => {
    if (machine.hostKey !== null) return machine
    const hostKey = await needs.sparks.hostKey(machine.address, machine.port, life)
    life.throwIfAborted()
    const now = machineOf(machine.id)
    refuseKeyOfAnother(now, hostKey)
    if (now.hostKey === null) store.update({ ...now, hostKey })
    return machineOf(machine.id)
  }

  const another = (machine: Machine, other: Machine, cause?: unknown): SparkError =>
    new SparkError('machine_is_another', { machine: machine.name, other: other.name, address: machine.address }, { cause })

  const refuseKeyOfAnother = (machine: Machine, presented: string, cause?: unknown): void => {
    const other = keyOwner(store.list(), presented, machine.id)
    if (other !== null) throw another(machine, other, cause)
  }

  /** Two addresses with two keys may still lead to one machine: a kernel that booted once answers for both. The older place counts. */
  const refuseSecondPlace = (machine: Machine, seen: Observation): void => {
    const isOlder = (one: Machine): boolean => one.addedAt < machine.addedAt || (one.addedAt === machine.addedAt && one.id < machine.id)
    const first = store.list().find((one) => {
      const view = known.get(one.id)
      return one.id !== machine.id && isOlder(one) && view?.reach === 'reachable' && view.observation?.bootId === seen.bootId
    })
    if (seen.bootId !== '' && first !== undefined) throw another(machine, first)
  }

  const watched = (state: Known): string[] => {
    const running = state.observation?.containers?.filter((one) => one.state === 'running') ?? []
    const others = running.map((one) => one.name).slice(0, othersWatched)
    return [...new Set([...needs.watchNames(), ...others])]
  }

  const answered = (machine: Machine, state: Known, seen: Observation): void => {
    held = null
    const before = state.observation
    const facts = { machine: machine.id, name: machine.name }
    // An empty id was not read: it tells nothing of a restart.
    const rebooted = before !== null && before.bootId !== '' && seen.bootId !== '' && before.bootId !== seen.bootId
    const back = state.reach === 'unreachable' && state.expected
    Object.assign(state, { reach: 'reachable', observation: seen, misses: 0, trouble: null, expected: true })
    if (rebooted) state.rebootedAt = Math.max(before.at, seen.at - seen.uptimeSeconds * 1000)
    if (back) events.append('machine_back', facts)
    if (rebooted) events.append('machine_rebooted', { ...facts, ...restartFacts(seen) })
  }

  const missed = (machine: Machine, state: Known, error: unknown): void => {
    held = null
    state.misses += 1
    state.trouble = troubleOf(machine, error)
    if (!(error instanceof SparkError)) needs.log.error('looking at a machine failed', { machine: machine.id, error })
    if (state.misses < missesUntilUnreachable || state.reach === 'unreachable') return
    state.reach = 'unreachable'
    needs.log.warn('a machine is not answering', { machine: machine.id, code: state.trouble.code })
    if (state.expected)
      events.append('machine_unreachable', { machine: machine.id, name: machine.name, why: whyOf(error, state.trouble.sentence) })
  }

  /** A changed key that is the key of another machine in the list says who it is. */
  const whoAnswers = (machine: Machine, error: unknown): unknown => {
    if (!(error instanceof SparkError) || error.code !== 'host_key_changed') return error
    const { presented } = error.facts as { readonly presented: string }
    const other = keyOwner(store.list(), presented, machine.id)
    return other === null ? error : another(machine, other, error)
  }

  const probe = async (id: string, state: Known): Promise<void> => {
    const life = polling === null ? state.life.signal : AbortSignal.any([state.life.signal, polling])
    const stillThere = (): Machine | null => (life.aborted || known.get(id) !== state ? null : store.find(id))
    try {
      const machine = await pinned(machineOf(id), life)
      const seen = await needs.sparks.probe(machine, watched(state), life)
      const now = stillThere()
      if (now === null) return
      refuseSecondPlace(now, seen)
      answered(now, state, seen)
    } catch (cause) {
      const now = stillThere()
      const error = now === null ? cause : whoAnswers(now, cause)
      if (now !== null) missed(now, state, error)
      throw error
    } finally {
      const now = stillThere()
      if (now !== null) tell(now)
    }
  }

  const tell = (machine: Machine): void => {
    for (const listener of listeners) {
      try {
        listener(machine.id)
      } catch (error) {
        needs.log.error('a listener of looks failed', { machine: machine.id, error })
      }
    }
    events.append('machine_observed', { machine: machine.id, name: machine.name })
  }

  /** Looks that run at the same time share one probe. */
  const lookOnce = (id: string): Promise<void> => {
    const state = knownOf(id)
    state.looking ??= probe(id, state).finally(() => {
      state.looking = null
    })
    return state.looking
  }

  const poll = async (id: string, life: AbortSignal, until: AbortSignal): Promise<void> => {
    const signal = AbortSignal.any([life, until])
    const look = (): Promise<void> => lookOnce(id).catch(() => undefined)
    await look()
    const atMostMs = (): number => (knownOf(id).reach === 'unreachable' ? knockMs : Number.POSITIVE_INFINITY)
    everyBySetting({ ...needs, atMostMs }, 'machines.pollSeconds', look, signal)
  }

  const follow = (id: string): void => {
    if (polling !== null) void poll(id, knownOf(id).life.signal, polling)
  }

  return {
    view: (id: string): MachineView => viewOf(machineOf(id)),

    /** Every machine in the owner's order. */
    views(): readonly MachineView[] {
      const of = store.list()
      if (held?.of !== of) held = { of, views: of.map(viewOf) }
      return held.views
    },

    /** One look now; raises what went wrong. `signal` ends the waiting, not the look, which others may share. */
    async look(id: string, signal?: AbortSignal): Promise<MachineView> {
      machineOf(id)
      signal?.throwIfAborted()
      await unlessAborted(signal, lookOnce(id))
      return viewOf(machineOf(id))
    },

    /** Polls every machine until aborted; machines added later join by `track`. */
    start(signal: AbortSignal): void {
      polling = signal
      for (const machine of store.list()) {
        knownOf(machine.id).expected = true
        follow(machine.id)
      }
    },

    /** A machine is new, or at another address: what was known of it counts no more. */
    track(id: string): void {
      held = null
      known.get(id)?.life.abort(new DOMException('the machine changed', 'AbortError'))
      known.delete(id)
      needs.sparks.forget(id)
      follow(id)
    },

    /** A machine is gone from the list. */
    drop(id: string): void {
      held = null
      known.get(id)?.life.abort(new DOMException('the machine was removed', 'AbortError'))
      known.delete(id)
      needs.sparks.forget(id)
    },

    /** Called after every look, good or bad. */
    onObserved(listener: (machine: string) => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Whether it was asked for, as the machine's own records say. */
function restartFacts(seen: Observation): { readonly unexpected: boolean | null; readonly cause: BootCause | null } {
  const boot = seen.facts.boots?.[0]
  return { unexpected: isUnexpected(boot), cause: boot?.cause ?? null }
}

function troubleOf(machine: Machine, error: unknown): MachineTrouble {
  if (error instanceof SparkError) {
    const { happened: sentence, ...rest } = spokenTrouble(error)
    return { sentence, ...rest }
  }
  return {
    code: 'internal',
    sentence: `Looking at ${machine.name} went wrong inside Spark Control.`,
    now: 'The last good values are kept and shown as old.',
    next: 'It is looked at again by itself. If this stays, the server log says more.',
  }
}

/** The reason alone where the error has one, so that a sentence does not say the machine's name twice. */
function whyOf(error: unknown, sentence: string): string {
  const facts = error instanceof SparkError ? (error.facts as Readonly<Record<string, unknown>>) : {}
  const why = facts['why']
  return typeof why === 'string' ? `${why}.` : sentence
}
