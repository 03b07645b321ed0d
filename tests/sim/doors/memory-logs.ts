// Logs over door 1: what `docker logs` gives out, read, searched and followed in virtual time.
import type { LogOrder, LogPiece, LogSource, LogStreamOrder } from '../../../server/app/log-ports.ts'
import { SparkError } from '../../../server/contract/errors.ts'
import { createLineCutter, type LogLine, readLogLines } from '../../../server/domain/log-line.ts'
import type { Machine } from '../../../server/domain/machine.ts'
import type { World } from '../core/types.ts'
import type { Lines } from './line.ts'

const longestLine = 8192
/** How often a line that may be cut is looked at, ms. */
const lookMs = 500

interface Wanted {
  readonly lines: number | null
  readonly since: string | null
}

async function text(world: World, machine: Machine, node: string, source: LogSource, { lines, since }: Wanted): Promise<string> {
  if (source.kind !== 'container') throw trouble(machine, source, 'there is no journal in a simulated machine')
  let out = ''
  const write = (piece: string): void => {
    out += piece
  }
  const tail = lines === null ? [] : ['--tail', String(lines)]
  const argv = ['logs', '-t', ...tail, ...(since === null ? [] : ['--since', since]), source.name]
  const io = { out: write, err: write, signal: new AbortController().signal }
  const code = await world.run({ node, tool: 'docker', argv, env: {}, cwd: '/home/spark' }, io)
  if (code !== 0) throw trouble(machine, source, out)
  return out
}

function trouble(machine: Machine, { name }: LogSource, said: string): SparkError {
  const what = `container "${name}"`
  if (/No such container/.test(said)) return new SparkError('log_absent', { machine: machine.name, what })
  return new SparkError('log_unreadable', { machine: machine.name, what, why: said.trim() })
}

export async function readLog(world: World, machine: Machine, node: string, source: LogSource, order: LogOrder): Promise<LogPiece> {
  const wanted = order.since === null ? order : { lines: null, since: order.since }
  return { lines: readLogLines((await text(world, machine, node, source, wanted)).split('\n')), cut: false }
}

export async function searchLog(
  world: World,
  machine: Machine,
  node: string,
  source: LogSource,
  words: string,
  most: number,
): Promise<LogPiece> {
  const all = (await text(world, machine, node, source, { lines: null, since: null })).split('\n')
  const found = all.filter((line) => line.toLowerCase().includes(words.toLowerCase()))
  return { lines: readLogLines(found.slice(-most)), cut: false }
}

interface Following {
  readonly world: World
  readonly lines: Lines
  readonly machine: Machine
  readonly node: string
  readonly source: LogSource
  readonly order: LogStreamOrder
  readonly hear: (lines: readonly LogLine[]) => Promise<void> | void
  readonly signal: AbortSignal
}

export async function followLog({ world, lines, machine, node, source, order, hear, signal }: Following): Promise<void> {
  const { clock } = world.options
  if (source.kind !== 'container') throw trouble(machine, source, 'there is no journal in a simulated machine')
  const cutter = createLineCutter(longestLine)
  const over = new AbortController()
  let stamp: string | null = null
  let said = ''
  let heard: Promise<void> = Promise.resolve()
  const write = (piece: string): void => {
    said = piece
    const read = readLogLines(cutter.take(piece), stamp)
    stamp = read.at(-1)?.stamp ?? stamp
    if (read.length > 0) heard = heard.then(() => hear(read)).catch(() => undefined)
  }
  const tail = order.lines === null ? [] : ['--tail', String(order.lines)]
  const since = order.since === null ? [] : ['--since', order.since]
  const argv = ['logs', '-t', ...(order.follow ? ['-f'] : []), ...tail, ...since, source.name]
  const run = world
    .run(
      { node, tool: 'docker', argv, env: {}, cwd: '/home/spark' },
      { out: write, err: write, signal: AbortSignal.any([signal, over.signal]) },
    )
    .then(
      (code) => code,
      () => 137,
    )
  const lost = async (): Promise<'lost'> => {
    while (!lines.controls.isCut(node) && world.sshReach(node) === 'up') await clock.sleep(lookMs, over.signal)
    return 'lost'
  }
  const end = await Promise.race([run, lost().catch(() => 137)])
  over.abort(new Error('the reader left'))
  await heard
  signal.throwIfAborted()
  if (end === 'lost') throw new SparkError('machine_unreachable', { machine: machine.name, why: 'the connection was lost' })
  if (end !== 0) throw trouble(machine, source, said)
}
