// Walks one swap through its phases to exactly one outcome. Every phase may be entered again after a restart.
import { SparkError, tellError } from '../contract/errors.ts'
import type { Plan, PlanStart, PlanStop } from '../domain/plan.ts'
import { resumeOf } from '../domain/reconcile.ts'
import { forwardPhases, removedByForce, type Swap, type SwapTrouble } from '../domain/swap.ts'
import { clearingWord, leftoverStopped, nothingAnswers, nothingOfOursAnswers, type Phase, unseenWords } from '../domain/words.ts'
import type { MeasuredStore, ModelStore } from './ports.ts'
import { isStorageTrouble } from './storage.ts'
import { createGround, type Ground, type GroundNeeds, toldLines, touchedMachines } from './swap-ground.ts'
import { load } from './swap-load.ts'
import { learnFrom, measureStart, type StartMeasure } from './swap-measure.ts'
import { outcomeEvent } from './swap-outcome.ts'
import { bringBack } from './swap-restore.ts'
import { drain, freeName, proveGone, proveMemory, proveStopped, stopEverywhere, stopStep } from './swap-room.ts'
import { launchOnce, proveMods, verify, warmUp } from './swap-start.ts'
import { elsewhere, type Return } from './swap-truth.ts'

export interface RunnerNeeds extends GroundNeeds {
  readonly store: GroundNeeds['store'] & { readonly models: ModelStore; readonly measured: MeasuredStore }
  readonly inFlight: (engine: string) => number
  /** A model's name for people. */
  readonly nameOf: (model: string | null) => string
  /** Called after every outcome: look at the machines and the disks again. */
  readonly ended: (swap: Swap) => void
}

export type SwapRunner = ReturnType<typeof createSwapRunner>

type ForwardPhase = (typeof forwardPhases)[number]
type Step = (ground: Ground, needs: RunnerNeeds) => Promise<void>

const opening: Readonly<Record<Phase, string>> = {
  check: 'Making sure the plan still holds.',
  make_room: 'Making room.',
  start: 'Starting.',
  load: 'Waiting for the first sign of life.',
  warm_up: 'Asking for a first word. This may take half a minute.',
  verify: 'Making sure the right model answers.',
  restore: 'Bringing the previous model back.',
}

const clearing = 'Clearing what an earlier start left behind.'
const stopWords = (stop: PlanStop, needs: RunnerNeeds): string => {
  if (stop.force === true) return `Removing ${stop.containerName} by force.`
  return stop.model === null ? clearing : `Stopping ${needs.nameOf(stop.model)}. This takes about ten seconds a Spark.`
}

const startOf = (ground: Ground): PlanStart | null => ground.swap().plan.starts

const steps: Readonly<Record<ForwardPhase, Step>> = {
  check: async (ground) => {
    await ground.takeCluster(touchedMachines(ground.swap()))
    await withStart(ground, (start) => proveMods(ground, start))
  },
  make_room: async (ground, needs) => {
    const { plan } = ground.swap()
    if (!plan.stops.every((stop) => stop.force === true)) await drain(ground, () => needs.inFlight(plan.engine))
    for (const [at, stop] of plan.stops.entries()) {
      ground.say({ percent: null, sentence: stopWords(stop, needs) })
      await stopEverywhere(ground, stop, stopStep(at))
    }
    for (const stop of plan.stops) await proveStopped(ground, stop)
    await withStart(ground, async (start) => {
      await freeName(ground, start.machines, start.containerName, 'free')
      await proveGone(ground, start.machines, start.containerName)
      await proveMemory(ground, start, plan.memory)
    })
  },
  start: async (ground) => withStart(ground, (start) => launchOnce(ground, start, ground.swap().plan.memory, 'start')),
  load: async (ground) => withStart(ground, (start) => load(ground, start)),
  warm_up: async (ground) => withStart(ground, (start) => warmUp(ground, start)),
  verify: async (ground) => withStart(ground, (start) => verify(ground, start)),
}

async function withStart(ground: Ground, act: (start: PlanStart) => Promise<void>): Promise<void> {
  const start = startOf(ground)
  if (start !== null) await act(start)
}

