// One machine's pooled connection: opened at first use, opened again after a loss, closed when nobody uses it.
import type { Client, ClientChannel } from 'ssh2'
import { SparkError } from '../../contract/errors.ts'
import type { Machine } from '../../domain/machine.ts'
import { openClient } from './client.ts'
import { followOver, type Hear, unlessAborted } from './follow.ts'
import { createGate } from './gate.ts'
import { translate, unreachable, unreadable } from './ssh-error.ts'

/** An unused connection is closed after this long, ms. */
const idleMs = 120_000
/** Of what a machine writes to stderr, this much is kept for the log, bytes. */
const keptStderrBytes = 4096

export interface RunOptions {
  /** For the whole call: waiting for a place, opening, running; ms. */
  readonly timeoutMs: number
  /** A longer answer is cut off and refused, bytes. */
  readonly maxBytes: number
  /** Jobs and fences: may take the place kept for control. */
  readonly control: boolean
  /** Ends the call as soon as this is seen, without waiting for the channel to close. */
  readonly endMark: string
  readonly signal: AbortSignal | undefined
}

export interface Connection {
  /** Sends `script` to `bash -s` and resolves with everything it wrote to stdout. */
  run(script: string, options: RunOptions): Promise<Buffer>
  /**
   * Sends `script` to `bash -s` and leaves its input open. `hear` gets what it writes to stdout and may say something to it; false ends
   * it. Takes one place among the channels for as long as it lasts, and settles only by rejecting.
   */
  follow(script: string, signal: AbortSignal, hear: Hear): Promise<never>
  close(): void
}

export function createConnection(machine: Machine, privateKey: string): Connection {
  const gate = createGate()
  const closing = new AbortController()
  let opening: Promise<Client> | null = null
  let idle: NodeJS.Timeout | undefined

  const open = (): Promise<Client> => {
    if (opening !== null) return opening
    const mine = openClient(machine, privateKey, closing.signal)
    const lost = (): void => {
      if (opening === mine) opening = null
    }
    mine.then((client) => client.once('close', lost), lost)
    opening = mine
    return mine
  }

  const drop = (how: 'end' | 'destroy'): void => {
    const gone = opening
    opening = null
    gone?.then((client) => client[how]()).catch(() => undefined)
  }

  const restUntilUsed = (): void => {
    clearTimeout(idle)
    if (gate.inside === 0) idle = setTimeout(() => drop('end'), idleMs).unref()
  }

  const run = async (script: string, options: RunOptions): Promise<Buffer> => {
    const late = new AbortController()
    const tooLate = new SparkError('machine_timeout', { machine: machine.name, seconds: Math.ceil(options.timeoutMs / 1000) })
    const timer = setTimeout(() => late.abort(tooLate), options.timeoutMs)
    const signal = AbortSignal.any([late.signal, closing.signal, ...(options.signal === undefined ? [] : [options.signal])])
    clearTimeout(idle)
    try {
      const leave = await gate.enter(options.control, signal)
      const channel = { opened: false }
      try {
        return await runOnce({ machine, client: await unlessAborted(open(), signal), options, signal, channel }, script)
      } catch (error) {
        // Not even a channel in all that time: the other end is gone without a word, and every later call would wait as long.
        if (error === tooLate && !channel.opened) drop('destroy')
        throw error
      } finally {
        leave()
      }
    } finally {
      clearTimeout(timer)
      restUntilUsed()
    }
  }

  const follow: Connection['follow'] = async (script, given, hear) => {
    clearTimeout(idle)
    try {
      return await followOver({ machine, gate, open, destroy: () => drop('destroy'), closing: closing.signal }, script, given, hear)
    } finally {
      restUntilUsed()
    }
  }

  return {
    run,
    follow,
    close() {
      clearTimeout(idle)
      closing.abort(unreachable(machine, 'its connection was closed here'))
      drop('end')
    },
  }
}

interface Run {
  readonly machine: Machine
  readonly client: Client
  readonly options: RunOptions
  readonly signal: AbortSignal
  readonly channel: { opened: boolean }
}

function runOnce({ machine, client, options, signal, channel: told }: Run, script: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let open: ClientChannel | null = null
    let settled = false
    const settle = (outcome: () => void): void => {
      if (settled) return
      settled = true
      signal.removeEventListener('abort', onAbort)
      client.off('close', onLost)
      open?.close()
      outcome()
    }
    const fail = (cause: unknown): void => settle(() => reject(translate(machine, cause)))
    const onAbort = (): void => settle(() => reject(signal.reason))
    const onLost = (): void => fail(unreachable(machine, 'the connection was lost'))
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    client.once('close', onLost)
    try {
      client.exec('bash -s', (error, channel) => {
        if (error !== undefined) return fail(error)
        if (settled) return channel.close()
        open = channel
        told.opened = true
        collect(channel, machine, options, { done: (answer) => settle(() => resolve(answer)), fail })
        channel.end(script)
      })
    } catch (cause) {
      fail(cause)
    }
  })
}

interface Ends {
  readonly done: (answer: Buffer) => void
  readonly fail: (cause: unknown) => void
}

function collect(channel: ClientChannel, machine: Machine, options: RunOptions, { done, fail }: Ends): void {
  const chunks: Buffer[] = []
  const endMark = Buffer.from(options.endMark)
  let bytes = 0
  let tail: Buffer = Buffer.alloc(0)
  let stderr = ''
  let stderrBytes = 0
  const tooMuch = (): void => {
    chunks.length = 0
    fail(unreadable(machine, `it wrote more than ${Math.ceil(options.maxBytes / 1024 / 1024)} MiB and was cut off`))
  }
  channel.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > options.maxBytes) return tooMuch()
    chunks.push(chunk)
    // The mark may lie across two chunks; whole chunks are not copied for that.
    const seam = Buffer.concat([tail, chunk.subarray(0, endMark.length)])
    if (seam.includes(endMark) || chunk.includes(endMark)) return done(Buffer.concat(chunks))
    tail = chunk.length < endMark.length ? seam.subarray(-endMark.length) : chunk.subarray(-endMark.length)
  })
  channel.stderr.on('data', (chunk: Buffer) => {
    stderrBytes += chunk.length
    if (stderrBytes > options.maxBytes) return tooMuch()
    if (stderr.length < keptStderrBytes) stderr += chunk.toString('utf8').slice(0, keptStderrBytes - stderr.length)
  })
  channel.on('error', fail)
  channel.on('close', () => fail(unreadable(machine, 'no end mark', stderr === '' ? undefined : new Error(stderr))))
}
