// Mods of the launcher run as root in the container: nothing of them runs that the owner has not seen.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SwapView } from '../../server/contract/operations/shapes.ts'
import { type Life, other, small, startLife, wide } from '../fakes/appliance.ts'
import { demoNodes } from '../sim/core/demo-world.ts'

const recipeText = (model: string, nodes: number): string =>
  `recipe_version: "1"\nname: Patched\ncontainer: vllm-node\nmodel: ${model}\nmods:\n  - mods/fix\ncommand: vllm serve ${model} -tp ${nodes} --max-model-len 8192\n`

let life: Life
let mods: Record<string, Record<string, string>>
beforeEach(async () => {
  mods = { fix: { 'run.sh': '#!/bin/bash\necho one\n', 'fix.patch': 'a patch' } }
  const launcherRecipes = { 'patched.yaml': recipeText(small, 1), 'wide.yaml': recipeText(wide, 2) }
  life = await startLife(
    demoNodes().map((node, at) => ({ ...node, launcherRecipes: at === 0 ? launcherRecipes : {}, launcherMods: at === 0 ? mods : {} })),
  )
})
afterEach(() => life.close())

const patched = 'launcher:patched'
const recipeOf = (id: string, model = small) => life.graph.recipes.list(model).recipes.find((one) => one.id === id)
const answers = (): string[] => life.world.serving().map((one) => one.model)
const ask = (recipe = patched, model = small): Promise<string> => life.ask(model, { recipe })
const confirm = (id = patched, model = small) => life.graph.recipes.confirm(id, 'owner', recipeOf(id, model)?.digest)
async function ends(recipe = patched, model = small): Promise<SwapView> {
  return life.outcome(await ask(recipe, model))
}
/** Lets virtual time pass until a call has settled. */
async function settled<T>(promise: Promise<T>): Promise<T> {
  let done = false
  const mark = (): void => {
    done = true
  }
  promise.then(mark, mark)
  await life.clock.until(() => done, 60_000)
  return promise
}

test('a recipe with mods is shown with them, asks once, and is launched with them', async () => {
  expect(recipeOf(patched)).toMatchObject({
    confirmed: false,
    mods: [
      { path: 'mods/fix', changed: [], files: [{ path: 'run.sh', text: '#!/bin/bash\necho one\n', cut: false }, { path: 'fix.patch' }] },
    ],
  })
  await expect(ask()).rejects.toMatchObject({ code: 'recipe_unconfirmed' })
  const plan = await settled(life.graph.plans.preview({ model: small, recipe: patched }))
  expect(plan).toMatchObject({ needsConfirmation: true, starts: { source: 'launcher', mods: [{ path: 'mods/fix' }] } })
  expect(plan.starts?.digest).toBe(recipeOf(patched)?.digest)
  confirm()
  const swap = await ends()
  expect(swap.state).toBe('succeeded')
  const launched = life.world.argvLog.find((call) => call.tool.endsWith('launch-cluster.sh') && call.argv.includes('exec'))
  const at = launched?.argv.indexOf('--apply-mod') ?? -1
  expect(launched?.argv[at + 1]).toMatch(/\/spark-vllm-docker\/mods\/fix$/)
  expect(at).toBeLessThan(launched?.argv.indexOf('exec') ?? 0)
})

test('over two Sparks the mod is applied on each of them', async () => {
  confirm('launcher:wide', wide)
  const id = await ask('launcher:wide', wide)
  expect((await life.outcome(id)).state).toBe('succeeded')
  const applied = life.graph.swaps.log(id, 0, 500).filter((line) => line.text.startsWith("Applying mod 'fix' to "))
  expect(new Set(applied.map((line) => line.text)).size).toBe(2)
})

test('a yes is to what was shown: a mod that changed meanwhile needs another look, and the file is named', async () => {
  const shown = recipeOf(patched)?.digest
  mods['fix'] = { ...mods['fix'], 'run.sh': '#!/bin/bash\necho two\n' }
  await settled(life.graph.models.scan())
  expect(() => life.graph.recipes.confirm(patched, 'owner', shown)).toThrow(expect.objectContaining({ code: 'recipe_changed' }))
  expect(recipeOf(patched)).toMatchObject({ confirmed: false, mods: [{ changed: [] }] })
  confirm()
  mods['fix'] = { 'run.sh': '#!/bin/bash\necho three\n', 'new.patch': 'x' }
  await settled(life.graph.models.scan())
  expect(recipeOf(patched)).toMatchObject({ confirmed: false, mods: [{ changed: ['fix.patch', 'new.patch', 'run.sh'] }] })
  await expect(ask()).rejects.toMatchObject({ code: 'recipe_unconfirmed' })
})

test('a mod that changed after the yes refuses the switch before anything stops', async () => {
  await life.outcome(await life.ask(other))
  confirm()
  mods['fix'] = { ...mods['fix'], 'run.sh': 'rm -rf /' }
  const swap = await ends()
  expect(swap).toMatchObject({ state: 'failed', restored: null, error: { code: 'mod_changed', machine: 'spark-1' } })
  expect(swap.error?.happened).toMatch(/applies mods\/fix, and on spark-1 that is not what was confirmed any more: run\.sh changed/)
  expect(swap.error?.now).toBe('Nothing was changed; gpt-oss 20B is as it was.')
  expect([answers(), life.calls('launch-cluster.sh', 'stop'), life.calls('launch-cluster.sh', '--apply-mod')]).toEqual([[other], 0, 0])
  // The disks are looked at again after a switch, so the page asks for the new look by itself.
  await life.clock.advance(5000)
  expect(recipeOf(patched)).toMatchObject({ confirmed: false, mods: [{ changed: ['run.sh'] }] })
})

test('a mod that changes while room is being made is not run, and the old model comes back', async () => {
  await life.outcome(await life.ask(other))
  confirm()
  const id = await ask()
  await life.phase(id, 'make_room')
  delete mods['fix']
  const swap = await life.outcome(id)
  expect(swap).toMatchObject({ state: 'failed', restored: true, error: { code: 'mod_changed' } })
  expect(swap.error?.happened).toBe('The recipe of Qwen3 8B applies mods/fix, and the launcher on spark-1 no longer has it.')
  expect([answers(), life.calls('launch-cluster.sh', '--apply-mod')]).toEqual([[other], 0])
})

test('F26: a mod that does not fit is told as such, and the old model comes back', async () => {
  await life.outcome(await life.ask(other))
  confirm()
  life.world.setFault({ name: 'F26', node: 'spark-1', times: 1 })
  const swap = await ends()
  expect(swap).toMatchObject({ state: 'failed', restored: true, error: { code: 'mod_failed', machine: 'spark-1' } })
  expect(answers()).toEqual([other])
})

test('a plan whose first Spark does not hold the mod is blocked with the way out', async () => {
  confirm()
  const reserved = await settled(life.graph.plans.preview({ model: small, recipe: patched }))
  expect(reserved.verdict).toBe('ready')
  life.world.removeModel('spark-1', small)
  await settled(life.graph.models.scan())
  const plan = await settled(life.graph.plans.preview({ model: small, recipe: patched }))
  expect(plan).toMatchObject({
    verdict: 'blocked',
    reasons: [{ code: 'mod_missing', sentence: 'The launcher on spark-2 does not have mods/fix, which this recipe applies.' }],
  })
  await expect(ask()).rejects.toMatchObject({ code: 'plan_blocked' })
})
