// What an ended switch left on a machine it could not reach: what is cleared up by itself, and what stays with the owner.
import { expect, test } from 'vitest'
import { upAtLeastMs } from '../../server/domain/container-age.ts'
import type { EngineLook } from '../../server/domain/engine.ts'
import { findSites } from '../../server/domain/engine-sites.ts'
import type { Container } from '../../server/domain/machine.ts'
import { type Known, noNotes, type Reconciled, reconcile } from '../../server/domain/reconcile.ts'
import type { Swap } from '../../server/domain/swap.ts'
import { buildClosedDoor, buildLook, buildModel, buildRecipe, buildView, buildNow as start } from '../fakes/builders.ts'
import { buildPlan, buildServing, buildSwap } from '../fakes/swap-builders.ts'

const qwen = 'Qwen/Qwen3-8B'
const later = (seconds: number): number => start + seconds * 1000
const container = (serving: string | null = `vllm serve ${qwen} --port 8000`): Container => ({
  name: 'vllm_node',
  image: 'vllm-node',
  state: 'running',
  status: 'Up 3 minutes',
  serving,
})
const good = (at: number): EngineLook => buildLook({ at, models: [qwen] })
const ours = buildServing({ since: later(60) })
const shell = container(null)
const rank = container(`vllm serve ${qwen} --port 8000 --nnodes 2 --node-rank 1 --headless`)
const head = container(`vllm serve ${qwen} --port 8000 --nnodes 2 --node-rank 0`)
const record = { appliance: 'us', fence: 3, swap: 'swap1' }
const begun: Swap['steps'] = [{ phase: 'start', startedAt: start, endedAt: later(60) }]
const ended: Swap = {
  ...buildSwap({ state: 'failed', endedAt: later(60), plan: buildPlan(['spark1', 'spark2']) }),
  fence: 3,
  steps: begun,
}

/** Three looks after the end of the switch; what is given is otherwise than in the plain case: a shell on spark-2, nothing on spark-1. */
interface Case {
  readonly first?: readonly Container[] | null
  readonly second?: readonly Container[]
  readonly record?: Partial<typeof record> | null
  readonly swap?: Partial<Swap>
  readonly known?: Partial<Known>
  readonly away?: boolean
  readonly looks?: Readonly<Record<string, EngineLook>>
  readonly at?: readonly number[]
}

function play({ first = [], second = [shell], at = [100, 105, 110], ...rest }: Case): Reconciled[] {
  const swap: Swap = { ...ended, ...rest.swap }
  const fence = rest.record === null ? null : { ...record, ...rest.record }
  let notes = noNotes
  return at.map((seconds) => {
    const seen = { at: later(seconds), uptimeSeconds: 100_000 }
    const near = buildView({}, { ...seen, containers: first, fence: record })
    const views = [
      rest.away === true ? { ...near, reach: 'unreachable' as const, misses: 3 } : near,
      buildView({ id: 'spark2', name: 'spark-2', address: '192.0.2.12' }, { ...seen, containers: second, fence }),
    ]
    const looks = { spark1: buildClosedDoor(seen.at), spark2: buildClosedDoor(seen.at), ...rest.looks } as Record<string, EngineLook>
    const known: Known = {
      now: seen.at,
      appliance: 'us',
      containerName: 'vllm_node',
      startAfterReboot: false,
      serving: null,
      live: null,
      lastSwap: swap,
      highestFence: 4,
      swapOf: (id) => (id === 'swap1' ? swap : null),
      reservedBy: () => null,
      ...rest.known,
      notes,
    }
    const sites = findSites({ views, serving: known.serving, containerName: 'vllm_node', defaultPort: 8000 })
    const seenSites = sites.map((site) => ({ site, look: looks[site.machine.id] ?? null }))
    const done = reconcile(known, { views, sites: seenSites, models: [buildModel()], recipesOf: () => [buildRecipe()] })
    notes = done.notes
    return done
  })
}

const cleared = (case_: Case): unknown[] => play(case_).flatMap(({ acts }) => acts.filter((act) => act.do === 'clear_up'))

