import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { asksTooMuch, recipeProblem, recipeTroubles, troubleInWords } from '../../server/domain/recipe-draft.ts'
import { fieldOfValue, flagFieldOf, valueOfField } from '../../server/domain/recipe-form.ts'
import { canRedo, type KeptDraft, redone, textOfDraft, undone, withText } from '../../server/domain/recipe-history.ts'
import { isVllmFlag } from '../../server/domain/vllm-flags.ts'
import { buildModel, buildRecipe } from '../fakes/builders.ts'

const flag = (name: string, value: string | number | true = true) => ({ name, value, reason: 'x', source: 'x' })
const told = (...flags: ReturnType<typeof flag>[]) =>
  recipeTroubles(buildRecipe({ flags }), null).map((one) => `${one.kind} ${troubleInWords(one)}`)

describe('what an owner is told of a recipe', () => {
  test.each([
    [flag('host', '0.0.0.0'), 'wrong flags.host: the launch sets it'],
    [flag('tensor-parallel-size', 2), 'wrong flags.tensor-parallel-size: set "nodes" instead'],
    [flag('tensor_parallel_size', 2), 'wrong flags.tensor_parallel_size: set "nodes" instead'],
    [flag('--seed', 1), 'wrong flags.--seed: a flag is written without dashes in front, in letters, digits, . _ and -'],
    [flag('max-model-len', 0), 'wrong flags.max-model-len: a whole number from 1 to 100000000 is needed, not 0'],
    [flag('max-model-len'), 'wrong flags.max-model-len: a whole number from 1 to 100000000 is needed'],
    [flag('max-num-seqs', 'many'), 'wrong flags.max-num-seqs: a whole number from 1 to 65536 is needed, not many'],
    [flag('gpu-memory-utilization', 1.2), 'wrong flags.gpu-memory-utilization: a number from 0.01 to 1 is needed, not 1.2'],
    [
      flag('gpu-memory-utilization', 0.9),
      'word flags.gpu-memory-utilization: above 0.85 a Spark runs short of memory itself and may freeze',
    ],
    [flag('max-num-seq', 4), 'word flags.max-num-seq: no flag of vLLM with this name is known here; perhaps max-num-seqs is meant'],
    [flag('wholly-made-up'), 'word flags.wholly-made-up: no flag of vLLM with this name is known here'],
  ])('%j', (one, says) => {
    expect(told(one)).toEqual([says])
  })

  test.each([
    flag('gpu-memory-utilization', 0.85),
    flag('max-model-len', '32k'),
    flag('no-enable-prefix-caching'),
    flag('limit-mm-per-prompt.video', 0),
  ])('%j is nothing to tell of', (one) => expect(told(one)).toEqual([]))

  test('all of it is told at once, each flag once, and the first that cannot be is what saving says', () => {
    const flags = [flag('host'), flag('seed', 1), flag('seed', 2), flag('made-up')]
    expect(told(...flags)).toHaveLength(3)
    expect(recipeProblem(buildRecipe({ flags }))).toBe('flags.host: the launch sets it')
  })

  test('a context longer than the model was trained for asks for a word', () => {
    const model = buildModel()
    const { trained } = model.inference.memory.shape
    const [one] = recipeTroubles(buildRecipe({ flags: [flag('max-model-len', (trained ?? 0) + 1)] }), model)
    expect(trained === null ? undefined : one?.kind).toBe(trained === null ? undefined : 'word')
  })

  test('a share above 0.85 needs a yes, however it is written', () => {
    expect([0.85, 0.86, '0.9'].map((share) => asksTooMuch({ flags: [flag('gpu-memory-utilization', share)] }))).toEqual([false, true, true])
  })
})

test('every flag of the shipped recipes and families is known', () => {
  const names = ['models', 'families'].flatMap((folder) => {
    const dir = new URL(`../../recipes/${folder}/`, import.meta.url)
    return readdirSync(dir).flatMap((file) =>
      [...readFileSync(new URL(file, dir), 'utf8').matchAll(/name: ([a-z0-9][a-z0-9.-]+)\n\s+value:/g)].map((one) => one[1] ?? ''),
    )
  })
  expect(names.length).toBeGreaterThan(30)
  expect(names.filter((name) => !isVllmFlag(name))).toEqual([])
})

test('a value goes through its field and comes back the same', () => {
  const values = [true, 0, 8192, 0.85, '', '7', '1.50', ' x', '"quoted"', "it's", '{"a": "b"}', 'true', '0x10', '--y'] as const
  expect(values.map((value) => valueOfField(fieldOfValue(value)))).toEqual(values)
})

test('a flag that is pasted whole is taken apart', () => {
  const field = (name: string) => flagFieldOf({ name, value: '', reason: '', at: null })
  expect(field('--max-model-len=8192')).toMatchObject({ name: 'max-model-len', value: '8192' })
  expect(field('--seed 7')).toMatchObject({ name: 'seed', value: '7' })
  expect(field('enforce-eager')).toMatchObject({ name: 'enforce-eager', value: '' })
})

describe('steps', () => {
  const draft: KeptDraft = { id: 'd', model: 'm', recipe: null, base: 0, steps: ['a'], place: 0, revision: 0, editor: '', changedAt: 0 }

  test('go back and forth; a new text ends what could be done again; the same text is no step', () => {
    const three = withText(withText(draft, 'b'), 'c')
    expect(textOfDraft(undone(undone(undone(three))))).toBe('a')
    expect(textOfDraft(redone(undone(three)))).toBe('c')
    const other = withText(undone(three), 'd')
    expect([textOfDraft(other), canRedo(other), textOfDraft(undone(other))]).toEqual(['d', false, 'b'])
    expect(withText(three, 'c')).toBe(three)
  })

  test('are bounded, and the beginning stays', () => {
    let many = draft
    for (let step = 0; step < 500; step += 1) many = withText(many, `text ${step}`)
    expect(many.steps.length).toBeLessThanOrEqual(200)
    expect([many.steps[0], textOfDraft(many)]).toEqual(['a', 'text 499'])
  })
})
