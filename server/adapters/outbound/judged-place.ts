// Where a name leads, and whether a connection may be made there. The name is looked up anew each time, every address it has is judged,
// and the connection is made to exactly those addresses: a name that points elsewhere a moment later changes nothing.
import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { OwnPlace } from '../../domain/target-address.ts'
import { createNameLookup, type NameLookup } from './name-lookup.ts'

/** Of the whole appliance: whatever is asked by name shares its threads. */
export const resolveAll: NameLookup = createNameLookup()

/** Why there was no attempt, in half a sentence. */
export class Refusal extends Error {}

/** The appliance itself, as it is now: addresses come and go with networks. */
export function ownPlace(ports: readonly number[]): OwnPlace {
  return { addresses: Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map((one) => one.address)), ports }
}

/** Every address of a host; raises Refusal when a single one is refused. */
export async function judgedAddresses(
  { host, literal }: { readonly host: string; readonly literal: boolean },
  { resolve, signal }: { readonly resolve: NameLookup; readonly signal: AbortSignal },
  refuse: (address: string) => string | null,
): Promise<readonly LookupAddress[]> {
  const found = literal ? [{ address: host, family: host.includes(':') ? 6 : 4 }] : await resolve(host, signal)
  if (found.length === 0) throw new Refusal(`${host} has no address`)
  for (const { address } of found) {
    const why = refuse(address)
    if (why !== null) throw new Refusal(why)
  }
  return found
}

/** Answers every look-up with what was judged. */
export function only(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, done) => {
    const [one] = addresses
    if (options.all === true) done(null, [...addresses])
    else done(null, one?.address ?? '', one?.family ?? 4)
  }
}
