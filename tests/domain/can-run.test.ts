import { expect, test } from 'vitest'
import { type CanRunFacts, canRun } from '../../server/domain/can-run.ts'
import type { Model } from '../../server/domain/model.ts'
import type { Recipe } from '../../server/domain/recipe.ts'
import { buildInference, buildModel, buildRecipe, buildView, GB } from '../fakes/builders.ts'
import { buildPlan } from '../fakes/swap-builders.ts'

const second = buildView({ id: 'spark2', name: 'spark-2' })
const memory = (availableBytes: number) => ({
  totalBytes: 130 * GB,
  availableBytes,
  freeBytes: availableBytes,
  cachedBytes: 0,
  pressure: 0,
})
const facts = (change: Partial<CanRunFacts> = {}): CanRunFacts => ({
  machines: [buildView()],
  serving: null,
  servingName: null,
  containerName: 'vllm_node',
  headroomBytes: 8 * GB,
  ...change,
})
const heavy = (weightsBytes: number): Model => buildModel({ inference: buildInference({ weightsBytes }) })
const serving = {
  engine: 'main',
  model: 'other/model',
  recipeId: null,
  plan: buildPlan(['spark1']),
  machines: ['spark1'],
  port: 8000,
  servedName: 'other/model',
  since: 0,
  adopted: false,
}

const table: readonly [string, Model, Partial<Recipe>, Partial<CanRunFacts>, string, RegExp][] = [
  ['free memory', buildModel(), {}, {}, 'now', /^It needs 36 GB of memory on spark-1, and that is free\.$/],
  ['a running model that stops first', buildModel(), {}, { serving, servingName: 'Other' }, 'needs_room', /^Other stops first\.$/],
  ['itself running', buildModel(), {}, { serving: { ...serving, model: 'Qwen/Qwen3-8B' } }, 'now', /is running/],
  [
    'memory that something else uses',
    buildModel(),
    {},
    { machines: [buildView({}, { memory: memory(10 * GB) })] },
    'needs_room',
    /spark-1 has 10 GB free/,
  ],
  ['weights beyond the machine', heavy(110 * GB), {}, {}, 'no', /It needs 130 GB and spark-1 has 131 GB\./],
  ['too few machines', buildModel(), { nodes: 2 }, {}, 'no', /needs 2 Sparks and there is 1/],
  [
    'the model on one of two',
    buildModel(),
    { nodes: 2 },
    { machines: [buildView(), second] },
    'needs_setup',
    /whole on spark-1, and not on spark-2/,
  ],
  ['a download that broke off', buildModel({ complete: false, state: 'interrupted', copies: [] }), {}, {}, 'no', /only in part/],
  [
    'something vLLM cannot serve',
    buildModel({ inference: buildInference({ servable: false, reason: 'It is an adapter.' }) }),
    {},
    {},
    'no',
    /It is an adapter\./,
  ],
  [
    'an embedding model',
    buildModel({ inference: buildInference({ as: 'embedding' }) }),
    { source: 'inferred', flags: [{ name: 'runner', value: 'pooling', reason: 'r', source: 's' }] },
    {},
    'no',
    /Qwen3 8B turns text into numbers for search \(an embedding model\)\. It answers neither chats nor completions/,
  ],
  ['a rerank model', buildModel({ inference: buildInference({ as: 'rerank' }) }), {}, {}, 'no', /sorts search results/],
  ['a speech model', buildModel({ inference: buildInference({ as: 'transcription' }) }), {}, {}, 'no', /turns speech into text/],
  ['a completion model', buildModel({ inference: buildInference({ as: 'completion' }) }), {}, {}, 'now', /that is free/],
  [
    'a chat model whose recipe makes it give numbers',
    buildModel(),
    { source: 'shipped', flags: [{ name: 'task', value: 'embed', reason: 'r', source: 's' }] },
    {},
    'no',
    /gives? numbers instead of text.*Change its recipe/,
  ],
  [
    'an embedding model that its owner starts as a chat model',
    buildModel({ inference: buildInference({ as: 'embedding' }) }),
    { source: 'owner', flags: [{ name: 'runner', value: 'generate', reason: 'r', source: 's' }] },
    {},
    'now',
    /that is free/,
  ],
  [
    'a model nobody knows how to start',
    buildModel({ inference: buildInference({ servable: null, reason: 'Its architecture is not known.' }) }),
    { source: 'inferred' },
    {},
    'needs_setup',
    /not known/,
  ],
  [
    'docker that needs sudo',
    buildModel(),
    {},
    { machines: [buildView({}, { containers: null, dockerProblem: 'permission' })] },
    'needs_setup',
    /without sudo/,
  ],
  ['no launcher', buildModel(), {}, { machines: [buildView({}, { launcher: null })] }, 'needs_setup', /launcher/],
  ['a silent machine', buildModel(), {}, { machines: [buildView({}, null)] }, 'no', /does not answer/],
]

test.each(table)('with %s', (_title, model, recipe, change, verdict, why) => {
  const found = canRun(model, buildRecipe(recipe), facts(change))
  expect(found.verdict).toBe(verdict)
  expect(found.why).toMatch(why)
})

test('the headroom setting counts', () => {
  const machines = [buildView({}, { memory: memory(38 * GB) })]
  const modest = buildRecipe({ flags: [{ name: 'gpu-memory-utilization', value: 0.2, reason: 'r', source: 's' }] })
  expect(canRun(buildModel(), modest, facts({ machines })).verdict).toBe('now')
  expect(canRun(buildModel(), modest, facts({ machines, headroomBytes: 16 * GB })).verdict).toBe('needs_room')
})

test('what the running model was measured to hold is what comes back, not the share it was let to take', () => {
  const machines = [buildView({}, { memory: memory(20 * GB) })]
  const running = facts({ machines, serving, servingName: 'Other' })
  const modest = buildRecipe({ flags: [{ name: 'gpu-memory-utilization', value: 0.3, reason: 'r', source: 's' }] })
  expect(canRun(buildModel(), modest, running)).toMatchObject({ verdict: 'needs_room', why: 'Other stops first.' })
  const told = { peakBytes: 12 * GB, steadyBytes: 10 * GB, leftBytes: 50 * GB, starts: 1 }
  const measured: CanRunFacts['measured'] = (recipe) => (recipe === serving.plan.starts?.recipe ? told : null)
  expect(canRun(buildModel(), modest, { ...running, measured }).why).toMatch(/spark-1 will have 30 GB free\. Stop what else uses memory/)
})

test('the fraction vLLM takes counts, as it does in the plan', () => {
  const machines = [buildView({}, { memory: memory(60 * GB) })]
  const told = canRun(buildModel(), buildRecipe(), facts({ machines }))
  expect(told).toMatchObject({ verdict: 'needs_room', why: expect.stringContaining('It takes 104 GB and spark-1 has 60 GB free') })
})
