// Scores inference against published recipes and hostile folders and writes docs/INFERENCE.md:
// `make eval CORPUS=/path/to/corpus/recipes [EVAL=/path/to/recipes.mjs]`. Exit code 1 when a target is missed.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { measureHostile } from '../tests/bench/hostile.ts'
import { inferencePage, type Scores, targetOf } from './eval/page.ts'

const root = new URL('../', import.meta.url).pathname
const most = 64 * 1024 * 1024

function node(words: readonly string[]): string {
  return execFileSync(process.execPath, [...words], { encoding: 'utf8', maxBuffer: most, cwd: root })
}

/** What the built command line says of a hub, as any other maintainer would ask it. */
const inspect = (hub: string): readonly Record<string, unknown>[] =>
  JSON.parse(node([join(root, 'dist/server/cli.js'), 'inspect', hub, '--json']))

function predict(folder: string): readonly Record<string, unknown>[] {
  const states = join(folder, 'states')
  const cases = existsSync(states) ? readdirSync(states) : []
  const ofStates = cases.flatMap((name) => inspect(join(states, name, 'hub')).map((one) => ({ ...one, state_case: name })))
  return [...inspect(join(folder, 'hub')), ...ofStates]
}

function scoresOf(text: string): Scores {
  const lines = text.trim().split('\n')
  const figures = JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>
  const marks = Object.entries(figures).flatMap(([name, value]) => {
    const match = /^(\d+)\/(\d+)$/.exec(String(value))
    return match === null ? [] : [{ name, right: Number(match[1]), of: Number(match[2]) }]
  })
  return { marks, misses: lines.slice(0, -1).map((line) => line.replaceAll(/\s+/g, ' ')) }
}

async function run(corpus: string, scorer: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'spark-control-eval-'))
  try {
    node([scorer, 'build', corpus, join(folder, 'hub')])
    const predictions = join(folder, 'predictions.json')
    writeFileSync(predictions, JSON.stringify(predict(folder)))
    const scores = scoresOf(node([scorer, 'score', corpus, predictions]))
    const hostile = await measureHostile(join(folder, 'hostile'))
    const page = inferencePage(scores, hostile)
    writeFileSync(join(root, 'docs/INFERENCE.md'), page)
    process.stdout.write(`${page.slice(page.indexOf('## Scores'), page.indexOf('## How'))}\n`)
    const missed = scores.marks.filter((mark) => mark.right / mark.of < targetOf(mark.name))
    const slow = hostile.filter((one) => one.most !== null && one.value > one.most)
    for (const one of [...missed.map((mark) => mark.name), ...slow.map((row) => row.what)]) process.stderr.write(`missed: ${one}\n`)
    return missed.length + slow.length > 0 ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const [corpus, scorer] = process.argv.slice(2)
if (corpus === undefined || corpus === '' || !existsSync(corpus)) {
  process.stderr.write('Say where the cases are: make eval CORPUS=/path/to/corpus/recipes [EVAL=/path/to/recipes.mjs]\n')
  process.exitCode = 2
} else {
  const script = resolve(scorer === undefined || scorer === '' ? join(corpus, '../../eval/recipes.mjs') : scorer)
  if (existsSync(script)) process.exitCode = await run(resolve(corpus), script)
  else {
    process.stderr.write(`The scoring script ${script} is not there. Name it: make eval CORPUS=${corpus} EVAL=/path/to/recipes.mjs\n`)
    process.exitCode = 2
  }
}
