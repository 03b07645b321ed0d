// docs/RELIABILITY.md from docs/reliability.json: `make docs`, and after each part of `make soak`. tests/contract/docs.test.ts keeps both in step.
import { readFileSync, writeFileSync } from 'node:fs'
import { type Canary, type Measured, newestRuns, type PartName, type Run, readRuns } from '../tests/soak/record.ts'

const root = new URL('../', import.meta.url)
const pagePath = 'docs/RELIABILITY.md'
const textPath = 'scripts/reliability.md'
const numbersMark = '<!-- numbers -->'

const titles: Readonly<Record<PartName, string>> = {
  lives: 'Whole lives',
  kills: '`kill -9` in the middle of a switch',
  pairs: 'Two at the same instant',
  fleet: 'A hundred machines',
  return: 'Back after silence',
  hostile: 'Hostile values',
  tabs: 'Two hundred tabs',
  day: 'A day of looking',
  outbox: 'Webhooks over a kill',
  entry: 'A wrong key or password',
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')

const metWord = ({ met }: Measured): string => (met === null ? '' : met ? 'yes' : '**no**')

function canaryTable(canaries: readonly Canary[]): string {
  const caught = ({ caught: times, lives }: Canary): string =>
    times === 0 ? `**not caught** in ${lives} lives` : `in ${times} of ${lives} lives`
  return table(
    ['The promise', 'Broken on purpose', 'Caught'],
    canaries.map((one) => [one.promise, one.broken, caught(one)]),
  )
}

function runPart(run: Run): string {
  const minutes = run.tookSeconds < 90 ? `${run.tookSeconds} s` : `${Math.round(run.tookSeconds / 60)} minutes`
  const subject = `version ${run.version}, commit ${run.commit}${run.changed ? ' with changes that were not committed' : ''}`
  const rows = run.measured.map((one) => [one.what, one.target ?? '', one.value, metWord(one)])
  return [
    `### ${titles[run.part]}`,
    `${run.at.slice(0, 10)}, ${subject}. ${run.computer}. It took ${minutes}. Again: \`${run.command}\`.`,
    table(['What', 'Target', 'Measured', 'Met'], rows),
    ...(run.canaries === undefined || run.canaries.length === 0 ? [] : [canaryTable(run.canaries)]),
  ].join('\n\n')
}

function numbers(runs: readonly Run[]): string {
  const newest = newestRuns(runs)
  const missing = (Object.keys(titles) as PartName[]).filter((part) => !newest.some((run) => run.part === part))
  const missed = newest.flatMap((run) => run.measured.filter((one) => one.met === false))
  if (newest.length === 0) return 'Nothing was measured yet.'
  const sum =
    missed.length === 0
      ? 'Every target that was measured is met.'
      : `${missed.length === 1 ? 'One target is' : `${missed.length} targets are`} missed: ${missed.map((one) => one.what).join('; ')}.`
  const open = missing.length === 0 ? '' : ` Not measured yet: ${missing.map((part) => titles[part]).join(', ')}.`
  return [`${sum}${open} Three values are the smallest, the median and the largest.`, ...newest.map(runPart)].join('\n\n')
}

/** The page, from its fixed text and the record. */
export function reliabilityPage(runs: readonly Run[] = readRuns()): string {
  const text = readFileSync(new URL(textPath, root), 'utf8')
  if (!text.includes(numbersMark)) throw new Error(`${textPath} has no place for the numbers`)
  return text.replace(numbersMark, () => numbers(runs))
}

export function writeReliability(): void {
  writeFileSync(new URL(pagePath, root), reliabilityPage())
}
