// Measures what the product is held to and writes docs/FIGURES.md: `make bench`. Exit code 1 when a target is missed.
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { type Figure, isMet, spreadOf } from '../tests/bench/figure.ts'
import { type Closing, createClosing } from '../tests/bench/ground.ts'
import { measurements } from '../tests/bench/measurements.ts'

const root = new URL('../', import.meta.url)
const page = new URL('docs/FIGURES.md', root)
/** The whole run ends within this, whatever hangs, ms. */
const limitMs = 240_000

const digits = (unit: Figure['unit'], value: number): string =>
  unit === 'kB' && value < 100 ? value.toFixed(1) : String(Math.round(value))

function cells(figure: Figure): readonly string[] {
  const { smallest, median, largest } = spreadOf(figure.values)
  const measured = [smallest, median, largest].map((value) => digits(figure.unit, value))
  const met = isMet(figure)
  return [
    figure.what,
    figure.target?.words ?? 'for information',
    `${new Set(measured).size === 1 ? measured[0] : measured.join(' / ')} ${figure.unit}`,
    met === null ? '' : met ? 'yes' : '**no**',
    `${figure.how}${figure.values.length > 1 ? ` ${figure.values.length} times.` : ''}`,
  ]
}

function pageOf(figures: readonly Figure[], load: number): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }
  const head = ['What', 'Target', 'Measured (smallest / median / largest)', 'Met', 'How']
  const rows = [head, head.map(() => '---'), ...figures.map(cells)].map(
    (row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  )
  return `# Figures

Written by \`make bench\`; do not edit. Times depend on the computer and on what else it does, so no test asserts them.

Spark Control ${version}, Node ${process.versions.node}, ${availableParallelism()} cores shared by the appliance, the simulated Sparks and their sshd; load average at the start ${load.toFixed(1)}. ${new Date().toISOString().slice(0, 10)}.

${rows.join('\n')}
`
}

/** What is open now, closed when somebody asks for an end or the time is over. */
let open: Closing = createClosing()

function giveUp(why: string, code: number): void {
  console.error(why)
  void open.all().finally(() => process.exit(code))
}

async function run(): Promise<number> {
  const load = loadavg()[0] ?? 0
  const figures: Figure[] = []
  for (const measure of measurements) {
    open = createClosing()
    try {
      for (const figure of await measure(open)) {
        figures.push(figure)
        const [what, target, measured, met] = cells(figure)
        console.log(`${met === '**no**' ? 'MISSED ' : ''}${what}: ${measured} (${target})`)
      }
    } finally {
      await open.all()
    }
  }
  writeFileSync(page, pageOf(figures, load))
  const missed = figures.filter((figure) => isMet(figure) === false)
  console.log(missed.length === 0 ? 'Every target is met.' : `${missed.length} of ${figures.length} are missed.`)
  return missed.length === 0 ? 0 : 1
}

setTimeout(() => giveUp(`The figures took longer than ${limitMs / 1000} seconds; nothing was written.`, 1), limitMs).unref()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => giveUp('Stopped; nothing was written.', 130))
process.exitCode = await run()
