// One story of a failure: a switch is thrown in the simulator, a model is asked for, and the page is read as the owner reads it.
import type { Page } from 'playwright-core'
import type { SwapView } from '../../server/contract/operations/shapes.ts'
import type { SettingKey } from '../../server/contract/settings.ts'
import type { Fault } from '../sim/core/types.ts'
import { openRig, type Rig, type RigOptions } from './rig.ts'

export const small = 'Qwen/Qwen3-8B'
export const other = 'openai/gpt-oss-20b'
export const wide = 'nvidia/Qwen3-235B-A22B-NVFP4'

/** What the page of a switch says. */
export interface Told {
  readonly title: string
  readonly happened: string
  readonly now: string
  readonly next: string
  readonly whole: string
}

export interface Stage {
  readonly rig: Rig
  readonly page: Page
  /** Switches by the API, to whatever end; `faults` are on from before it until `mend`. */
  ends(model: string, ...faults: readonly Fault[]): Promise<SwapView>
  /** A wait that the owner may shorten; as it was after `mend`. */
  set(key: SettingKey, value: number): Promise<void>
  /** The page of a switch that has ended. */
  told(swap: SwapView): Promise<Told>
  /** Nothing is broken, nothing of ours runs, both Sparks answer: as it was at the beginning. */
  mend(): Promise<void>
  close(): Promise<void>
}

const limitMs = 120_000

export async function openStage(options: RigOptions = {}): Promise<Stage> {
  const rig = await openRig({ timeScale: 0.006, ...options })
  const changed = new Set<string>()
  const page = await rig.tab()
  const ends: Stage['ends'] = async (model, ...faults) => {
    const { recipe } = await rig.client['models.find']({ params: { id: model } })
    if (recipe !== null && !recipe.confirmed) await rig.client['recipes.confirm']({ params: { id: recipe.id } })
    for (const fault of faults) rig.world.setFault(fault)
    const started = await rig.client['swaps.start']({ body: { model } })
    if (!('steps' in started)) throw new Error('that was only a plan')
    const ended = await rig.swapWhen(started.id, `an end of the switch to ${model}`, (swap) => swap.state !== 'running', limitMs)
    return ended
  }
  return {
    rig,
    page,
    ends,
    async set(key, value) {
      await rig.client['settings.change']({ params: { key }, body: { value } })
      changed.add(key)
    },
    async told(swap) {
      await page.goto(`/swaps/${swap.id}`)
      const beside = async (word: string): Promise<string> => {
        const all = await page.locator(`dt:text-is("${word}") + dd`).allInnerTexts()
        return all[0] ?? ''
      }
      return {
        title: await page.getByRole('heading', { level: 1 }).innerText(),
        happened: await beside('What happened'),
        now: await beside('Now'),
        next: await beside('What to do'),
        whole: await page.getByRole('main').innerText(),
      }
    },
    async mend() {
      for (const { name } of rig.world.faults()) rig.world.clearFault(name)
      for (const node of rig.world.options.nodes) {
        for (const { name } of rig.world.look(node.name).containers)
          await rig.world.run({ node: node.name, tool: 'docker', argv: ['rm', '-f', name], env: {}, cwd: '/' }, silence)
      }
      await rig.door.settled()
      for (const key of changed) await rig.client['settings.reset']({ params: { key } })
      changed.clear()
      await rig.client['models.scan']()
    },
    close: () => rig.close(),
  }
}

const silence = { out: () => undefined, err: () => undefined, signal: new AbortController().signal }
