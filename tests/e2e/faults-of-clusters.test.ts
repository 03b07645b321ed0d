// Starts over two Sparks that go wrong: the page names the right one of the two.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault } from '../sim/core/types.ts'
import { openStage, type Stage, wide } from './story.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
}, 90_000)
afterAll(() => stage?.close())

interface Story {
  readonly what: string
  readonly fault: Fault
  readonly code: string
  readonly happened: RegExp
  readonly next: RegExp
}

const stories: readonly Story[] = [
  {
    what: 'F4: the image on the second Spark is another one',
    fault: { name: 'F4', node: 'spark-2' },
    code: 'image_differs',
    happened: /image "vllm-node" is not the same on every Spark/,
    next: /Copy one to all.*switch again/,
  },
  {
    what: 'F5: the first Spark cannot log in to the second',
    fault: { name: 'F5', node: 'spark-2' },
    code: 'worker_refused',
    happened: /spark-1 could not log in to spark-2 by SSH/,
    next: /spark-2 is on/,
  },
  {
    what: 'F5: it cannot any more once the containers are up, and the launcher says that all is well',
    fault: { name: 'F5', node: 'spark-2', at: 'containers' },
    code: 'worker_refused',
    happened: /spark-1 could not log in to spark-2 by SSH/,
    next: /spark-2 is on/,
  },
  {
    what: 'F25: three of the four network links are in use',
    fault: { name: 'F25', node: 'spark-1' },
    code: 'links_wrong',
    happened: /launcher on spark-1 did not find the network links/,
    next: /Check the cable/,
  },
  {
    what: 'F22: a part of the model goes missing on the second Spark after the last look',
    fault: { name: 'F22', node: 'spark-2', at: 'launcher' },
    code: 'model_files_missing',
    happened: /did not find a file of Qwen3 235B on spark-2/,
    next: /Download the model again, or copy it/,
  },
  {
    what: 'F1: an old container on the second Spark appears after the last look',
    fault: { name: 'F1', node: 'spark-2', at: 'launcher' },
    code: 'start_raced',
    happened: /While this switch was starting, somebody else started .* on spark-2/,
    next: /Find out who starts models on spark-2/,
  },
]

test.each(stories)('$what', { timeout: 180_000 }, async ({ fault, code, happened, next }) => {
  const swap = await stage.ends(wide, fault)
  expect(swap).toMatchObject({ state: 'failed', restored: false, error: { code } })
  const told = await stage.told(swap)
  expect(told.title).toBe('Qwen3 235B did not start.')
  expect(told.happened).toMatch(happened)
  expect(told.now).toBe('Nothing is answering.')
  expect(told.next).toMatch(next)
  if (code === 'start_raced') expect(told.whole).toMatch(/The line that told it\s+Warning: Container 'vllm_node' is already running/)
  // A half-started cluster is taken down on both, the rank without a head too.
  for (const name of ['spark-1', 'spark-2']) expect(stage.rig.world.look(name).containers).toEqual([])
  await stage.rig.shots(stage.page, `fault-${fault.name.toLowerCase()}`)
  await stage.mend()
})

test('F22: a model with a missing part is said to be incomplete there, and is not started', { timeout: 120_000 }, async () => {
  const { rig, page } = stage
  rig.world.setFault({ name: 'F22', node: 'spark-2', model: wide })
  await rig.door.settled()
  await rig.client['models.scan']()
  await page.goto(`/library/${encodeURIComponent(wide)}`)
  expect(await page.getByRole('main').innerText()).toMatch(/spark-2: (interrupted|incomplete|not complete|\d+ of \d+)/i)
  await expect(rig.client['swaps.start']({ body: { model: wide } })).rejects.toMatchObject({ problem: { code: 'plan_blocked' } })
  await page.goto(`/swaps/new?model=${encodeURIComponent(wide)}`)
  expect(await page.getByRole('main').innerText()).toMatch(/needs the model on 2 Sparks\. It is whole on spark-1, and not on spark-2\./)
  await stage.mend()
})

test('F1: an old container that is seen before makes room first', { timeout: 120_000 }, async () => {
  const { rig } = stage
  rig.world.setFault({ name: 'F1', node: 'spark-2' })
  const swap = await stage.ends(wide)
  expect([swap.state, swap.error]).toEqual(['succeeded', null])
  expect((await stage.told(swap)).title).toMatch(/^Switched to Qwen3 235B in /)
  expect(rig.world.look('spark-2').containers.map((one) => one.serving)).toEqual([expect.stringContaining('--node-rank 1')])
  expect(rig.complaints).toEqual([])
})
