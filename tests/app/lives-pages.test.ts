// Some lives are read as HTML: Home and the pages of switches say what the use cases say, in the same moment, and nothing else.
import { parseHTML } from 'linkedom'
import { expect, test } from 'vitest'
import type { SwapView } from '../../server/contract/operations/shapes.ts'
import { createApp } from '../../server/http/app.ts'
import { createPages } from '../../server/http/pages/pages.tsx'
import { createRenderProblem } from '../../server/http/pages/problem.tsx'
import { createFakeIds } from '../fakes/ids.ts'
import { live, type Reader } from '../sim/lives/life.ts'
import type { Saga } from '../sim/lives/saga.ts'
import { drawSchedule } from '../sim/lives/schedule.ts'

/** Text of the page as a reader sees it. */
type Open = (path: string) => Promise<string>

function door({ life: { graph, clock, log } }: Saga): Open {
  const ids = createFakeIds('page')
  const pages = createPages({ useCases: graph, clock, assets: new Map() as never })
  const app = createApp({ useCases: graph, log, clock, ids, parseOutput: true, pages, renderProblem: createRenderProblem('0.1.0') })
  return async (path) => {
    const { document } = parseHTML(await (await app.request(path)).text())
    return document.querySelector('main')?.textContent?.replaceAll(/\s+/g, ' ') ?? ''
  }
}

/** What the page of a switch must say of it. */
function wordsOf({ state, model, modelName, progress, error }: SwapView): readonly string[] {
  if (error !== null && state !== 'running') return [error.happened, error.now]
  if (state === 'succeeded' && model !== null) return [modelName]
  // A stop says its first sentence in the title and the rest below.
  return state === 'succeeded' ? progress.sentence.split(/(?<=\.) /) : [progress.sentence, state === 'cancelled' ? 'cancelled' : '']
}

let read = 0

const reader: Reader = async (saga) => {
  const open = door(saga)
  const { graph } = saga.life
  const { sentence } = graph.status.status()
  const home = await open('/')
  read += 1
  if (!home.includes(sentence)) return `Home does not say "${sentence}": ${home.slice(0, 300)}`
  const newest = graph.swaps.recent(1)[0]
  if (newest === undefined) return null
  const page = await open(`/swaps/${newest.id}`)
  const words = wordsOf(newest)
  return words.every((one) => page.includes(one)) ? null : `the page of a switch does not say "${words.join(' ')}": ${page.slice(0, 300)}`
}

test('Home and the page of the newest switch say the same in HTML as the use cases do', { timeout: 240_000 }, async () => {
  const failed: string[] = []
  for (let seed = 1; seed <= 12; seed++) {
    const lived = await live(drawSchedule(seed), {}, reader)
    if (lived.broken.length > 0) failed.push(lived.story)
  }
  expect(failed.join('\n\n')).toBe('')
  expect(read).toBeGreaterThan(50)
})
