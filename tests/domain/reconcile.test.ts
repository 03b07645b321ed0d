// Case by case: what is stored and what the machines say, what is true then, and what is to be done.
import { describe, expect, test } from 'vitest'
import type { EngineLook } from '../../server/domain/engine.ts'
import { findSites } from '../../server/domain/engine-sites.ts'
import type { Container, MachineView } from '../../server/domain/machine.ts'
import { type Act, type Known, noNotes, type Reconciled, reconcile, resumeOf } from '../../server/domain/reconcile.ts'
import { somebodyAdvice, somebodySentence } from '../../server/domain/somebody-else.ts'
import type { Swap } from '../../server/domain/swap.ts'
import { buildClosedDoor, buildLook, buildModel, buildRecipe, buildView, buildNow as start } from '../fakes/builders.ts'
import { buildPlan, buildServing, buildSwap } from '../fakes/swap-builders.ts'

const qwen = 'Qwen/Qwen3-8B'
const later = (seconds: number): number => start + seconds * 1000
const container = (serving: string | null = `vllm serve ${qwen} --port 8000`, change: Partial<Container> = {}): Container => ({
  name: 'vllm_node',
  image: 'vllm-node',
  state: 'running',
  status: 'Up 3 minutes',
  serving,
  ...change,
})
const one = (at: number, containers: readonly Container[] | null, change: Partial<MachineView['observation']> = {}): MachineView =>
  buildView({}, { at, containers, uptimeSeconds: 100_000, ...change })
const two = (at: number, containers: readonly Container[] | null, change: Partial<MachineView['observation']> = {}): MachineView =>
  buildView({ id: 'spark2', name: 'spark-2', address: '192.0.2.12' }, { at, containers, uptimeSeconds: 100_000, ...change })
const silent = (view: MachineView): MachineView => ({ ...view, reach: 'unreachable', misses: 3 })

const ours = buildServing()
const swap = (change: Partial<Swap> = {}): Swap => ({ ...buildSwap(change), fence: 3, steps: [], ...change })
const endedAt = (at: number): Swap => swap({ state: 'succeeded', endedAt: at })

interface Moment {
  readonly now: number
  readonly views: readonly MachineView[]
  readonly looks?: Readonly<Record<string, EngineLook>>
  readonly change?: Partial<Known>
}

/** One moment after the other; each is told what the one before noted, and what its acts did to the store. */
function story(moments: readonly Moment[], begin: Partial<Known> = {}): Reconciled[] {
  let known: Known = {
    now: start,
    appliance: 'us',
    containerName: 'vllm_node',
    startAfterReboot: false,
    serving: null,
    live: null,
    lastSwap: null,
    highestFence: 3,
    swapOf: () => null,
    reservedBy: () => null,
    notes: noNotes,
    ...begin,
  }
  return moments.map(({ now, views, looks = {}, change = {} }) => {
    known = { ...known, ...change, now }
    const sites = findSites({ views, serving: known.serving, containerName: known.containerName, defaultPort: 8000 })
    const done = reconcile(known, {
      views,
      sites: sites.map((site) => ({ site, look: looks[site.machine.id] ?? null })),
      models: [buildModel()],
      recipesOf: () => [buildRecipe()],
    })
    for (const act of done.acts) {
      if (act.do === 'adopt') known = { ...known, serving: act.serving }
      if (act.do === 'forget') known = { ...known, serving: null }
    }
    known = { ...known, notes: done.notes }
    return done
  })
}
const done = (told: readonly Reconciled[]): Act['do'][] => told.flatMap(({ acts }) => acts.map((act) => act.do))
const last = (told: readonly Reconciled[]): Reconciled => {
  const found = told.at(-1)
  if (found === undefined) throw new Error('nothing was reconciled')
  return found
}
const good = (at: number, models = [qwen]): EngineLook => buildLook({ at, models })

