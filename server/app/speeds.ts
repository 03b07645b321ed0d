// How fast what was switched to answers: one short answer once after a switch, kept with its recipe. It is measured when the outcome
// is written, so that nothing waits for it, and given up for whoever wants the engine.
import type { SpeedView } from '../contract/operations/recipe-shapes.ts'
import type { EngineLook, Serving } from '../domain/engine.ts'
import type { Machine } from '../domain/machine.ts'
import { withShare } from '../domain/memory-advice.ts'
import type { Model } from '../domain/model.ts'
import type { PlanStart } from '../domain/plan.ts'
import { type Recipe, recipeWords } from '../domain/recipe.ts'
import { rateOf, type Speed, type StreamedAnswer } from '../domain/speed.ts'
import type { Swap } from '../domain/swap.ts'
import type { EngineAddress, Engines } from './engine-ports.ts'
import { isoTime } from './iso-time.ts'
import type { Clock, Log, ServingStore, SwapStore } from './ports.ts'
import type { SpeedStore } from './recipe-ports.ts'
import type { EventsUse, SettingsUse } from './use-cases.ts'

export interface SpeedsNeeds {
  readonly clock: Clock
  readonly engines: Pick<Engines, 'look' | 'measure'>
  readonly store: {
    readonly speeds: SpeedStore
    readonly serving: Pick<ServingStore, 'find'>
    readonly swaps: Pick<SwapStore, 'live'>
  }
  readonly machine: (id: string) => Machine | null
  readonly model: (id: string) => Model | null
  readonly inFlight: (engine: string) => number
  readonly settings: Pick<SettingsUse, 'get'>
  readonly events: Pick<EventsUse, 'append' | 'subscribe'>
  readonly log: Log
  readonly shutdown: AbortSignal
}

const measureWithinMs = 40_000
/** Tokens beyond our own that a look may count: the test requests of the watch. */
const watchTokens = 4
/** What gives text. */
const textKinds: ReadonlySet<string> = new Set(['chat', 'completion'])

const cameIn = 'a request came in meanwhile'

type Measuring = { readonly tokensPerSecond: number; readonly firstTokenMs: number } | { readonly skipped: string }

/** The answer as a rate, where the engine's own count shows that it worked for nobody else meanwhile. */
function judged(answer: StreamedAnswer, before: EngineLook, after: EngineLook): Measuring {
  const others =
    after.generatedTokens === null || before.generatedTokens === null ? 0 : after.generatedTokens - before.generatedTokens - answer.tokens
  if (others > watchTokens || (after.runningRequests ?? 0) > 1) return { skipped: cameIn }
  const rate = rateOf(answer)
  return rate === null ? { skipped: 'the answer was too short to tell' } : { tokensPerSecond: rate, firstTokenMs: answer.firstTokenMs }
}

