// Breaks something in the running demo, to see what Spark Control makes of it: node scripts/break.ts F7 --node spark-1 --times 1
import { parseArgs } from 'node:util'
import { groupWords, type Switch, switches, switchOf } from '../tests/sim/core/switches.ts'
import type { FaultName, Moment } from '../tests/sim/core/types.ts'
import { sendOrder } from './demo/controls.ts'
import type { Order } from './demo/orders.ts'

const line = ({ name, words, moments }: Switch): string =>
  `  ${name.padEnd(5)}${words}${moments.length === 0 ? '' : ` [--at ${moments.join(', ')}]`}`

const table = Object.entries(groupWords)
  .map(([group, words]) => [words, ...switches.filter((one) => one.group === group).map(line)].join('\n'))
  .join('\n\n')

const usage = `
  break.ts FAULT [--node spark-1] [--model REPO] [--container NAME] [--times 1] [--for SECONDS] [--at MOMENT] [--percent 80]
  break.ts freeze --node spark-1 [--for 30]      nothing on it moves for a while
  break.ts reboot --node spark-1 [--for 10]      it loses power
  break.ts mend [FAULT]                          makes it good again

${table}
`

class UsageError extends Error {}

function readOrder(argv: readonly string[]): Order {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      node: { type: 'string' },
      model: { type: 'string' },
      container: { type: 'string' },
      times: { type: 'string' },
      for: { type: 'string' },
      at: { type: 'string' },
      percent: { type: 'string' },
    },
  })
  const [word = 'list', second] = positionals
  const node = values.node ?? null
  const seconds = numberOf('--for', values.for)
  if (word === 'list') return { act: 'list' }
  if (word === 'mend') return { act: 'mend', fault: second === undefined ? null : faultOf(second), node }
  if (word === 'freeze' || word === 'reboot') {
    if (node === null) throw new UsageError(`Say which: break.ts ${word} --node spark-1`)
    return { act: word, node, seconds: seconds ?? (word === 'freeze' ? 30 : 10) }
  }
  const fault = faultOf(word)
  return {
    act: 'break',
    fault,
    node,
    model: values.model ?? null,
    container: values.container ?? null,
    times: numberOf('--times', values.times),
    seconds,
    at: momentOf(fault, values.at),
    percent: numberOf('--percent', values.percent),
  }
}

function faultOf(word: string): FaultName {
  const name = word.toUpperCase()
  const found = switches.find((one) => one.name === name)
  if (found !== undefined) return found.name
  throw new UsageError(`There is no switch "${word}".\n${usage}`)
}

function momentOf(fault: FaultName, text: string | undefined): Moment | null {
  if (text === undefined) return null
  const moments = switchOf(fault)?.moments ?? []
  const found = moments.find((one) => one === text)
  if (found !== undefined) return found
  throw new UsageError(moments.length === 0 ? `${fault} has no other moment.` : `${fault} knows --at ${moments.join(', ')}, not "${text}".`)
}

function numberOf(option: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const value = Number(text)
  if (!(value > 0)) throw new UsageError(`${option} needs a number above 0, not "${text}".`)
  return value
}

async function run(): Promise<number> {
  const order = readOrder(process.argv.slice(2))
  const port = Number(process.env['PORT']?.trim() || '9999')
  const answer = await sendOrder(port, order)
  if (answer === null) throw new UsageError(`No demo runs at port ${port}. Start one with make demo, or name its port: PORT=... break.ts`)
  if (order.act === 'list') console.log(usage)
  else console.log(answer.sentence)
  console.log(answer.broken.length === 0 ? 'Nothing is broken now.' : `Broken now:\n${answer.broken.map((one) => `  ${one}`).join('\n')}`)
  return 0
}

process.exitCode = await run().catch((error: unknown) => {
  const isPlain = error instanceof UsageError || (error instanceof TypeError && 'code' in error)
  console.error(isPlain ? (error as Error).message : error)
  return 1
})
