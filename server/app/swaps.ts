// The one writer of a cluster: starts, cancels and takes up swaps. At most one is live; the unique index says so too.
import { SparkError } from '../contract/errors.ts'
import type { SwapView } from '../contract/operations/shapes.ts'
import type { MachineView } from '../domain/machine.ts'
import type { Plan } from '../domain/plan.ts'
import { highestOwnFence } from '../domain/reconcile.ts'
import { canCancel, type Requester, removedByForce, type Swap } from '../domain/swap.ts'
import type { Lock } from './lock.ts'
import type { Made, Plans } from './plans.ts'
import type { Clock, Ids, Log, ServingStore, SwapStore } from './ports.ts'
import { isStorageTrouble, type Storage } from './storage.ts'
import type { SwapRunner } from './swap-runner.ts'
import { swapView } from './swap-view.ts'
import type { EventsUse, RemovalAsk, StopAsk, SwapAsk, SwapsUse } from './use-cases.ts'

export interface SwapsNeeds {
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly appliance: string
  readonly store: { readonly swaps: SwapStore; readonly serving: ServingStore }
  readonly events: EventsUse
  readonly plans: Plans
  readonly runner: SwapRunner
  readonly fleet: { views(): readonly MachineView[] }
  /** Refuses, or ends the reservation when breakLock is given. */
  readonly checkLock: Lock['checkLock']
  readonly nameOf: (model: string | null) => string
  readonly storage: Pick<Storage, 'writable' | 'isWritable'>
  /** Aborted when the appliance stops; swaps stay live in the database and on the machines. */
  readonly shutdown: AbortSignal
}

/** What a caller is told to wait when nothing better is known, seconds. */
const usualWaitSeconds = 30
const longestWaitSeconds = 600

