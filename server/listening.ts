// The process's side of serving: the address is taken once, before anybody answers, and given up gently.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Boot, BootError } from './boot.ts'
import { failureWord } from './domain/failure-code.ts'
import type { App } from './http/app.ts'

/** How long open answers (a chat in the middle of a sentence) may go on after the server was told to stop, ms. */
const drainMs = 7000

export function listening(server: Server, { host, port }: Boot): Promise<AddressInfo> {
  return new Promise((done, failed) => {
    server.once('error', (cause) => {
      const code = failureWord(cause)
      if (code === 'EADDRINUSE') {
        const sentence = `Port ${port} of ${host} is already in use. Stop what uses it (is Spark Control running already?), or name another one in PORT.`
        return failed(new BootError(sentence, 69, { cause }))
      }
      if (code === 'EACCES')
        return failed(new BootError(`Port ${port} may not be used by this user. Name one above 1023 in PORT.`, 69, { cause }))
      if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
        return failed(new BootError(`HOST ${host} is not an address of this computer.`, 78, { cause }))
      }
      failed(cause)
    })
    server.listen(port, host, () => done(server.address() as AddressInfo))
  })
}

/** Stops accepting, lets answers end within the limit, then hangs up. */
export async function drained(server: Server, clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> }): Promise<void> {
  const enough = new AbortController()
  const closed = new Promise<void>((done) => server.close(() => done()))
  const hangUp = clock.sleep(drainMs, enough.signal).then(
    () => server.closeAllConnections(),
    () => undefined,
  )
  const idle = (async () => {
    while (!enough.signal.aborted) {
      server.closeIdleConnections()
      await clock.sleep(50, enough.signal).catch(() => undefined)
    }
  })()
  await closed
  enough.abort()
  await Promise.all([hangUp, idle])
}

type Fetch = App['fetch']

/** Where requests come in. The address is taken before any machine is touched; who comes early waits until somebody answers. */
export function createDoor(): { readonly fetch: (...request: Parameters<Fetch>) => Promise<Response>; open(answering: Fetch): void } {
  let open: (answering: Fetch) => void = () => undefined
  let answering: Promise<Fetch> = new Promise((done) => {
    open = done
  })
  return {
    fetch: async (...request) => (await answering)(...request),
    open(next) {
      open(next)
      answering = Promise.resolve(next)
    },
  }
}

export function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null
  return () => {
    done ??= act()
    return done
  }
}
