import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { launcherRecipe } from '../../server/adapters/files/launcher-recipe.ts'
import { shellWords } from '../../server/adapters/files/shell-words.ts'
import type { LauncherMod } from '../../server/domain/launcher-mod.ts'
import { type Recipe, recipeWords } from '../../server/domain/recipe.ts'

const base = {
  recipe_version: '1',
  name: 'Example 8B',
  container: 'vllm-node',
  model: 'example/model-8B',
  defaults: { port: 8001, host: '0.0.0.0', tensor_parallel: 2, gpu_memory_utilization: 0.8, max_model_len: 4096 },
  command: `vllm serve example/model-8B \\
    --host {host} --port {port} -tp {tensor_parallel} \\
    --gpu-memory-utilization {gpu_memory_utilization} --max_model_len={max_model_len} \\
    --speculative-config '{{"method": "mtp", "num_speculative_tokens": 2}}' --trust-remote-code \\
    --distributed-executor-backend ray
`,
}
const told = (change: Record<string, unknown> = {}, mods: readonly LauncherMod[] = []) =>
  launcherRecipe({ name: 'example-8b.yaml', text: stringify({ ...base, ...change }, { lineWidth: 0 }) }, mods)
const read = (change: Record<string, unknown> = {}, mods: readonly LauncherMod[] = []): Recipe | null => {
  const reading = told(change, mods)
  return 'recipe' in reading ? reading.recipe : null
}
const why = (change: Record<string, unknown>, mods: readonly LauncherMod[] = []): string => {
  const reading = told(change, mods)
  return 'left' in reading ? reading.left.why : ''
}
const serve = (more: string) => ({ command: `vllm serve example/model-8B ${more}` })
const file = (path: string, digest: string) => ({ path, sizeBytes: 3, digest, text: 'abc', cut: false })
const fix: LauncherMod = { path: 'mods/fix', files: [file('fix.patch', 'p'), file('run.sh', 'r')], problem: null }