export function createSwapRunner(needs: RunnerNeeds) {
  const cancels = new Map<string, AbortController>()
  const machineName = (id: string): string => needs.store.machines.find(id)?.name ?? id

  /** Runs a live swap from where its row says it is. Settles when it has ended, or when `shutdown` was aborted (the row stays live). */
  async function run(id: string, shutdown: AbortSignal, taken: 'new' | 'recovered'): Promise<void> {
    const cancel = new AbortController()
    cancels.set(id, cancel)
    const told = taken === 'recovered' ? toldLines(needs.store.swaps, id) : new Map<string, number>()
    const measure = measureStart(needs.sparks)
    const forward = createGround({ ...needs, sparks: measure.sparks }, id, AbortSignal.any([shutdown, cancel.signal]), told)
    const backward = createGround(needs, id, shutdown, told)
    try {
      const isBack = resumeOf(forward.swap()) === 'bring_back'
      if (taken === 'recovered') await recovered(isBack ? backward : forward)
      if (isBack) await giveUp(backward, null)
      else await walk(forward, measure)
    } catch (error) {
      if (leavesLive(error, shutdown)) return
      await giveUp(backward, error).catch((second: unknown) => {
        if (leavesLive(second, shutdown)) return
        needs.log.error('giving a switch up failed', { swap: id, error: second })
        end(backward, 'failed', troubleOf(second, needs), { kind: 'unknown', why: 'What answers shows on Home when it is seen.' })
      })
    } finally {
      cancels.delete(id)
    }
  }

  async function recovered(ground: Ground): Promise<void> {
    ground.remark('(Spark Control was restarted here and goes on.)')
    await ground.takeFences(touchedMachines(ground.swap()))
  }

  async function walk(ground: Ground, measure: StartMeasure): Promise<void> {
    const from = Math.max(0, forwardPhases.indexOf(ground.swap().phase as ForwardPhase))
    for (const phase of forwardPhases.slice(from)) {
      if (ground.swap().cancelRequestedAt !== null) throw new SparkError('cancelled', {})
      if (startOf(ground) === null && phase !== 'check' && phase !== 'make_room') break
      ground.enter(phase, opening[phase])
      if (phase === 'start') measure.begin()
      await steps[phase](ground, needs)
    }
    if (ground.swap().cancelRequestedAt !== null) throw new SparkError('cancelled', {})
    succeed(ground, measure, await doneWords(ground))
  }

  function succeed(ground: Ground, measure: StartMeasure, sentence: string): void {
    const swap = ground.swap()
    const start = swap.plan.starts
    const now = needs.clock.now()
    const nudges: (() => void)[] = []
    needs.store.swaps.end(
      swap.id,
      now,
      { state: 'succeeded', restored: null, trouble: null, progress: { ...swap.progress, percent: start === null ? null : 100, sentence } },
      () => {
        if (start === null) {
          // A removal beside what serves leaves it serving.
          if (!isBeside(swap)) needs.store.serving.clear(swap.engine)
        } else {
          serve(swap.engine, swap.plan, now)
          needs.store.models.markUsed(start.model, now)
          learnFrom(needs.store.measured, swap.plan, measure, now)
        }
        const outcome = { state: 'succeeded', now: sentence, restored: null, trouble: null, durationMs: now - swap.startedAt } as const
        nudges.push(outcomeEvent(needs.events, swap, outcome, machineName).nudge)
      },
    )
    finish(swap, nudges)
  }

  /** What answers, or what a stop stopped and what else may run: a machine that cannot be looked at is named. */
  async function doneWords(ground: Ground): Promise<string> {
    const swap = ground.swap()
    if (swap.plan.starts !== null) return `${needs.nameOf(swap.model)} is answering.`
    const removed = removedByForce(swap.plan, machineName)
    const stopped = swap.previousModel === null ? leftoverStopped : `${needs.nameOf(swap.previousModel)} was stopped.`
    const gone = removed === null ? stopped : `${removed} was removed by force.`
    if (isBeside(swap)) return gone
    const rest = await elsewhere(ground)
    if (rest.kind === 'unknown') return `${gone} ${rest.why}`
    return rest.unseen.length === 0 ? gone : `${gone} ${unseenWords(rest.unseen)}`
  }

  /** The way out of trouble or a cancellation: nothing was touched, or the old model comes back, or nothing answers and that is said. */
  async function giveUp(ground: Ground, cause: unknown): Promise<void> {
    const swap = ground.swap()
    if (swap.state !== 'running') return
    const trouble = swap.phase === 'restore' ? swap.trouble : causeOf(swap, cause)
    const state = trouble === null ? 'cancelled' : 'failed'
    if (swap.phase === 'check') return end(ground, state, trouble, { kind: 'untouched' })
    if (swap.phase !== 'restore') needs.store.swaps.update(swap.id, needs.clock.now(), { trouble })
    ground.enter('restore', swap.wayBack === null ? `${clearingWord}.` : opening.restore)
    const back = await bringBack(ground, needs.nameOf, trouble)
    end(ground, state, trouble, back)
  }

  /** Null: the owner cancelled. */
  function causeOf(swap: Swap, cause: unknown): SwapTrouble | null {
    if (swap.cancelRequestedAt !== null) return null
    needs.log.warn('a switch did not work out', { swap: swap.id, error: cause })
    return { ...troubleOf(cause, needs), ...(swap.progress.evidence === undefined ? {} : { evidence: swap.progress.evidence }) }
  }

  function end(ground: Ground, state: 'failed' | 'cancelled', trouble: SwapTrouble | null, back: Return): void {
    const swap = ground.swap()
    const at = needs.clock.now()
    const now = truthAfter(swap, back, trouble)
    const restored = back.kind === 'untouched' || back.kind === 'still' ? null : back.kind === 'restored'
    const told = trouble === null ? null : { ...trouble, now }
    const nudges: (() => void)[] = []
    needs.store.swaps.end(swap.id, at, { state, restored, trouble: told, progress: { percent: null, sentence: now } }, () => {
      settleServing(swap, back, at)
      const outcome = { state, now, restored, trouble: told, durationMs: at - swap.startedAt }
      nudges.push(outcomeEvent(needs.events, swap, outcome, machineName).nudge)
    })
    finish(swap, nudges)
  }

  /** What is remembered as serving. Where nobody knows, the old model stays until it is seen to be gone, unless it was proved gone. */
  function settleServing(swap: Swap, back: Return, at: number): void {
    const wasGone = swap.steps.some((step) => step.phase === 'start')
    if (back.kind === 'nothing' || (back.kind === 'unknown' && wasGone)) needs.store.serving.clear(swap.engine)
    if (back.kind === 'restored' && swap.wayBack !== null) serve(swap.engine, swap.wayBack, at)
  }

  function serve(engine: string, plan: Plan, since: number): void {
    const start = plan.starts
    if (start === null) return
    const { model, machines, port, servedName } = start
    needs.store.serving.set({ engine, model, recipeId: start.recipe.id, plan, machines, port, servedName, since, adopted: false })
  }

  function truthAfter(swap: Swap, back: Return, trouble: SwapTrouble | null): string {
    const before = swap.previousModel === null ? null : needs.nameOf(swap.previousModel)
    const old = before ?? 'The previous model'
    if (back.kind === 'unknown') return back.why
    if (back.kind === 'untouched') return before === null ? 'Nothing was changed.' : `Nothing was changed; ${before} is as it was.`
    if (back.kind === 'nothing') return nothingAfter(trouble, back.unseen)
    return back.kind === 'still' ? `${old} is still answering.` : `${old} is answering again.`
  }

  function finish(swap: Swap, nudges: readonly (() => void)[]): void {
    for (const nudge of nudges) nudge()
    needs.ended(swap)
  }

  return { run, cancel: (id: string) => cancels.get(id)?.abort(new SparkError('cancelled', {})) }
}

