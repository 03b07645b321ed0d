// What Home says, read as HTML, beside what is true in the simulated world at that moment.
import { parseHTML } from 'linkedom'
import { modelName } from '../../server/domain/model-name.ts'
import type { Rig } from '../e2e/rig.ts'
import type { World } from '../sim/core/types.ts'

export interface HomeSays {
  /** State of the engine's card; switching while a switch runs. */
  readonly state: string
  /** The model's name on that card. */
  readonly name: string
  /** The sentence at the top. */
  readonly sentence: string
}

/** null: the appliance does not answer. */
export async function readHome(url: string): Promise<HomeSays | null> {
  const html = await fetch(`${url}/`, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(5000) }).then(
    (answer) => (answer.ok ? answer.text() : null),
    () => null,
  )
  if (html === null) return null
  const { document } = parseHTML(html)
  const card = document.querySelector('section.engine')
  if (card === null) throw new Error(`Home has no card of an engine:\n${html.slice(0, 3000)}`)
  const running = card.getAttribute('aria-label') === 'The running switch'
  return {
    state: running ? 'switching' : (card.getAttribute('data-state') ?? ''),
    name: card.querySelector('.name')?.textContent?.trim() ?? '',
    sentence: document.querySelector('h1')?.textContent?.trim() ?? '',
  }
}

/** `false` is a lie; `silent` is a page that says it does not know, or not yet. */
export type Verdict = 'true' | 'silent' | 'false'

/**
 * "Answering" must be so, "no model" must be so; "switching" is so while the switch has no outcome (its page is read for that). What the
 * world did while the page was on its way counts for either moment.
 */
export function verdictOf(says: HomeSays, served: readonly (readonly string[])[]): Verdict {
  if (says.state === 'answering') return served.some((names) => names.some((one) => modelName(one) === says.name)) ? 'true' : 'false'
  if (says.state === 'stopped') return served.some((names) => names.length === 0) ? 'true' : 'false'
  return says.state === 'switching' ? 'true' : 'silent'
}

export async function lookAtHome(url: string, world: World): Promise<{ readonly says: HomeSays | null; readonly verdict: Verdict }> {
  const names = (): readonly string[] => world.serving().map((one) => one.model)
  const before = names()
  const says = await readHome(url)
  return { says, verdict: says === null ? 'silent' : verdictOf(says, [before, names()]) }
}

/** Each model was served once: its recipe is confirmed, and how long a switch takes here is known. */
export async function servedOnce(rig: Rig, models: readonly string[]): Promise<void> {
  const { swaps } = await rig.client['swaps.list']({ query: {} })
  for (const model of models) if (!swaps.some((swap) => swap.model === model && swap.state === 'succeeded')) await rig.switchTo(model)
}
