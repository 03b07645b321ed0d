// What a time of the schedule finds when it comes: a switch of its own, the model answering already, or something in the way. Known
// without a look at the machines.
import { SparkError } from '../contract/errors.ts'
import type { EngineView, LockView, SwapView } from '../contract/operations/shapes.ts'
import type { Clock } from './ports.ts'
import type { ScheduleRun, ScheduleStore } from './schedule-ports.ts'
import type { SwapsUse } from './use-cases.ts'

export interface WaysNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly store: { readonly schedules: Pick<ScheduleStore, 'list' | 'lastRun'> }
  readonly swaps: Pick<SwapsUse, 'current' | 'recent' | 'find'>
  readonly lock: { find(): LockView }
  /** What the main engine serves, as it was last seen. */
  readonly engine: () => Pick<EngineView, 'state' | 'model'>
  readonly nameOf: (model: string | null) => string
}

/** Why a switch was begun: by this a restart finds the one it had begun. */
export const ofSchedule = 'its schedule'

const unclear: ReadonlySet<string> = new Set(['unknown', 'unreachable', 'starting', 'switching'])

type Way = readonly [code: string, sentence: string]

export function createWays({ clock, store, swaps, lock, engine, nameOf }: WaysNeeds) {
  const ofSwap = (): Way | null => {
    const swap = swaps.current()
    if (swap === null) return null
    return ['swap_running', swap.model === null ? 'The model is being stopped.' : `A switch to ${swap.modelName} is running.`]
  }

  const ofReservation = (): Way | null => {
    const { by, holder, reason } = lock.find()
    if (by !== 'reservation') return null
    return ['swap_locked', `${holder} has the Sparks reserved${reason === null || reason === '' ? '' : `: ${reason}`}.`]
  }

  /** Another entry that came before, got its model and whose time goes on. */
  const ofAnother = (run: ScheduleRun): Way | null => {
    const now = clock.now()
    for (const { id, model } of store.schedules.list()) {
      if (id === run.schedule || model === run.model) continue
      const last = store.schedules.lastRun(id)
      if (last?.state !== 'ready' || last.until <= now || last.at > run.at) continue
      return ['schedule_first', `${last.app} came first and keeps ${nameOf(last.model)} until its time is over.`]
    }
    return null
  }

  const ofEngine = (run: ScheduleRun): Way | null => {
    const { state, model } = engine()
    if (model !== run.model || !unclear.has(state)) return null
    return ['engine_unclear', `${nameOf(model)} is there, but does not answer yet.`]
  }

  /** A switch that was begun for this time before the row could say so. */
  const begunFor = ({ app, model, at }: ScheduleRun): SwapView | null => {
    const its = (swap: SwapView): boolean => swap.why === ofSchedule && swap.requestedBy.name === app && swap.model === model
    return swaps.recent(20).find((swap) => its(swap) && Date.parse(swap.startedAt) >= at) ?? null
  }

  return {
    switchOf(run: ScheduleRun): SwapView | null {
      if (run.swap === null) return begunFor(run)
      try {
        return swaps.find(run.swap)
      } catch (error) {
        if (error instanceof SparkError && error.code === 'not_found') return null
        throw error
      }
    },
    answers(model: string): boolean {
      const seen = engine()
      return seen.model === model && (seen.state === 'answering' || seen.state === 'busy')
    },
    inTheWay: (run: ScheduleRun): Way | null => ofSwap() ?? ofReservation() ?? ofAnother(run) ?? ofEngine(run),
  }
}
