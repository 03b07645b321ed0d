// What is followed: a script whose channel stays open, on the machine's one connection.
import type { Client, ClientChannel } from 'ssh2'
import { SparkError } from '../../contract/errors.ts'
import type { Machine } from '../../domain/machine.ts'
import type { Gate } from './gate.ts'
import { translate, unreachable, unreadable } from './ssh-error.ts'

/** It must have begun within this time, ms. */
const openMs = 15_000

/** Gets what arrives and may say something to the script's input; false ends it. */
export type Hear = (chunk: Buffer, say: (text: string) => void) => boolean

interface Ground {
  readonly machine: Machine
  readonly gate: Gate
  readonly open: () => Promise<Client>
  /** The connection is dead without a word. */
  readonly destroy: () => void
  /** Aborted when the connection is given up. */
  readonly closing: AbortSignal
}

/** Takes one place among the channels for as long as it lasts; settles only by rejecting. */
export async function followOver(ground: Ground, script: string, given: AbortSignal, hear: Hear): Promise<never> {
  const { machine, gate, open, closing } = ground
  const late = new AbortController()
  const tooLate = new SparkError('machine_timeout', { machine: machine.name, seconds: Math.ceil(openMs / 1000) })
  const timer = setTimeout(() => late.abort(tooLate), openMs)
  const signal = AbortSignal.any([closing, given])
  const opening = AbortSignal.any([signal, late.signal])
  try {
    const leave = await gate.enter(false, opening)
    try {
      const client = await unlessAborted(open(), opening)
      const channel = await openChannel(client, opening)
      clearTimeout(timer)
      return await hearOut(machine, client, channel, signal, script, hear)
    } catch (error) {
      // As for any call: not even a channel in all that time.
      if (error === tooLate) ground.destroy()
      throw signal.aborted ? signal.reason : translate(machine, error)
    } finally {
      leave()
    }
  } finally {
    clearTimeout(timer)
  }
}

/** A channel that opens when nobody waits for it any more is closed at once. */
function openChannel(client: Client, signal: AbortSignal): Promise<ClientChannel> {
  const opened = new Promise<ClientChannel>((resolve, reject) => {
    client.exec('bash -s', (error, channel) => (error === undefined ? resolve(channel) : reject(error)))
  })
  const close = (): void => void opened.then((channel) => channel.close()).catch(() => undefined)
  return unlessAborted(opened, signal).catch((error: unknown) => {
    close()
    throw error
  })
}

function hearOut(
  machine: Machine,
  client: Client,
  channel: ClientChannel,
  signal: AbortSignal,
  script: string,
  hear: Hear,
): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (cause: unknown): void => {
      signal.removeEventListener('abort', onAbort)
      client.off('close', onLost)
      channel.close()
      reject(cause)
    }
    const onAbort = (): void => fail(signal.reason)
    const onLost = (): void => fail(unreachable(machine, 'the connection was lost'))
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    client.once('close', onLost)
    channel.on('data', (chunk: Buffer) => {
      if (!hear(chunk, (text) => channel.write(text))) fail(unreadable(machine, 'it wrote without end what nobody asked for'))
    })
    // Read and thrown away: a full channel would hold up the other stream.
    channel.stderr.on('data', () => undefined)
    channel.on('error', fail)
    channel.on('close', () => fail(unreadable(machine, 'it stopped telling of its memory')))
    channel.write(script)
  })
}

/** The promise, or the signal's reason if that comes first. The work behind the promise goes on for others. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