describe('adopt', () => {
  test('a container of our name that answers as the model of its own command', () => {
    const told = story([{ now: later(5), views: [one(later(4), [container()])], looks: { spark1: good(later(5)) } }])
    expect(last(told).acts).toMatchObject([{ do: 'adopt', serving: { model: qwen, machines: ['spark1'], adopted: true } }])
  })
  test.each<[string, Moment]>([
    ['that does not answer yet', { now: later(5), views: [one(later(4), [container()])], looks: { spark1: buildClosedDoor(later(5)) } }],
    [
      'of another name',
      { now: later(5), views: [one(later(4), [container(undefined, { name: 'mine' })])], looks: { spark1: good(later(5)) } },
    ],
    [
      'while a switch is live',
      {
        now: later(5),
        views: [one(later(4), [container()])],
        looks: { spark1: good(later(5)) },
        change: { live: { swap: swap(), walked: true } },
      },
    ],
    [
      'while another one serves',
      {
        now: later(5),
        views: [one(later(4), [container()]), two(later(4), [container()])],
        looks: { spark1: good(later(5)), spark2: good(later(5)) },
        change: { serving: ours },
      },
    ],
  ])('nothing %s', (_title, moment) => {
    expect(done(story([moment]))).toEqual([])
  })
  test('only what two looks saw right after a switch, and nothing they saw before its end', () => {
    const looked = (at: number): Moment => ({ now: at, views: [one(at - 1000, [container()])], looks: { spark1: good(at) } })
    const begin = { lastSwap: endedAt(later(10)) }
    expect(done(story([looked(later(9)), looked(later(10)), looked(later(11))], begin))).toEqual([])
    expect(done(story([looked(later(12)), looked(later(12))], begin))).toEqual([])
    expect(done(story([looked(later(12)), looked(later(17))], begin))).toEqual(['adopt'])
    expect(done(story([looked(later(80))], begin))).toEqual(['adopt'])
  })
})

describe('forget', () => {
  const empty = (at: number): Moment => ({ now: later(at), views: [one(later(at), [])] })
  const there = (at: number): Moment => ({ now: later(at), views: [one(later(at), [container()])] })
  test.each<[string, readonly Moment[], Act['do'][]]>([
    ['what two looks in a row found gone', [empty(5), empty(10)], ['forget']],
    ['nothing after one look', [empty(5)], []],
    ['nothing after the same look twice', [empty(5), { ...empty(5), now: later(9) }], []],
    ['nothing when a look between them found it', [empty(5), there(10), empty(15)], []],
    ['nothing of a docker that does not answer', [5, 10, 15].map((at) => ({ now: later(at), views: [one(later(at), null)] })), []],
    ['nothing of looks from before it was started', [empty(-10), empty(-5)], []],
    ['nothing while a switch is live', [empty(5), { ...empty(10), change: { live: { swap: swap(), walked: true } } }], []],
    ['nothing of a machine that went silent after one such look', [empty(5), { now: later(60), views: [silent(one(later(5), []))] }], []],
    [
      'nothing whose process alone is gone: that is a dead engine, not an absent one',
      [5, 10, 15].map((at) => ({ now: later(at), views: [one(later(at), [container(null)])] })),
      [],
    ],
    [
      'a container that stopped and kept its name',
      [5, 10].map((at) => ({ now: later(at), views: [one(later(at), [container(null, { state: 'exited' })])] })),
      ['forget'],
    ],
  ])('%s', (_title, moments, acts) => {
    expect(done(story(moments, { serving: ours }))).toEqual(acts)
  })
})

