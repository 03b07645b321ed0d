// A swap as the contract shows it.
import { actOf } from '../contract/acts.ts'
import { actKindOf } from '../contract/errors.ts'
import type { SwapView } from '../contract/operations/shapes.ts'
import { isOverdue, type PastSwap, remainingMs, typicalMs } from '../domain/eta.ts'
import type { Fact } from '../domain/evidence.ts'
import { recipeWords } from '../domain/recipe.ts'
import { canCancel, removedByForce, type Swap, type SwapTrouble } from '../domain/swap.ts'
import { aboutDuration } from '../domain/words.ts'
import { isoTime } from './iso-time.ts'
import type { SwapStore } from './ports.ts'

export interface SwapViewNeeds {
  readonly now: number
  readonly store: Pick<SwapStore, 'history'>
  readonly nameOf: (model: string | null) => string
  readonly machineName: (id: string) => string
  /** Null: no machine of that name is in the list any more. */
  readonly machineId: (name: string) => string | null
  /** Nothing can be written down now: what the row says of its progress may be old. */
  readonly waits: boolean
}

const waitingSentence = 'Waiting: the appliance cannot write down what happens. What was started on the Sparks goes on.'

export function swapView(swap: Swap, needs: SwapViewNeeds): SwapView {
  const past = pastOf(swap, needs.store)
  const end = swap.endedAt ?? needs.now
  const step = swap.steps.at(-1)
  const inPhaseMs = step === undefined ? 0 : needs.now - step.startedAt
  const left = swap.state === 'running' ? remainingMs(past, swap.phase, inPhaseMs) : null
  const machines = swap.plan.starts?.machines ?? swap.plan.stops.flatMap((stop) => stop.machines)
  return {
    id: swap.id,
    cluster: swap.cluster,
    engine: swap.engine,
    model: swap.model,
    modelName: needs.nameOf(swap.model),
    previousModel: swap.previousModel,
    previousModelName: swap.previousModel === null ? null : needs.nameOf(swap.previousModel),
    recipe: swap.recipeId,
    state: swap.state,
    phase: swap.phase,
    restored: swap.restored,
    removes: removedByForce(swap.plan, needs.machineName),
    progress:
      needs.waits && swap.state === 'running'
        ? { percent: null, sentence: waitingSentence }
        : { percent: swap.progress.percent, sentence: swap.progress.sentence },
    evidence: factViews(swap.trouble?.evidence ?? swap.progress.evidence ?? []),
    // When it takes longer than it ever did nobody knows how much longer: "0 seconds" would be said for minutes.
    etaSeconds: left === null || left < 500 ? null : Math.round(left / 1000),
    overdue: swap.state === 'running' && isOverdue(past, needs.now - swap.startedAt),
    startedAt: isoTime(swap.startedAt),
    endedAt: swap.endedAt === null ? null : isoTime(swap.endedAt),
    durationMs: end - swap.startedAt,
    requestedBy: { ...swap.requestedBy },
    why: swap.why,
    steps: swap.steps.map((one) => ({
      phase: one.phase,
      startedAt: isoTime(one.startedAt),
      endedAt: one.endedAt === null ? null : isoTime(one.endedAt),
    })),
    machines: [...new Set(machines)].map(needs.machineName),
    cancel: cancelWords(swap, needs),
    error: swap.trouble === null || swap.state === 'running' ? null : troubleView(swap, swap.trouble, needs),
    links: { self: `/api/swap/${swap.id}`, page: `/swaps/${swap.id}`, log: `/api/swap/${swap.id}/log` },
  }
}

function troubleView(swap: Swap, trouble: SwapTrouble, needs: SwapViewNeeds): SwapView['error'] {
  const { code, happened, now, next, line, run = null } = trouble
  const kind = actKindOf(code)
  const machine = trouble.machine == null ? null : { id: needs.machineId(trouble.machine), name: trouble.machine }
  const previous = swap.previousModel === null ? null : { model: swap.previousModel, name: needs.nameOf(swap.previousModel) }
  const container = swap.plan.stops[0]?.containerName
  const facts = { engine: swap.engine, swap: swap.id, model: swap.model, previous, machine, container }
  return { code, happened, now, next, line, machine: trouble.machine ?? null, run, act: kind === null ? null : actOf(kind, facts) }
}

/** Evidence as the contract shows it. */
export function factViews(facts: readonly Fact[]): SwapView['evidence'] {
  return facts.map((fact) => ({ ...fact, at: isoTime(fact.at) }))
}

function pastOf(swap: Swap, store: Pick<SwapStore, 'history'>): readonly PastSwap[] {
  const start = swap.plan.starts
  return start === null ? [] : store.history(recipeWords(start.recipe), start.machines, 10)
}

/** What cancelling would do, phase by phase. */
function cancelWords(swap: Swap, needs: SwapViewNeeds): { possible: boolean; sentence: string } {
  if (swap.state !== 'running') return { possible: false, sentence: 'It has ended.' }
  if (swap.cancelRequestedAt !== null) return { possible: false, sentence: 'It is being cancelled.' }
  if (!canCancel(swap)) return { possible: false, sentence: 'It is already bringing the previous model back.' }
  if (swap.phase === 'check') return { possible: true, sentence: 'Cancel (nothing has changed)' }
  if (swap.model === null) return { possible: true, sentence: 'Cancel (it may be stopped already)' }
  if (swap.wayBack?.starts == null) return { possible: true, sentence: 'Stop (then nothing answers)' }
  const start = swap.wayBack.starts
  const usual = typicalMs(needs.store.history(recipeWords(start.recipe), start.machines, 5))
  const howLong = usual === null ? '' : ` (${aboutDuration(usual)})`
  return { possible: true, sentence: `Stop and bring back ${needs.nameOf(swap.previousModel)}${howLong}` }
}
