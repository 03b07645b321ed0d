import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readVllmCommand } from '../../server/domain/vllm-command.ts'

test('model, port, names and flags are read from a process line', () => {
  const text =
    '/usr/bin/python3 /usr/local/bin/vllm serve Qwen/Qwen3-8B --host 0.0.0.0 --port 8123 -tp 2 --max_model_len=32768 --enable-auto-tool-choice --served-model-name house qwen'
  expect(readVllmCommand(text)).toEqual({
    model: 'Qwen/Qwen3-8B',
    port: 8123,
    servedNames: ['house', 'qwen'],
    nodes: 2,
    headless: false,
    flags: [
      { name: 'host', value: '0.0.0.0' },
      { name: 'port', value: '8123' },
      { name: 'tensor-parallel-size', value: '2' },
      { name: 'max-model-len', value: '32768' },
      { name: 'enable-auto-tool-choice', value: true },
      { name: 'served-model-name', value: 'house qwen' },
    ],
  })
})

test.each([
  ['vllm serve a/b', { model: 'a/b', port: 8000, servedNames: ['a/b'], nodes: 1 }],
  ['bash -c "vllm serve a/b --port 9"', { model: 'a/b' }],
  ["vllm serve 'a/b'", { model: 'a/b' }],
  ['vllm serve --model a/b --port 8001', { model: 'a/b', port: 8001 }],
  ['python3 -m vllm.entrypoints.openai.api_server --model a/b', { model: 'a/b' }],
  ['vllm serve a/b --nnodes 2 --node-rank 1 --headless', { nodes: 2, headless: true }],
  ['vllm serve a/b -tp 2 -pp 2', { nodes: 4 }],
  ['vllm serve a/b --port many', { port: 8000 }],
])('%s', (text, expected) => {
  expect(readVllmCommand(text)).toMatchObject(expected)
})

test('a value with blanks, and a negative one, stay with their flag', () => {
  const command = readVllmCommand('vllm serve a/b --mm-processor-kwargs={"max_pixels": 2000000} --seed -1 --x')
  expect(command?.flags).toEqual([
    { name: 'mm-processor-kwargs', value: '{"max_pixels": 2000000}' },
    { name: 'seed', value: '-1' },
    { name: 'x', value: true },
  ])
})

test.each(['', 'ray start --block', 'grep vllm', 'novllm serve a/b', 'vllm serve', 'vllm bench serve a'])(
  '%j is no vLLM server',
  (text) => {
    expect(readVllmCommand(text)).toBeNull()
  },
)

test('any text is read without an error, and in time', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2000 }), (text) => {
      const command = readVllmCommand(`vllm serve ${text}`)
      expect(command === null || command.port > 0).toBe(true)
    }),
  )
})
