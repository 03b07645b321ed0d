// Short stories of what whole lives found in the product, each mended since.
import { expect, test } from 'vitest'
import { live } from '../sim/lives/life.ts'
import type { Step } from '../sim/lives/schedule.ts'

async function story(steps: readonly Step[], startAfterReboot = false): Promise<string> {
  const lived = await live({ seed: 0, startAfterReboot, steps })
  return lived.broken.length === 0 ? '' : lived.story
}

test('another model in a container of the same name is not taken for the model that a restored database remembers', async () => {
  const told = await story([
    { kind: 'by-hand', node: 'spark-2', model: 'Qwen/Qwen3-8B' },
    { kind: 'wait', ms: 20_000 },
    { kind: 'backup' },
    { kind: 'race', models: ['nvidia/Qwen3-235B-A22B-NVFP4', 'Qwen/Qwen3-8B'] },
    { kind: 'wait', ms: 900 },
    { kind: 'restore' },
  ])
  expect(told).toBe('')
})

test('a yes counts for the words it was said to: a recipe that changes with its model needs a new one', async () => {
  const told = await story([
    { kind: 'fault', fault: { name: 'F22', node: 'spark-1', at: 'now' } },
    { kind: 'confirm', model: 'example/Qwen3-4B' },
    { kind: 'switch', model: 'example/Qwen3-4B', withToken: false, breakLock: false },
    { kind: 'wait', ms: 6000 },
  ])
  expect(told).toBe('')
})

test('"nothing is answering" names the Spark that could not be asked', async () => {
  const told = await story([
    { kind: 'switch', model: 'openai/gpt-oss-20b', withToken: false, breakLock: false },
    { kind: 'fault', fault: { name: 'F3' } },
    { kind: 'fault', fault: { name: 'F2', node: 'spark-2' } },
    { kind: 'freeze', node: 'spark-2', ms: 303_500 },
    { kind: 'wait', ms: 20_000 },
  ])
  expect(told).toBe('')
})

test('a stop of leftovers names the Spark whose docker does not answer', async () => {
  const told = await story([
    { kind: 'switch', model: 'openai/gpt-oss-20b', withToken: false, breakLock: false },
    { kind: 'wait', ms: 265 },
    { kind: 'fault', fault: { name: 'F6', node: 'spark-1', at: 'weights' } },
    { kind: 'wait', ms: 6141 },
    { kind: 'swarm' },
    { kind: 'fault', fault: { name: 'F24', node: 'spark-2', at: 'now' } },
    { kind: 'wait', ms: 10_000 },
    { kind: 'stop', breakLock: false },
    { kind: 'wait', ms: 33 },
  ])
  expect(told).toBe('')
})

test('what was on its way back when the appliance was restarted is waited for', async () => {
  const told = await story([
    { kind: 'switch', model: 'Qwen/Qwen3-8B', withToken: false, breakLock: false },
    { kind: 'wait', ms: 20_000 },
    { kind: 'swarm' },
    { kind: 'wait', ms: 1 },
    { kind: 'reboot', node: 'spark-1', ms: 44_625 },
    { kind: 'crash', after: 219, downMs: 0 },
    { kind: 'wait', ms: 20_505 },
  ])
  expect(told).toBe('')
})

test("a stranger's container that answers as the adopted model does is not stopped in its place", async () => {
  const told = await story([
    { kind: 'switch', model: 'Qwen/Qwen3-8B', withToken: false, breakLock: false },
    { kind: 'wait', ms: 7973 },
    { kind: 'wait', ms: 7756 },
    { kind: 'switch', model: 'nvidia/Qwen3-235B-A22B-NVFP4', withToken: false, breakLock: false },
    { kind: 'foreign', node: 'spark-1', port: 8000 },
    { kind: 'wait', ms: 6000 },
    { kind: 'wait', ms: 1373 },
    { kind: 'wait', ms: 2000 },
    { kind: 'restore' },
    { kind: 'wait', ms: 5000 },
    { kind: 'switch', model: 'nvidia/Qwen3-235B-A22B-NVFP4', withToken: false, breakLock: false },
  ])
  expect(told).toBe('')
})

test('the same model at the same door, started by somebody else, does not make ours ready', async () => {
  const told = await story([
    { kind: 'switch', model: 'Qwen/Qwen3-8B', withToken: false, breakLock: false },
    { kind: 'wait', ms: 1 },
    { kind: 'setting', key: 'engine.containerName', value: 'vllm_other' },
    { kind: 'wait', ms: 17_140 },
    { kind: 'switch', model: 'Qwen/Qwen3-8B', withToken: false, breakLock: false },
    { kind: 'wait', ms: 1557 },
    { kind: 'fault', fault: { name: 'F2', node: 'spark-2', at: 'now' } },
    { kind: 'wait', ms: 278 },
  ])
  expect(told).toBe('')
})

test('a new container that still loads is not taken for the one that answered before it', async () => {
  const steps: readonly Step[] = [
    { kind: 'switch', model: 'Qwen/Qwen3-8B', withToken: false, breakLock: false },
    { kind: 'wait', ms: 20_000 },
    { kind: 'reboot', node: 'spark-1', ms: 777 },
    { kind: 'wait', ms: 5227 },
    { kind: 'by-hand', node: 'spark-1', model: 'Qwen/Qwen3-8B' },
  ]
  expect(await story(steps, true)).toBe('')
})

test('a second appliance does not begin on the other Spark while ours waits for a silent one', async () => {
  const steps: readonly Step[] = [
    { kind: 'switch', model: 'Qwen/Qwen3-8B', withToken: false, breakLock: false },
    { kind: 'wait', ms: 1 },
    { kind: 'freeze', node: 'spark-1', ms: 162_187 },
    { kind: 'rival', model: 'Qwen/Qwen3-8B' },
  ]
  expect(await story(steps, true)).toBe('')
})

test('memory is proved again right before a launch that a silent Spark held back', async () => {
  const steps: readonly Step[] = [
    { kind: 'switch', model: 'nvidia/Qwen3-235B-A22B-NVFP4', withToken: false, breakLock: false },
    { kind: 'wait', ms: 50_000 },
    { kind: 'switch', model: 'nvidia/Qwen3-235B-A22B-NVFP4', withToken: false, breakLock: false },
    { kind: 'wait', ms: 2866 },
    { kind: 'freeze', node: 'spark-1', ms: 154_000 },
    { kind: 'wait', ms: 300 },
    { kind: 'fault', fault: { name: 'F2' } },
    { kind: 'wait', ms: 20_000 },
    { kind: 'wait', ms: 2783 },
  ]
  expect(await story(steps, true)).toBe('')
})