export function createSpeeds(needs: SpeedsNeeds) {
  const { clock, engines, store } = needs
  /** Ends a measurement when another switch begins or somebody asks. */
  let running: AbortController | null = null

  /** Still what this switch started, with nobody else at it. */
  const stillOurs = (swap: Swap, since: number): boolean => {
    const now = store.serving.find(swap.engine)
    const [mine, its] = [swap.plan.starts, now?.plan?.starts ?? null]
    // What was brought back after a failure serves by another recipe.
    const same = mine !== null && its !== null && recipeWords(mine.recipe) === recipeWords(its.recipe)
    return same && now?.since === since && store.swaps.live(swap.cluster) === null
  }

  /** A reason not to ask now; null: nothing stands in the way. */
  const obstacle = (swap: Swap, start: PlanStart, before: EngineLook): string | null => {
    const as = needs.model(start.model)?.inference.as ?? 'chat'
    if (!textKinds.has(as)) return 'it gives no text'
    const busy = (before.runningRequests ?? 0) + (before.waitingRequests ?? 0) > 0
    return busy || needs.inFlight(swap.engine) > 0 ? 'a request was in progress' : null
  }

  async function ask(swap: Swap, start: PlanStart, address: EngineAddress, signal: AbortSignal): Promise<Measuring> {
    const interrupted = (): boolean => signal.aborted || needs.inFlight(swap.engine) > 0
    const before = await engines.look(address, signal)
    const why = obstacle(swap, start, before)
    if (why !== null) return { skipped: why }
    const heard = await engines.measure(address, start.servedName, measureWithinMs, signal)
    if (interrupted()) return { skipped: cameIn }
    if (heard.answer === null) return { skipped: heard.why }
    const after = await engines.look(address, signal)
    return interrupted() ? { skipped: cameIn } : judged(heard.answer, before, after)
  }

  function keep(start: PlanStart, measured: Measuring): void {
    const [words, count, at] = [recipeWords(start.recipe), start.machines.length, clock.now()]
    const told = { model: start.model, recipe: start.recipe.id }
    if ('skipped' in measured) {
      store.speeds.setSkipped(words, count, measured.skipped, at)
      needs.events.append('speed_measured', { ...told, tokensPerSecond: null, why: measured.skipped })
    } else {
      store.speeds.setMeasured(words, count, measured, at)
      needs.events.append('speed_measured', { ...told, tokensPerSecond: measured.tokensPerSecond, why: null })
    }
  }

  async function askAndKeep(swap: Swap, start: PlanStart, signal: AbortSignal): Promise<void> {
    const head = needs.machine(start.machines[0] ?? '')
    const since = store.serving.find(swap.engine)?.since ?? -1
    const ours = (): boolean => !needs.shutdown.aborted && stillOurs(swap, since)
    if (head === null || !ours()) return
    const measured = await ask(swap, start, { address: head.address, port: start.port }, signal)
    // What another switch holds by now is not written about.
    if (ours()) keep(start, measured)
  }

  /** Called after every outcome. Settles when it is measured or given up; never rejects. */
  async function measure(swap: Swap): Promise<void> {
    const start = swap.plan.starts
    if (start === null || needs.shutdown.aborted || !needs.settings.get('swap.measureSpeed')) return
    running?.abort()
    const own = new AbortController()
    running = own
    const off = needs.events.subscribe((event) => {
      if (event.type === 'swap_started') own.abort()
    })
    try {
      await askAndKeep(swap, start, AbortSignal.any([own.signal, needs.shutdown]))
    } catch (error) {
      // Nothing hangs on it: the switch has its outcome.
      if (!needs.shutdown.aborted) needs.log.warn('the speed of a model was not measured', { model: start.model, error })
    } finally {
      off()
      if (running === own) running = null
    }
  }

  const view = (speed: Speed | null, machines: number): SpeedView | null =>
    speed === null
      ? null
      : {
          tokensPerSecond: speed.tokensPerSecond,
          firstTokenSeconds: speed.firstTokenMs === null ? null : speed.firstTokenMs / 1000,
          machines,
          measuredAt: speed.measuredAt === null ? null : isoTime(speed.measuredAt),
          skipped: speed.skipped === null ? null : { why: speed.skipped.why, at: isoTime(speed.skipped.at) },
        }

  const words = new WeakMap<PlanStart, string>()
  const wordsOf = (start: PlanStart): string => {
    const known = words.get(start) ?? recipeWords(start.recipe)
    words.set(start, known)
    return known
  }

  return {
    measure,
    /** A request of a person goes first: called when one comes in. */
    yieldTo: (): void => running?.abort(),
    of: (recipe: Recipe): SpeedView | null => view(store.speeds.find(recipeWords(withShare(recipe)), recipe.nodes), recipe.nodes),
    ofServing: ({ plan }: Serving): SpeedView | null => {
      const start = plan?.starts ?? null
      return start === null ? null : view(store.speeds.find(wordsOf(start), start.machines.length), start.machines.length)
    },
  }
}
