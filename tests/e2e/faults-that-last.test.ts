// What goes wrong while a model answers, or beside it: the pages say what is true without being asked.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { e2eNodes, type RigOptions } from './rig.ts'
import { openStage, other, type Stage, small } from './story.ts'

/** Three recipes in the launcher's folder: a plain one, one that changes the container first, and one that only a shell can read. */
const recipeText = (name: string, more: string): string =>
  `recipe_version: "1"\nname: ${name}\ncontainer: vllm-node\nmodel: ${small}\n${more}command: |\n  vllm serve ${small} --max-model-len 8192\n`
const withRecipes: NonNullable<RigOptions['nodes']> = (addresses) =>
  e2eNodes(addresses).map((node) => ({
    ...node,
    launcherRecipes: {
      'plain.yaml': recipeText('Plain start', ''),
      'patched.yaml': recipeText('Patched start', 'mods: [mods/one]\n'),
      'piped.yaml': recipeText('Piped start', '').replace(' --max', ' | tee log --max'),
    },
    launcherMods: { one: { 'run.sh': '#!/bin/bash\necho "<b>one</b>"\n' } },
  }))

let stage: Stage
/** A stop that hangs takes a minute and a half of real time to be given up: it hangs on Sparks of its own meanwhile. */
let hanging: { readonly stage: Stage; readonly ended: ReturnType<Stage['ends']> }
beforeAll(async () => {
  const second = await openStage()
  await second.ends(small)
  hanging = { stage: second, ended: second.ends(other, { name: 'F28', node: 'spark-1' }) }
  hanging.ended.catch(() => undefined)
  stage = await openStage({ nodes: withRecipes })
}, 120_000)
afterAll(async () => {
  await stage?.close()
  await hanging?.stage.close()
})

/** Asks for the page until its text is so. */
async function says(path: string, text: RegExp): Promise<string> {
  let seen = ''
  const look = async (): Promise<string> => {
    await stage.page.goto(path)
    seen = await stage.page.getByRole('main').innerText()
    return seen
  }
  await expect.poll(look, { timeout: 40_000, interval: 300 }).toMatch(text)
  return seen
}

const machinePage = async (): Promise<string> => {
  const { machines } = await stage.rig.client['machines.list']()
  return `/machines/${machines.find((one) => one.name === 'spark-1')?.id}`
}

test('F27, F29, F30: without nvidia-smi, beside strangers and behind a shell that is no bash, everything else is told and done', {
  timeout: 180_000,
}, async () => {
  const { rig } = stage
  for (const name of ['F27', 'F29', 'F30'] as const) rig.world.setFault({ name, node: 'spark-1' })
  const text = await says(await machinePage(), /nvidia-smi does not answer/)
  expect(text).toMatch(/Reachable[\s\S]*Free\s+\d+ GB/)
  await says(await machinePage(), /comfyui\s+left alone/)
  const strangers = (): readonly string[] =>
    rig.world
      .look('spark-1')
      .containers.map((one) => one.name)
      .filter((name) => name !== 'vllm_node')
  const before = strangers()
  expect(before).toHaveLength(3)
  const swap = await stage.ends(small)
  expect((await stage.told(swap)).title).toMatch(/^Switched to Qwen3 8B in /)
  expect(strangers()).toEqual(before)
  await rig.shots(stage.page, 'fault-f29')
  for (const name of ['F27', 'F29', 'F30'] as const) rig.world.clearFault(name)
})

