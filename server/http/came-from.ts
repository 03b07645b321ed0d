// Where a request came from. The peer's address is the truth; X-Forwarded-For is believed only as far as listed proxies wrote it.
import { BlockList, isIP } from 'node:net'
import type { Origin } from '../domain/access.ts'

/** Addresses of a household: loopback, private, link-local, and IPv6's unique local ones. Carrier networks (100.64.0.0/10) are not. */
const privateNetworks = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
]

/** Addresses (`192.0.2.7`) and networks (`192.0.2.0/24`) as one list that can be asked. */
export function networksOf(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (isIP(address) === 0) continue
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

/** An IP literal in the one form it is compared and shown in: no zone, IPv6 in short, IPv4 never as IPv6. Null: none. */
export function tidyIp(text: string): string | null {
  const plain = text.replace(/%.*$/, '')
  const kind = isIP(plain)
  if (kind === 4) return plain
  if (kind === 0) return null
  const short = new URL(`http://[${plain}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short)
  if (mapped === null) return short
  const [high, low] = mapped.slice(1).map((group) => Number.parseInt(group, 16)) as [number, number]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** One entry of X-Forwarded-For: some proxies add a port, and brackets around IPv6. */
function hopOf(entry: string): string | null {
  const text = entry.trim()
  return tidyIp(text) ?? tidyIp(/^\[([^\]]+)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([0-9.]+):\d{1,5}$/.exec(text)?.[1] ?? '')
}

const holds = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Headers with which proxies say that they passed something on. */
const passedOn = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-forwarded-host', 'via'] as const

/** Longer chains are nobody's network. */
const mostHops = 20

/**
 * The rightmost hop that is no listed proxy: whatever stands left of it, the sender may have written itself. Null where a hop cannot
 * be read, or a listed proxy named nobody.
 */
export function senderOf(header: string | null, proxies: BlockList): string | null {
  const hops = (header ?? '')
    .split(',')
    .slice(-mostHops)
    .map((entry) => hopOf(entry))
  for (const [at, hop] of hops.toReversed().entries()) {
    if (hop === null) return null
    if (!holds(proxies, hop) || at === hops.length - 1) return hop
  }
  return null
}

export interface Surroundings {
  /** Entries of access.trustedProxies and access.homeNetworks. */
  readonly proxies: readonly string[]
  readonly home: readonly string[]
  /** Only this computer can reach the server. */
  readonly loopback: boolean
}

export function originOf(peer: string | undefined, headers: Headers, { proxies, home, loopback }: Surroundings): Origin {
  const listed = listOf(proxies)
  const hop = peer === undefined ? null : tidyIp(peer)
  const isProxy = hop !== null && holds(listed, hop)
  // Who wrote such a header without being listed may be a proxy: then the peer is not the sender, and the sender is not known.
  if (!isProxy && passedOn.some((name) => headers.has(name)))
    return { address: null, near: false, strangeProxy: hop ?? 'an unknown address' }
  const address = isProxy ? senderOf(headers.get('x-forwarded-for'), listed) : hop
  const isHome = address !== null && (holds(atHome, address) || holds(listOf(home), address))
  return { address, near: isHome || (loopback && !isProxy), strangeProxy: null }
}

const atHome = networksOf(privateNetworks)

/** Settings give the same list again until they change. */
const lists = new Map<string, BlockList>()
function listOf(entries: readonly string[]): BlockList {
  const key = entries.join(' ')
  const known = lists.get(key) ?? networksOf(entries)
  if (lists.size > 20) lists.clear()
  lists.set(key, known)
  return known
}