/** Found out by what somebody else serves there. */
const othersAnswer: ReadonlySet<string> = new Set(['port_taken', 'wrong_model'])

function nothingAfter(trouble: SwapTrouble | null, unseen: readonly string[]): string {
  const nothing = othersAnswer.has(trouble?.code ?? '') ? nothingOfOursAnswers : nothingAnswers
  return unseen.length === 0 ? nothing : `${nothing.slice(0, -1)} where Spark Control can look. ${unseenWords(unseen)}`
}

/** A removal beside what serves, which goes on serving. */
function isBeside({ plan }: Swap): boolean {
  return plan.stops.every((stop) => stop.force === true && stop.model === null)
}

/** What cannot be written down must not be decided either: it is raised, the row stays live and is taken up again (swaps.ts). */
function leavesLive(error: unknown, shutdown: AbortSignal): boolean {
  if (shutdown.aborted) return true
  if (isStorageTrouble(error)) throw error
  return false
}

/** Any error as the owner reads it; `now` is filled in at the end, when it is known. */
export function troubleOf(cause: unknown, needs: Pick<RunnerNeeds, 'nameOf'>): SwapTrouble {
  const error =
    cause instanceof SparkError ? cause : new SparkError('swap_interrupted', { why: 'something went wrong inside Spark Control' })
  const facts = { ...error.facts } as Record<string, unknown>
  if (typeof facts['model'] === 'string') facts['model'] = needs.nameOf(facts['model'])
  const { happened, next, run } = tellError(error.code, facts as never)
  const textOf = (name: string): string | null => (typeof facts[name] === 'string' ? facts[name] : null)
  return { code: error.code, happened, now: '', next, line: textOf('line'), machine: textOf('machine'), run }
}
