// The long versions of what `make test` samples: `make soak`, or one part alone, `make soak ONLY=kills`. Prints the figures, keeps them in
// docs/reliability.json and writes docs/RELIABILITY.md anew. Exit code 1 when a promise was broken or a target was missed.
import { createClosing } from '../tests/bench/ground.ts'
import { type PartOptions, parts } from '../tests/soak/parts.ts'
import { beginRun, type PartName, type PartResult, partNames } from '../tests/soak/record.ts'
import { writeReliability } from './reliability.ts'

/** What is open now, closed when somebody asks for an end. */
let open = createClosing()
/** Somebody asked for an end: what then fails is no broken promise. */
let stopped = false

function given(name: string): number | undefined {
  const text = process.env[name] ?? ''
  if (text === '') return undefined
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} must be a whole number, not "${text}".`)
  return Number(text)
}

function chosen(): readonly PartName[] {
  const only = process.env['ONLY'] ?? ''
  if (only === '') return partNames
  const found = partNames.filter((name) => only.split(',').includes(name))
  if (found.length === 0) throw new Error(`ONLY must be one of ${partNames.join(', ')}, not "${only}".`)
  return found
}

/** A promise that was broken is a result, too: it stays on the page until a run shows that it holds. */
async function resultOf(name: PartName, options: PartOptions): Promise<PartResult> {
  open = createClosing()
  try {
    return await parts[name](open, options)
  } catch (error) {
    console.error(error)
    const why = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
    const command = `make soak ONLY=${name} SEED=${options.seed}`
    return { command, measured: [{ what: 'A promise was broken', target: 'none', value: why.slice(0, 300), met: false }] }
  } finally {
    await open.all()
  }
}

/** Says what was measured; how many targets were missed. */
function told({ measured }: PartResult): number {
  for (const { what, target, value, met } of measured) {
    console.log(`${met === false ? 'MISSED ' : ''}${what}: ${value}${target === null ? '' : ` (${target})`}`)
  }
  return measured.filter(({ met }) => met === false).length
}

async function run(): Promise<number> {
  const options = {
    seed: given('SEED') ?? 1,
    count: given('COUNT'),
    seconds: given('SECONDS'),
    say: (line: string) => console.log(`  ${line}`),
  }
  let missed = 0
  for (const name of chosen()) {
    console.log(`${name}:`)
    const writeDown = beginRun(name)
    const result = await resultOf(name, options)
    if (stopped) return 130
    writeDown(result)
    writeReliability()
    missed += told(result)
  }
  console.log(missed === 0 ? 'Every promise and target is met.' : `${missed} missed.`)
  return missed === 0 ? 0 : 1
}

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    stopped = true
    console.error('Stopped; what was under way is not written down.')
    void open.all().finally(() => process.exit(130))
  })
}
process.exitCode = await run()
