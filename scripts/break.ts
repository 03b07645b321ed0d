// Breaks something in the running demo, to see what Spark Control makes of it: node scripts/break.ts F7 --node spark-1 --times 1
import { parseArgs } from 'node:util'
import type { FaultName } from '../tests/sim/core/types.ts'
import { type Order, sendOrder } from './demo/controls.ts'

const faults: Readonly<Record<FaultName, string>> = {
  F3: 'the image is missing, and the launcher says all is well',
  F4: 'the image differs on the other Spark',
  F5: 'no SSH from one Spark to the other',
  F6: 'the user may not use docker',
  F7: 'the engine fails while it starts',
  F8: 'too little memory is free at the start',
  F9: 'no memory is left for the KV cache',
  F10: 'loading stops half way and says nothing more',
  F11: 'the engine dies while it serves',
  F12: 'memory stays taken after a stop, until a restart',
  F13: 'the engine hangs: it says it is healthy and never answers',
  F14: 'the Spark freezes in the middle of a load (--for seconds)',
  F15: 'the Spark loses power in the middle of a load (--for seconds)',
  F16: 'earlyoom kills the engine',
  F17: 'uvx is not installed',
  F18: 'a download needs permission',
  F19: 'the disk is full',
  F21: 'a download stalls at its last file',
  F25: 'the wrong number of cables',
  F26: 'a mod of the recipe fails',
  F27: 'nvidia-smi fails',
  F28: 'a stop that takes a minute and fails',
}

const usage = `
  break.ts FAULT [--node spark-1] [--model REPO] [--times 1] [--for SECONDS]
  break.ts freeze --node spark-1 [--for 30]      nothing on it moves for a while
  break.ts reboot --node spark-1 [--for 10]      it loses power
  break.ts mend [FAULT]                          makes it good again

${Object.entries(faults)
  .map(([name, words]) => `  ${name.padEnd(5)}${words}`)
  .join('\n')}
`

class UsageError extends Error {}

function readOrder(argv: readonly string[]): Order {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { node: { type: 'string' }, model: { type: 'string' }, times: { type: 'string' }, for: { type: 'string' } },
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
  return { act: 'break', fault: faultOf(word), node, model: values.model ?? null, times: numberOf('--times', values.times), seconds }
}

function faultOf(word: string): FaultName {
  const name = word.toUpperCase()
  if (/^F\d+$/.test(name) && name in faults) return name as FaultName
  throw new UsageError(`There is no switch "${word}".\n${usage}`)
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