describe('start again after a restart', () => {
  const restarted = (at: number, uptimeSeconds: number, change: Partial<Known> = {}): Moment => ({
    now: later(at),
    views: [one(later(at), [], { uptimeSeconds })],
    change,
  })
  const begin = { serving: ours, startAfterReboot: true }
  test('when the owner wants it, once', () => {
    expect(done(story([restarted(60, 10), restarted(65, 15), restarted(70, 20)], begin))).toEqual(['forget', 'start_again'])
  })
  test.each<[string, readonly Moment[], Partial<Known>]>([
    ['the owner does not want it', [restarted(60, 10), restarted(65, 15)], { serving: ours }],
    ['the machine did not restart', [restarted(60, 90_000), restarted(65, 90_005)], begin],
    ['how to start it is not known', [restarted(60, 10), restarted(65, 15)], { ...begin, serving: { ...ours, plan: null, adopted: true } }],
  ])('not where %s', (_title, moments, known) => {
    expect(done(story(moments, known))).toEqual(['forget'])
  })
  test('only when every machine it needs is back, and not after something else came', () => {
    const wide = { ...ours, machines: ['spark1', 'spark2'], plan: buildPlan(['spark1', 'spark2']) }
    const away = (at: number): Moment => ({ now: later(at), views: [one(later(at), [], { uptimeSeconds: 10 }), silent(two(later(0), []))] })
    const back = (at: number): Moment => ({ now: later(at), views: [one(later(at), [], { uptimeSeconds: 90 }), two(later(at), [])] })
    const known = { ...begin, serving: wide }
    expect(done(story([away(60), away(65), back(150)], known))).toEqual(['forget', 'start_again'])
    const meanwhile = { ...back(150), change: { live: { swap: swap(), walked: true } } }
    expect(done(story([away(60), away(65), meanwhile, { ...back(160), change: { live: null } }], known))).toEqual(['forget'])
  })
})

describe('a live switch', () => {
  const views = [one(later(1), [])]
  test('that nobody walks is taken up, once this life walks it no more', () => {
    const live = swap()
    expect(last(story([{ now: later(2), views, change: { live: { swap: live, walked: false } } }])).acts).toEqual([
      { do: 'take_up', swap: live },
    ])
    expect(done(story([{ now: later(2), views, change: { live: { swap: live, walked: true } } }]))).toEqual([])
  })
  test('goes on from its phase, or on with bringing the old model back', () => {
    expect(
      ['check', 'make_room', 'start', 'load', 'warm_up', 'verify'].map((phase) => resumeOf({ phase: phase as Swap['phase'] })),
    ).toEqual(Array(6).fill('go_on'))
    expect(resumeOf({ phase: 'restore' })).toBe('bring_back')
  })
  test("makes what runs on its machines its own business, and what runs elsewhere somebody else's", () => {
    const mine = swap({ plan: buildPlan(['spark1']) })
    const at = [one(later(1), [container()]), two(later(1), [container(`vllm serve other/model --port 8000`)])]
    const { truth } = last(
      story([{ now: later(2), views: at, change: { serving: { ...ours, machines: ['elsewhere'] }, live: { swap: mine, walked: true } } }]),
    )
    expect(truth.main).toBe('switching')
    expect(truth.observed.map((site) => site.machine.id)).toEqual(['spark2'])
  })
})

test("our own fence above what the database knows raises it; another appliance's does not", () => {
  const fence = (appliance: string) => one(later(1), [], { fence: { appliance, fence: 9, swap: 's' } })
  expect(last(story([{ now: later(2), views: [fence('us')] }])).acts).toEqual([{ do: 'raise_fence', floor: 9 }])
  expect(done(story([{ now: later(2), views: [fence('them')] }]))).toEqual([])
})