test.each<[string, Case]>([
  ['a shell in which nothing was started', {}],
  ['a rank', { second: [rank] }],
  [
    'beside the old model, which was brought back on the other Spark',
    {
      first: [container()],
      looks: { spark1: good(later(100)) },
      known: { serving: ours },
    },
  ],
  ['by a switch that was cancelled', { swap: { state: 'cancelled' } }],
  ['by an older fence of the same switch', { record: { fence: 2 } }],
  ['on the head, whose rank is gone', { first: [head], second: [] }],
])('is cleared up, once two looks agree, and once: %s', (_title, case_) => {
  expect(cleared(case_)).toEqual([
    { do: 'clear_up', swap: expect.objectContaining({ id: 'swap1' }), machines: [case_.second?.length === 0 ? 'spark1' : 'spark2'] },
  ])
  expect(cleared({ ...case_, at: [100] })).toEqual([])
  expect(cleared({ ...case_, at: [100, 100] })).toEqual([])
})

test.each<[string, Case]>([
  ['another appliance wrote the record', { record: { appliance: 'attic' } }],
  ['there is no record', { record: null }],
  ['the record names a switch that is not known here', { record: { swap: 'other' } }],
  ['the record is of a later fence', { record: { fence: 4 } }],
  ['the switch succeeded', { swap: { state: 'succeeded' } }],
  ['the switch is not over', { swap: { state: 'running', endedAt: null } }],
  ['the switch had not begun to start', { swap: { steps: [] } }],
  ['the start was not to use that Spark', { swap: { plan: buildPlan(['spark1', 'spark3']) } }],
  ['the start needed one Spark alone, and may yet answer', { swap: { plan: buildPlan(['spark2']) } }],
  ['it is younger than the end of the switch', { second: [{ ...shell, status: 'Up 5 seconds' }] }],
  ['its age cannot be told from docker', { second: [{ ...shell, status: 'Up' }] }],
  ['it runs a model that needs one Spark alone', { second: [container(`vllm serve ${qwen} --port 8001`)] }],
  ['the other half is still there', { first: [container(null)] }],
  ['the other half is not heard', { away: true }],
  ['docker on the other half does not answer', { first: null }],
  ['something answers there', { looks: { spark2: good(later(100)) } }],
  ['it is of another name', { second: [{ ...shell, name: 'mine' }] }],
  ['it has stopped by itself', { second: [{ ...shell, state: 'exited' }] }],
  ['it is what serves', { known: { serving: { ...ours, machines: ['spark1', 'spark2'] } } }],
  [
    'what serves was adopted, and may own it',
    {
      first: [container()],
      looks: { spark1: good(later(100)) },
      known: { serving: { ...ours, plan: null, adopted: true, since: later(90) } },
    },
  ],
  ['a switch is live', { known: { live: { swap: ended, walked: true } } }],
  ['somebody has the cluster reserved', { known: { reservedBy: () => 'Bob' } }],
])('stays with the owner where %s', (_title, case_) => {
  expect(cleared(case_)).toEqual([])
})

test('is named until it is cleared up, and while a reservation stands', () => {
  const named = (case_: Case): string[] => play(case_).map(({ truth }) => truth.leftBehind.map((left) => left.machine.id).join())
  expect(named({})).toEqual(['spark2', 'spark2', ''])
  expect(named({ known: { reservedBy: () => 'Bob' } })).toEqual(['spark2', 'spark2', 'spark2'])
})

test.each([
  ['Up Less than a second', 0],
  ['Up 1 second', 1],
  ['Up About a minute', 60],
  ['Up 59 minutes (healthy)', 59 * 60],
  ['Up About an hour', 1800],
  ['Up 2 hours', 5400],
  ['Up 3 days', 3 * 86_400],
  ['Exited (0) 3 minutes ago', 0],
])('%s is at least %d s', (status, seconds) => {
  expect(upAtLeastMs(status)).toBe(seconds * 1000)
})
