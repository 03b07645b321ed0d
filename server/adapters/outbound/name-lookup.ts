// Addresses of a name, the system's own way: hosts file, mDNS and DNS, as everything else on this computer sees it. That way takes a
// thread of Node's pool for as long as the resolver is silent, tens of seconds; there are four, and files and passwords need them too.
import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { unlessAborted } from '../../domain/unless-aborted.ts'

/** Half of the pool stays for everything else, whatever the resolver does. */
const mostAtOnce = 2

type Addresses = readonly LookupAddress[]
type AskSystem = (host: string) => Promise<Addresses>
export type NameLookup = (host: string, signal: AbortSignal) => Promise<Addresses>

interface Asked {
  readonly addresses: Promise<Addresses>
  /** Who still wants to know. */
  waiters: number
}

/** A look-up rejects as the system does, or with the signal's reason. Those of one name at the same time are one. */
export function createNameLookup(ask: AskSystem = (host) => lookup(host, { all: true, verbatim: true })): NameLookup {
  const asked = new Map<string, Asked>()
  const line: (() => void)[] = []
  let free = mostAtOnce

  const turn = async (): Promise<void> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => line.push(resolve))
  }
  const next = (): void => {
    const first = line.shift()
    if (first === undefined) free += 1
    else first()
  }

  const begin = (host: string): Asked => {
    const run = async (): Promise<Addresses> => {
      await turn()
      try {
        // Whoever asked has given up while others were silent.
        return one.waiters === 0 ? [] : await ask(host)
      } finally {
        asked.delete(host)
        next()
      }
    }
    const one: Asked = { waiters: 1, addresses: Promise.resolve().then(run) }
    asked.set(host, one)
    return one
  }

  return async (host, signal) => {
    signal.throwIfAborted()
    const known = asked.get(host)
    if (known !== undefined) known.waiters += 1
    const one = known ?? begin(host)
    try {
      return await unlessAborted(signal, one.addresses)
    } finally {
      one.waiters -= 1
    }
  }
}