describe('somebody else', () => {
  const nameOf = (id: string): string => (id === 'spark1' ? 'spark-1' : 'spark-2')
  const llama = container('vllm serve meta-llama/Llama-3.3-70B-Instruct --port 8000')
  const toldOf = (told: readonly Reconciled[]): string[] =>
    told.flatMap(({ acts }) => acts.flatMap((act) => (act.do === 'tell' ? [somebodySentence(act.somebody, nameOf)] : [])))

  test('put another model in the place of ours: ours is forgotten, theirs adopted, and it is said as long as it serves', () => {
    const replaced = (at: number, look: EngineLook): Moment => ({
      now: later(at),
      views: [one(later(at), [llama])],
      looks: { spark1: look },
    })
    const theirs = good(later(40), ['meta-llama/Llama-3.3-70B-Instruct'])
    const told = story(
      [
        replaced(5, buildClosedDoor(later(5))),
        replaced(10, buildClosedDoor(later(10))),
        replaced(15, buildClosedDoor(later(15))),
        replaced(40, theirs),
        replaced(45, theirs),
      ],
      { serving: ours },
    )
    expect(told.map(({ truth }) => truth.main)).toEqual(['serving', 'serving', 'coming', 'coming', 'serving'])
    expect(done(told)).toEqual(['forget', 'adopt'])
    expect(told[1]?.acts).toMatchObject([{ do: 'forget', by: { command: { model: 'meta-llama/Llama-3.3-70B-Instruct' } } }])
    expect(last(told).truth.insteadOf?.model).toBe(qwen)
  })
  test('is not suspected while the right model answers, whatever the command looks like', () => {
    const odd = (at: number): Moment => ({ now: later(at), views: [one(later(at), [llama])], looks: { spark1: good(later(at)) } })
    expect(done(story([odd(5), odd(10), odd(15)], { serving: ours }))).toEqual([])
  })
  test('is not suspected for a served name that the process table cuts at its space', () => {
    const spaced = { ...ours, servedName: 'My Qwen' }
    const cut = container(`vllm serve ${qwen} --port 8000 --served-model-name My Qwen`)
    const moments = [5, 10, 15].map((at) => ({
      now: later(at),
      views: [one(later(at), [cut])],
      looks: { spark1: buildClosedDoor(later(at)) },
    }))
    expect(done(story(moments, { serving: spaced }))).toEqual([])
  })
  test('started a container elsewhere: said once, shown, advised where a switch would clear it', () => {
    const before: Moment = { now: later(5), views: [one(later(5), [container()]), two(later(5), [])] }
    const then = (at: number): Moment => ({ now: later(at), views: [one(later(at), [container()]), two(later(at), [llama])] })
    const told = story([before, then(10), then(15), then(20)], { serving: ours })
    expect(toldOf(told)).toEqual(['Llama 3.3 70B was started on spark-2, port 8000, not by Spark Control.'])
    const [advice] = last(told).truth.somebody.map((somebody) => somebodyAdvice(somebody, nameOf))
    expect(advice).toBe('Llama 3.3 70B runs on spark-2 and was not started here. A switch that needs spark-2 will say that it stops it.')
  })
  test('who was there before we first looked is shown, and no news', () => {
    const told = story(
      [5, 10].map((at) => ({ now: later(at), views: [one(later(at), [container()]), two(later(at), [llama])] })),
      { serving: ours },
    )
    expect(toldOf(told)).toEqual([])
    expect(last(told).truth.somebody).toHaveLength(1)
  })
  test('is not what a switch of ours left behind, or what was seen before it ended', () => {
    const lastSwap = swap({ state: 'failed', endedAt: later(8), plan: buildPlan(['spark2']) })
    const before: Moment = { now: later(5), views: [one(later(5), [container()]), two(later(5), [])] }
    const left: Moment = { now: later(20), views: [one(later(20), [container()]), two(later(20), [container()])] }
    const stale: Moment = { now: later(9), views: [one(later(9), [container()]), two(later(7), [llama])] }
    expect(toldOf(story([before, stale, left], { serving: ours, lastSwap }))).toEqual([])
  })
  test('is another appliance that took control, by its name', () => {
    const fenced = (at: number, appliance: string): Moment => ({
      now: later(at),
      views: [one(later(at), [container()], { fence: { appliance, fence: 1, swap: 's' } })],
    })
    expect(toldOf(story([fenced(5, 'us'), fenced(10, 'attic'), fenced(15, 'attic')], { serving: ours }))).toEqual([
      'Another Spark Control (attic) took control of spark-1.',
    ])
  })
})

test('the same moment twice does nothing the second time', () => {
  const moments: Moment[] = [
    { now: later(5), views: [one(later(5), []), two(later(5), [container()])], looks: { spark2: good(later(5)) } },
    { now: later(10), views: [one(later(10), []), two(later(10), [container()])], looks: { spark2: good(later(10)) } },
  ]
  const once = story(moments, { serving: ours })
  const twice = story(
    moments.flatMap((moment) => [moment, moment]),
    { serving: ours },
  )
  expect(done(once)).toContain('forget')
  expect(done(twice).filter((act) => act === 'forget')).toEqual(['forget'])
})