test('F26: a mod is read and confirmed before it runs as root, a failing one is told, and a changed one asks again', {
  timeout: 180_000,
}, async () => {
  const { rig, page } = stage
  const modelPage = `/library/${encodeURIComponent(small)}`
  await page.goto(modelPage)
  const text = await page.getByRole('main').innerText()
  expect(text).toMatch(/Patched start[\s\S]*a mod of the launcher runs as root inside the container, before vLLM starts/)
  await page.getByText('1 recipe of the launcher cannot be used here').click()
  await page.getByText('Its command needs a shell: a pipe').waitFor()
  await rig.shots(page, 'model-mods')

  rig.world.setFault({ name: 'F26', node: 'spark-1', times: 1 })
  await page.goto(`/swaps/new?model=${encodeURIComponent(small)}&recipe=launcher:patched`)
  await page.getByText('mods/one: run.sh').first().click()
  await page.getByText('echo "<b>one</b>"').first().waitFor()
  await rig.shots(page, 'plan-mods')
  await page.getByRole('button', { name: 'Confirm these flags and scripts and switch' }).click()
  await page.waitForURL(/\/swaps\/[a-z0-9]+$/)
  const failed = await rig.swapWhen(page.url().split('/').at(-1) ?? '', 'its end', (swap) => swap.state !== 'running', 60_000)
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'mod_failed' } })
  const launched = rig.launches('exec').map((one) => one.argv.join(' '))
  expect(launched).toContainEqual(expect.stringMatching(/--apply-mod \S+\/spark-vllm-docker\/mods\/one .*-d exec vllm serve/))
  const told = await stage.told(failed)
  expect(told.happened).toContain('A mod that changes the image for Qwen3 8B could not be applied on spark-1.')
  expect(told.next).toMatch(/made for another version of the image/)
  await rig.shots(page, 'fault-f26')

  const home = rig.door.machines.find((one) => one.name === 'spark-1')?.home ?? ''
  writeFileSync(join(home, 'spark-vllm-docker/mods/one/run.sh'), 'echo two\n')
  const launches = rig.launches('exec').length
  const started = await rig.client['swaps.start']({ body: { model: small, recipe: 'launcher:patched' } })
  if (!('steps' in started)) throw new Error('that was only a plan')
  const refused = await rig.swapWhen(started.id, 'its end', (swap) => swap.state !== 'running', 60_000)
  expect(refused).toMatchObject({ state: 'failed', restored: null, error: { code: 'mod_changed' } })
  expect(refused.error?.now).toMatch(/^Nothing was changed/)
  expect(rig.launches('exec')).toHaveLength(launches)
  await says(modelPage, /mods\/one: run\.sh\. Changed since you confirmed it: run\.sh/)
  await stage.mend()
})

test('F11: an engine that dies while it serves is said to have ended, with its Spark and one way on', { timeout: 120_000 }, async () => {
  const { rig } = stage
  await stage.ends(small)
  rig.world.setFault({ name: 'F11', times: 1 })
  const text = await says('/', /vLLM process of Qwen3 8B ended on spark-1.*container is still there/i)
  expect(text).not.toContain('Everything is answering.')
  expect(text).toMatch(/Start Qwen3 8B again/)
  await rig.shots(stage.page, 'fault-f11')
  await stage.mend()
})

test('F12: memory that stays taken after a stop is told with both numbers and the restart', { timeout: 180_000 }, async () => {
  const { rig } = stage
  await stage.ends(small)
  await stage.set('swap.memoryBackSeconds', 5)
  const swap = await stage.ends(other, { name: 'F12', node: 'spark-1', times: 1 })
  expect(swap).toMatchObject({ state: 'failed', error: { code: 'memory_not_back' } })
  const told = await stage.told(swap)
  expect(told.happened).toMatch(/spark-1 has \d+ GB free and \d+ GB are needed/)
  expect(told.now).toBe('Nothing is answering.')
  expect(told.next).toMatch(/only a restart gives it back/)
  expect(told.whole).toContain('sudo reboot')
  await rig.shots(stage.page, 'fault-f12')
})

test('F28: a stop that hangs is told with its container and Spark, and the old model is said to answer', { timeout: 200_000 }, async () => {
  const swap = await hanging.ended
  expect(swap).toMatchObject({ state: 'failed', error: { code: 'room_not_made' } })
  const told = await hanging.stage.told(swap)
  expect(told.happened).toMatch(/container vllm_node was told to stop and is still there on spark-1/)
  expect(told.now).toBe('Qwen3 8B is still answering.')
  expect(told.next).toMatch(/Remove it by force/)
  expect(hanging.stage.rig.world.serving().map((one) => one.model)).toEqual([small])
  await hanging.stage.rig.shots(hanging.stage.page, 'fault-f28')
  expect([...stage.rig.complaints, ...hanging.stage.rig.complaints]).toEqual([])
})
