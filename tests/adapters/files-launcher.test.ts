import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { launcherRecipe } from '../../server/adapters/files/launcher-recipe.ts'
import { shellWords } from '../../server/adapters/files/shell-words.ts'

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
const read = (change: Record<string, unknown> = {}) =>
  launcherRecipe({ name: 'example-8b.yaml', text: stringify({ ...base, ...change }, { lineWidth: 0 }) })
const serve = (more: string) => read({ command: `vllm serve example/model-8B ${more}` })

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
    expect(serve('')?.nodes).toBe(1)
  })

  test.each([
    ['changes the image', { mods: ['mods/fix-something'] }],
    ['names no model', { model: undefined }],
    ['starts another model than it says', { model: 'example/other' }],
    ['asks for a default that is not there', { defaults: {} }],
    ['asks for more than a name', { command: 'vllm serve example/model-8B --port {port:d}' }],
    ['has an image that no launcher carries', { container: 'a b' }],
    ['sets a variable that no launcher carries', { env: { A: 'b c' } }],
    ['is no vllm serve', { command: 'python -m vllm serve example/model-8B' }],
    ['has no command', { command: undefined }],
  ])('is left to the launcher when it %s', (_, change) => {
    expect(read(change)).toBeNull()
  })

  test.each([
    '--port 8000 | tee log',
    '--port 8000; rm -rf /',
    '--port 8000 && true',
    '--port $PORT',
    '--port "$(id)"',
    '--port `id`',
    '--chat-template ~/template',
    '--speculative-config {{"a":1,"b":2}}',
    '--served-model-name one two',
    '--max-model-len 1 --max-model-len 2',
    '--pipeline-parallel-size 2',
    '-pp 2',
    '--data-parallel-size 2',
    '--port none',
    '-tp 99',
    '-x 1',
    "--chat-template 'open",
    '--port 8000\nrm -rf /',
    '# --port 8000',
  ])('is left to the launcher when it needs a shell or another kind of start: %s', (more) => {
    expect(serve('--port 8000')).not.toBeNull()
    expect(serve(more)).toBeNull()
  })

  test('is nothing when it is no YAML, or bites itself', () => {
    for (const text of ['{', '', 'a: &a [*a]', '- 1', '\0', 'x'.repeat(100_000)])
      expect(launcherRecipe({ name: 'a.yaml', text })).toBeNull()
  })
})

test('words are split as a shell splits them', () => {
  expect(shellWords(`a 'b c'"d \\" e" \\f  g\\\n h ''`)).toEqual(['a', 'b cd " e', 'f', 'g', 'h', ''])
  for (const text of ['a > b', 'a & b', 'a*', 'a "$b"', 'a "b', 'a \\', 'a {b,c}', 'a !b']) expect(shellWords(text), text).toBeNull()
})
