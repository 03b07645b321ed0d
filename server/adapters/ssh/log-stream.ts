// A log as it is written, over a connection of its own: whoever reads slowly, or reads all day, takes nobody's place.
import { randomBytes } from 'node:crypto'
import { StringDecoder } from 'node:string_decoder'
import type { Client, ClientChannel } from 'ssh2'
import type { LogSource, LogStreamOrder } from '../../app/log-ports.ts'
import { createLineCutter, type LogLine, readLogLines } from '../../domain/log-line.ts'
import type { Machine } from '../../domain/machine.ts'
import { openClient } from './client.ts'
import { logTrouble } from './log-answer.ts'
import { beatSeconds, streamLogScript } from './scripts/log.ts'
import { translate, unreachable } from './ssh-error.ts'

/** Of one line so much is kept, characters; cleanLine cuts further. */
const longestLine = 8192
/** Of what it says before it fails, so many lines. */
const keptLines = 5

export interface LogStream {
  readonly machine: Machine
  readonly privateKey: string
  readonly source: LogSource
  readonly order: LogStreamOrder
  readonly hear: (lines: readonly LogLine[]) => Promise<void> | void
  readonly signal: AbortSignal
}

export async function streamLog({ machine, privateKey, source, order, hear, signal }: LogStream): Promise<void> {
  const token = randomBytes(16).toString('hex')
  const client = await openClient(machine, privateKey, signal)
  let beat: NodeJS.Timeout | undefined
  const onAbort = (): void => void client.destroy()
  // Without a listener a lost connection would end the process.
  client.on('error', () => undefined)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const channel = await openShell(client)
    channel.on('error', () => undefined)
    channel.stderr.resume()
    channel.write(streamLogScript(source, order, token))
    beat = setInterval(() => channel.write('\n'), beatSeconds * 1000)
    const end = await hearOut(channel, token, hear)
    signal.throwIfAborted()
    if (end === null) throw unreachable(machine, 'the connection was lost')
    if (end.code !== 0) throw logTrouble(machine, source, end.said, end.code)
  } catch (error) {
    signal.throwIfAborted()
    throw translate(machine, error)
  } finally {
    clearInterval(beat)
    signal.removeEventListener('abort', onAbort)
    client.end()
  }
}

const openShell = (client: Client): Promise<ClientChannel> =>
  new Promise((resolve, reject) => {
    client.once('close', () => reject(new Error('the connection was lost')))
    client.exec('bash -s', (error, channel) => (error === undefined ? resolve(channel) : reject(error)))
  })

interface End {
  readonly code: number
  readonly said: string
}

/** null: it broke off. Taking from the channel only what was heard lets the machine wait for a slow reader. */
async function hearOut(channel: ClientChannel, token: string, hear: LogStream['hear']): Promise<End | null> {
  const decoder = new StringDecoder('utf8')
  const cutter = createLineCutter(longestLine)
  let begun = false
  let stamp: string | null = null
  let said: readonly string[] = []
  for await (const chunk of channel as AsyncIterable<Buffer>) {
    let lines: readonly string[] = cutter.take(decoder.write(chunk))
    if (!begun) {
      const at = lines.indexOf(`${token}:begin`)
      if (at < 0) continue
      begun = true
      lines = lines.slice(at + 1)
    }
    const at = lines.findIndex((line) => line.startsWith(`${token}:end `))
    const told = at < 0 ? lines : lines.slice(0, at)
    said = [...said, ...told.slice(-keptLines)].slice(-keptLines)
    const read = readLogLines(told, stamp)
    stamp = read.at(-1)?.stamp ?? stamp
    if (read.length > 0) await hear(read)
    if (at >= 0) return { code: Number((lines[at] ?? '').slice(token.length + 5)), said: said.join('\n') }
  }
  return null
}
