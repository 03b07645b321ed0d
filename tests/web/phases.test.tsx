import { parseHTML } from 'linkedom'
import { expect, test } from 'vitest'
import { Phases } from '../../web/views/parts/phases.tsx'
import * as sample from '../fakes/view-samples-of-swaps.ts'

const lastRow = (swap: Parameters<typeof Phases>[0]['swap']): { words: string; state: string | null } => {
  const { document } = parseHTML(`<!doctype html><html><body>${String(<Phases swap={swap} now={0} />)}</body></html>`)
  const row = [...document.querySelectorAll('li')].at(-1)
  return { words: row?.querySelector('.word')?.textContent ?? '', state: row?.getAttribute('data-state') ?? null }
}

test('the last row brings back what was there before', () => {
  expect(lastRow(sample.failedSwap)).toEqual({ words: 'Bringing the previous model back, done', state: 'done' })
  expect(lastRow({ ...sample.failedSwap, restored: false })).toMatchObject({ state: 'failed' })
})

test('where nothing was there before it only clears, and is done only when all was seen to be gone', () => {
  const alone = { ...sample.failedSwap, previousModel: null, previousModelName: null, restored: false }
  const gone = { ...alone, progress: { percent: null, sentence: 'Nothing is answering.' } }
  expect(lastRow(gone)).toEqual({ words: 'Clearing what was started, done', state: 'done' })
  const unseen = { ...alone, progress: { percent: null, sentence: 'spark-1 does not answer, so what answers there is not known.' } }
  expect(lastRow(unseen)).toMatchObject({ state: 'failed' })
})
