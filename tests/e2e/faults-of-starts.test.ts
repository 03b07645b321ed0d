// Starts on one Spark that go wrong, each with its own cause: the page names the cause, says what is true, and what to do.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SettingKey } from '../../server/contract/settings.ts'
import type { Fault } from '../sim/core/types.ts'
import { openStage, other, type Stage, small } from './story.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
}, 60_000)
afterAll(() => stage?.close())

interface Story {
  readonly what: string
  readonly fault: Fault
  readonly code: string
  readonly happened: RegExp
  readonly next: RegExp
  readonly now?: RegExp
  /** A wait that is shortened for it. */
  readonly shorter?: SettingKey
}

const stories: readonly Story[] = [
  {
    what: 'F6: docker is refused while the launcher says that all is well',
    fault: { name: 'F6', node: 'spark-1', at: 'launcher' },
    code: 'docker_permission',
    happened: /spark-1.*may not use docker/i,
    now: /Docker on spark-1 does not answer.*not known/,
    next: /Run this command/,
  },
  {
    what: "F8: too little memory is free by the engine's own count",
    fault: { name: 'F8' },
    code: 'memory_short',
    happened: /spark-1.*\d+ G(i)?B/,
    next: /memory|restart|again/i,
  },
  {
    what: 'F9: no memory is left for conversations',
    fault: { name: 'F9' },
    code: 'kv_cache_negative',
    happened: /Qwen3 8B.*no memory.*left for conversations/,
    next: /shorter context|smaller model/,
  },
  {
    what: 'F10: loading stands still, alive and silent',
    fault: { name: 'F10', at: 'weights', percent: 50 },
    code: 'load_stalled',
    shorter: 'swap.stallSeconds',
    happened: /Qwen3 8B was loading.*nothing moved/,
    next: /Switch again.*restart the Spark/,
  },
  {
    what: 'F13: the engine says that it is healthy and answers nothing',
    fault: { name: 'F13' },
    code: 'no_answer',
    shorter: 'swap.canarySeconds',
    happened: /Qwen3 8B says it is healthy.*did not complete a request/,
    next: /Switch again.*restart the Spark/,
  },
  {
    what: 'F15: the Spark loses its power while the weights load',
    fault: { name: 'F15', times: 1, forMs: 300_000 },
    code: 'machine_rebooted',
    happened: /spark-1 restarted during the switch/,
    next: /back under Machines.*switch again/i,
  },
  {
    what: 'F16: the system ends the engine to save memory',
    fault: { name: 'F16', times: 1 },
    code: 'engine_killed',
    happened: /spark-1 was almost out of memory.*earlyoom.*ended Qwen3 8B/,
    next: /gpu-memory-utilization.*smaller model/,
  },
  {
    what: 'F23: SSH drops when the containers are up, and the launcher is gone with it',
    fault: { name: 'F23', times: 1, forMs: 300_000 },
    code: 'launcher_ended',
    happened: /launcher on spark-1 was ended before it had started Qwen3 8B/,
    next: /Switch again/,
  },
  {
    what: 'F24: somebody else starts another model at the same moment',
    fault: { name: 'F24' },
    code: 'start_raced',
    happened: /While this switch was starting, somebody else started .* on spark-1/,
    next: /Find out who starts models on spark-1/,
  },
  {
    what: 'F2: old containers with another model appear after the last look',
    fault: { name: 'F2', node: 'spark-1', at: 'launcher' },
    code: 'start_raced',
    happened: /While this switch was starting, somebody else started .* on spark-1/,
    next: /Find out who starts models on spark-1/,
  },
]

test.each(stories)('$what', { timeout: 120_000 }, async ({ fault, code, happened, next, shorter, now = /^Nothing is answering\.$/ }) => {
  if (shorter !== undefined) await stage.set(shorter, 5)
  const swap = await stage.ends(small, fault)
  expect(swap).toMatchObject({ state: 'failed', restored: false, error: { code } })
  const told = await stage.told(swap)
  expect(told.title).toBe('Qwen3 8B did not start.')
  expect(told.happened).toMatch(happened)
  expect(told.now).toMatch(now)
  expect(told.next).toMatch(next)
  if (code === 'start_raced') expect(told.whole).toMatch(/The line that told it\s+Warning: Container 'vllm_node' is already running/)
  expect(stage.rig.world.serving()).toEqual([])
  await stage.rig.shots(stage.page, `fault-${fault.name.toLowerCase()}`)
  await stage.mend()
})

test('F2: an old container with another model is shown as what it is, and makes room', { timeout: 120_000 }, async () => {
  const { page, rig } = stage
  rig.world.setFault({ name: 'F2', node: 'spark-1' })
  await expect.poll(() => rig.world.serving().length, { timeout: 10_000 }).toBe(1)
  const left = rig.world.serving()[0]?.model ?? ''
  await expect
    .poll(
      async () => {
        await page.goto('/')
        return await page.getByRole('main').innerText()
      },
      { timeout: 40_000 },
    )
    .toContain(left.split('/')[1]?.replaceAll('-', ' ').slice(0, 5))
  const told = await stage.told(await stage.ends(other))
  expect(told.title).toMatch(/^Switched to gpt-oss 20B in /)
  expect(rig.world.serving().map((one) => one.model)).toEqual([other])
  expect(rig.complaints).toEqual([])
})
