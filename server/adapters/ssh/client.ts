// Opening one SSH connection: within a time, and only to the machine whose host key is pinned.
import ssh2, { type Client } from 'ssh2'
import { SparkError } from '../../contract/errors.ts'
import type { Machine } from '../../domain/machine.ts'
import { fingerprint } from './key-pair.ts'
import { translate, unreachable } from './ssh-error.ts'

/** From the first packet to being logged in, ms. */
export const connectTimeoutMs = 10_000
/** A silent connection is asked this often whether it still lives, ms; three missed answers end it. */
const keepaliveMs = 10_000
const keepaliveMisses = 3

/** A logged-in client. Rejects with the product's errors; nothing is left open then. */
export function openClient(machine: Machine, privateKey: string, signal: AbortSignal): Promise<Client> {
  const pinned = machine.hostKey
  if (pinned === null) return Promise.reject(unreachable(machine, 'its identity (host key) was not accepted yet'))
  let presented: string | null = null
  const client = new ssh2.Client()
  const opened = settleOpening(client, signal, (cause) => {
    if (presented !== null && presented !== pinned) {
      return new SparkError('host_key_changed', { machine: machine.name, pinned, presented }, { cause })
    }
    return translate(machine, cause)
  })
  start(client, {
    host: machine.address,
    port: machine.port,
    username: machine.user,
    privateKey,
    hostVerifier: (key: Buffer) => {
      presented = fingerprint(key)
      return presented === pinned
    },
  })
  return opened
}

/** The host key a machine presents now. No login is tried: the verifier says no and the connection ends there. */
export function readHostKey(address: string, port: number, signal: AbortSignal): Promise<string> {
  const client = new ssh2.Client()
  return new Promise((resolve, reject) => {
    settleOpening(client, signal, (cause) => translate({ name: address, user: '' }, cause)).then(() => client.destroy(), reject)
    start(client, {
      host: address,
      port,
      username: 'spark-control',
      hostVerifier: (key: Buffer) => {
        resolve(fingerprint(key))
        return false
      },
    })
  })
}

function start(client: Client, config: ssh2.ConnectConfig): void {
  try {
    client.connect({
      ...config,
      readyTimeout: connectTimeoutMs,
      keepaliveInterval: keepaliveMs,
      keepaliveCountMax: keepaliveMisses,
    })
  } catch (cause) {
    // A private key that cannot be read throws here.
    client.emit('error', cause)
  }
}

function settleOpening(client: Client, signal: AbortSignal, tell: (cause: unknown) => SparkError): Promise<Client> {
  return new Promise((resolve, reject) => {
    let settled = false
    const settle = (outcome: () => void): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      outcome()
    }
    const fail = (cause: unknown): void =>
      settle(() => {
        client.destroy()
        reject(tell(cause))
      })
    const onAbort = (): void =>
      settle(() => {
        client.destroy()
        reject(signal.reason)
      })
    // readyTimeout does not cover a TCP connect that hangs on every system; this does.
    const timer = setTimeout(() => fail(Object.assign(new Error('no answer in time'), { level: 'client-timeout' })), connectTimeoutMs)
    signal.addEventListener('abort', onAbort, { once: true })
    client.on('error', fail)
    client.on('close', () => fail(new Error('the connection was closed before the login')))
    client.once('ready', () =>
      settle(() => {
        // Without it small packets wait for each other: an exec costs 130 ms and more instead of 5 to 9.
        client.setNoDelay(true)
        resolve(client)
      }),
    )
    if (signal.aborted) onAbort()
  })
}