export function createSwaps(needs: SwapsNeeds): SwapsUse & {
  /** After a restart: walks a live swap on, or ends it with what is true. */
  takeUp(id: string): void
  settled(): Promise<void>
} {
  const { store, clock } = needs
  const running = new Set<Promise<void>>()
  const turns = new Map<string, Promise<unknown>>()

  const machineName = (id: string): string => needs.fleet.views().find((one) => one.machine.id === id)?.machine.name ?? id

  const view = (swap: Swap): SwapView =>
    swapView(swap, {
      now: clock.now(),
      store: store.swaps,
      nameOf: needs.nameOf,
      waits: !needs.storage.isWritable(),
      machineName,
      machineId: (name) => needs.fleet.views().find((one) => one.machine.name === name)?.machine.id ?? null,
    })

  /** One at a time a cluster, in order of arrival: decisions are made inside, never on an old read. */
  const inTurn = async <T>(cluster: string, act: () => Promise<T>): Promise<T> => {
    const before = turns.get(cluster) ?? Promise.resolve()
    const mine = before.then(act, act)
    turns.set(
      cluster,
      mine.catch(() => undefined),
    )
    return mine
  }

  const refuseWhileLive = (cluster: string): void => {
    const live = store.swaps.live(cluster)
    if (live === null) return
    const left = view(live).etaSeconds ?? usualWaitSeconds
    throw new SparkError('swap_running', {
      swap: live.id,
      model: live.model === null ? null : needs.nameOf(live.model),
      retryAfterSeconds: Math.min(longestWaitSeconds, left),
    })
  }

  /** A disk that is full half way is like a restart: the machines go on, and the switch is taken up when it can be written again. */
  const walk = async (id: string, taken: 'new' | 'recovered'): Promise<void> => {
    try {
      if (taken === 'recovered') store.swaps.renewFence(id)
      await needs.runner.run(id, needs.shutdown, taken)
    } catch (error) {
      if (!isStorageTrouble(error)) throw error
      needs.log.warn('a switch waits until it can be written down', { swap: id })
      await needs.storage.writable(needs.shutdown).catch(() => undefined)
      if (!needs.shutdown.aborted) await walk(id, 'recovered')
    }
  }

  const launch = (id: string, taken: 'new' | 'recovered'): void => {
    const promise: Promise<void> = walk(id, taken)
      .catch((error: unknown) => needs.log.error('a switch ended in an error', { swap: id, error }))
      .then(() => void running.delete(promise))
    running.add(promise)
  }

  const begin = (made: Made, model: string | null, by: Requester, why: string | null): Swap => {
    const { plan } = made
    const serving = store.serving.find(plan.engine)
    const now = clock.now()
    const nudges: (() => void)[] = []
    const removes = removedByForce(plan, machineName)
    // A container beside the one that serves: what serves is not touched.
    const removesOther = removes !== null && plan.stops.every((stop) => stop.model === null)
    // A fence of ours from before the database was put back would refuse the new one.
    store.swaps.raiseFence(highestOwnFence(needs.fleet.views(), needs.appliance))
    const swap = store.swaps.begin(
      {
        id: needs.ids.next(),
        cluster: plan.cluster,
        engine: plan.engine,
        model,
        previousModel: removesOther ? null : (serving?.model ?? null),
        recipeId: plan.starts?.recipe.id ?? null,
        plan,
        wayBack: wayBackPlan(plan, serving?.plan ?? null),
        state: 'running',
        phase: 'check',
        restored: null,
        progress: { percent: null, sentence: 'Making sure the plan still holds.' },
        startedAt: now,
        endedAt: null,
        requestedBy: by,
        why,
        cancelRequestedAt: null,
        trouble: null,
      },
      (begun) =>
        nudges.push(
          needs.events.stage('swap_started', {
            swap: begun.id,
            cluster: begun.cluster,
            engine: begun.engine,
            model,
            previousModel: begun.previousModel,
            requestedBy: by.name,
            ...(removes === null ? {} : { removes, ...(why === null ? {} : { why }) }),
          }).nudge,
        ),
    )
    if (swap === null) {
      refuseWhileLive(plan.cluster)
      throw new SparkError('swap_running', { swap: '', model: null, retryAfterSeconds: usualWaitSeconds })
    }
    for (const nudge of nudges) nudge()
    launch(swap.id, 'new')
    return swap
  }

  const refuseUnready = (made: Made, fingerprint: string | undefined): void => {
    const { plan } = made
    if (fingerprint !== undefined && fingerprint !== plan.fingerprint) throw new SparkError('plan_stale', {})
    const first = plan.reasons[0]
    if (plan.verdict === 'blocked')
      throw new SparkError('plan_blocked', {
        why: first?.sentence ?? 'The plan is blocked.',
        unblock: first?.unblock ?? 'Look at the plan.',
      })
    if (!made.confirmed) throw new SparkError('recipe_unconfirmed', { recipe: made.recipe?.id ?? '' })
  }

  /** Refused at once where nothing could be done anyway, and decided on a fresh look at the machines. */
  async function ask(
    by: StopAsk,
    model: string | null,
    why: string | null,
    make: () => Promise<Made>,
    { fingerprint, still = () => true }: { fingerprint?: string | undefined; still?: (() => boolean) | undefined } = {},
  ): Promise<SwapView> {
    const { cluster } = needs.plans.engineOf(by)
    const { kind, name } = by.requestedBy
    const asked = { cluster, token: by.lockToken, breakLock: by.breakLock, by: name, inLine: kind === 'app' }
    const refuse = (): void => {
      refuseWhileLive(cluster)
      // A reservation is broken only for a switch that begins: see below.
      if (by.breakLock !== true) needs.checkLock(asked)
    }
    refuse()
    return inTurn(cluster, async () => {
      refuse()
      const made = await make()
      if (!still()) throw new SparkError('plan_stale', {})
      refuseUnready(made, fingerprint)
      refuseWhileLive(cluster)
      needs.checkLock(asked)
      return view(begin(made, model, by.requestedBy, why))
    })
  }

  const start = (swap: SwapAsk): Promise<SwapView> =>
    ask(swap, swap.model, swap.why ?? null, () => needs.plans.make(swap, true), { fingerprint: swap.fingerprint })

  const stop = (swap: StopAsk): Promise<SwapView> => ask(swap, null, null, () => needs.plans.makeStop(swap.engine, true))

  const remove = ({ machines, why = null, still, ...by }: RemovalAsk): Promise<SwapView> =>
    ask(by, null, why, () => needs.plans.makeRemoval(by.engine, machines), { still })

  const find = (id: string): Swap => {
    const swap = store.swaps.find(id)
    if (swap === null) throw new SparkError('not_found', { what: `switch "${id.slice(0, 64)}"` })
    return swap
  }

  function cancel(id: string, by: Requester): SwapView {
    const swap = find(id)
    if (!canCancel(swap)) throw new SparkError('swap_not_cancellable', { ended: swap.state !== 'running' })
    store.swaps.update(id, clock.now(), { cancelRequestedAt: clock.now() })
    store.swaps.appendLog(id, [{ at: clock.now(), text: `(${by.name} cancelled it here.)` }])
    needs.events.append('swap_progressed', { swap: id, phase: swap.phase, percent: null, sentence: 'Cancelling.' })
    needs.runner.cancel(id)
    return view(find(id))
  }

  return {
    start,
    stop,
    remove,
    find: (id) => view(find(id)),
    current: (cluster = 'default') => {
      const live = store.swaps.live(cluster)
      return live === null ? null : view(live)
    },
    recent: (limit, before) => store.swaps.recent(limit, before).map(view),
    cancel,
    log: (id, after, limit) =>
      store.swaps
        .log(find(id).id, after, limit)
        .map((line) => ({ number: line.number, at: new Date(line.at).toISOString(), text: line.text })),
    takeUp: (id) => launch(id, 'recovered'),
    settled: async () => {
      await Promise.all(running)
    },
  }
}

/** What to start again when this plan fails: the plan the serving model was started by, where the planner promised it. */
function wayBackPlan(plan: Plan, serving: Plan | null): Plan | null {
  return plan.wayBack.kind === 'previous' ? serving : null
}