describe("a recipe of the launcher's checkout", () => {
  test('is carried word for word, with its defaults in their places', () => {
    expect(read({ env: { VLLM_USE_V1: 1 } })).toMatchObject({
      id: 'launcher:example-8b',
      source: 'launcher',
      model: 'example/model-8B',
      title: 'Example 8B',
      image: 'vllm-node',
      port: 8001,
      nodes: 2,
      env: { VLLM_USE_V1: '1' },
      confirmed: false,
      file: 'example-8b.yaml',
    })
    expect(read()?.flags.map((flag) => [flag.name, flag.value])).toEqual([
      ['gpu-memory-utilization', '0.8'],
      ['max-model-len', '4096'],
      ['speculative-config', '{"method": "mtp", "num_speculative_tokens": 2}'],
      ['trust-remote-code', true],
    ])
    expect(read()?.flags[0]).toMatchObject({ reason: expect.stringContaining('Example 8B'), source: 'launcher: recipes/example-8b.yaml' })
    expect(read({ solo_only: true })?.nodes).toBe(1)
    expect(read(serve(''))?.nodes).toBe(1)
    expect(read({ build_args: ['--exp-b12x'], cluster_only: true })?.nodes).toBe(2)
  })

  test('brings its mods by what is in them, and another byte makes other words', () => {
    const recipe = read({ mods: ['mods/fix'] }, [fix])
    expect(recipe?.mods).toEqual([
      {
        path: 'mods/fix',
        files: [
          { path: 'fix.patch', sizeBytes: 3, digest: 'p' },
          { path: 'run.sh', sizeBytes: 3, digest: 'r' },
        ],
      },
    ])
    const other = read({ mods: ['./mods/fix/'] }, [{ ...fix, files: [file('fix.patch', 'p'), file('run.sh', 'x')] }])
    if (recipe === null || other === null) throw new Error('both are recipes')
    expect(recipeWords(other)).not.toBe(recipeWords(recipe))
    expect(read({ mods: [] })).not.toHaveProperty('mods')
  })

  test.each([
    ['names no model', { model: undefined }, 'names no model'],
    ['starts another model than it says', { model: 'example/other' }, 'not "vllm serve example/other"'],
    ['asks for a default that is not there', { defaults: {} }, 'asks for {host}'],
    ['asks for more than a name', serve('--port {port:d}'), 'a brace that is more than a name'],
    ['has an image that no launcher carries', { container: 'a b' }, 'container: holds a character'],
    ['sets a variable that no launcher carries', { env: { A: 'b c' } }, 'env.A: only letters'],
    ['is no vllm serve', { command: 'python -m vllm serve example/model-8B' }, 'not "vllm serve example/model-8B"'],
    ['has no command', { command: undefined }, 'command:'],
    ['has a key that is not known', { gpu_driver: '590' }, 'Unknown key: gpu_driver.'],
    ['is of another version', { recipe_version: '2' }, 'is not 1, the only version'],
    ['is for several Sparks and starts one', { cluster_only: true, ...serve('') }, 'several Sparks together'],
    ['names a mod that is not there', { mods: ['mods/gone'] }, 'mods/gone is not in the launcher'],
    ['names a mod elsewhere', { mods: ['../other/fix'] }, 'not a folder of the launcher'],
    ['names a mod that is packed', { mods: ['mods/packed.zip'] }, 'packed.zip cannot be used: it is not a folder'],
    ['names a mod twice', { mods: ['mods/fix', 'mods/fix/'] }, 'twice'],
  ])('is left to the launcher when it %s, and says so', (_, change, reason) => {
    const packed: LauncherMod = { path: 'mods/packed.zip', files: [], problem: 'it is not a folder.' }
    expect(why(change, [fix, packed])).toContain(reason)
  })

  test.each([
    ['--port 8000 | tee log', 'needs a shell'],
    ['--port 8000; rm -rf /', 'needs a shell'],
    ['--port 8000 && true', 'needs a shell'],
    ['--port $PORT', 'needs a shell'],
    ['--port "$(id)"', 'needs a shell'],
    ['--port `id`', 'needs a shell'],
    ['--chat-template ~/template', 'needs a shell'],
    ['--speculative-config {{"a":1,"b":2}}', 'needs a shell'],
    ['--served-model-name one two', '"two" where no value is expected'],
    ['--max-model-len 1 --max-model-len 2', 'names --max-model-len twice'],
    ['--pipeline-parallel-size 2', 'in a pipeline'],
    ['-pp 2', 'in a pipeline'],
    ['--data-parallel-size 2', 'with --data-parallel-size'],
    ['--port none', 'port of its command is not a number'],
    ['-tp 99', 'on how many Sparks'],
    ['-x 1', 'holds "-x"'],
    ["--chat-template 'open", 'needs a shell'],
    ['--port 8000\nrm -rf /', 'needs a shell'],
    ['# --port 8000', 'needs a shell'],
  ])('is left to the launcher when it needs a shell or another kind of start: %s', (more, reason) => {
    expect(read(serve('--port 8000'))).not.toBeNull()
    expect(why(serve(more))).toContain(reason)
  })

  test('that cannot be read keeps its name and its model, where they can be', () => {
    expect(told({ gpu_driver: '590' })).toMatchObject({ left: { file: 'example-8b.yaml', model: 'example/model-8B', title: 'Example 8B' } })
    expect(why({ name: 7 })).toMatch(/^Line \d+: name:/)
    for (const text of ['{', '', 'a: &a [*a]', '- 1', '\0', 'x'.repeat(100_000), null]) {
      const reading = launcherRecipe({ name: 'a.yaml', text })
      expect(reading).toMatchObject({ left: { file: 'a.yaml', model: null, why: expect.stringMatching(/\.$/) } })
    }
  })
})

test('words are split as a shell splits them', () => {
  expect(shellWords(`a 'b c'"d \\" e" \\f  g\\\n h ''`)).toEqual(['a', 'b cd " e', 'f', 'g', 'h', ''])
  for (const text of ['a > b', 'a & b', 'a*', 'a "$b"', 'a "b', 'a \\', 'a {b,c}', 'a !b']) expect(shellWords(text), text).toBeNull()
})
