// Where a webhook may go: the network at home, or the internet where the owner allows it, and never this appliance itself.
//
// The text of an address proves nothing: a name may point anywhere, and an IPv4 address has many spellings. So the address is read as a
// browser reads it (WHATWG URL: 2130706433, 0x7f.1 and 127.0.0.1. are all 127.0.0.1), and what is judged is each address that a
// connection could be made to. Kinds follow the IANA special-purpose registries (RFC 6890 and its updates).

export type AddressKind =
  | 'private'
  | 'loopback'
  | 'public'
  | 'unspecified'
  | 'link_local'
  | 'metadata'
  | 'multicast'
  | 'tunnel'
  | 'reserved'

export interface Target {
  /** As it is stored and asked: the WHATWG form, without a fragment. */
  readonly url: string
  /** A name in small letters without a closing dot, or an address without brackets. */
  readonly host: string
  readonly port: number
  /** An address was typed: nothing has to be looked up. */
  readonly literal: boolean
  /** The owner typed a loopback address, so it may go to loopback. */
  readonly loopback: boolean
}

/** What the owner allows. */
export interface TargetRules {
  readonly allowPublic: boolean
  /** Names that this appliance is reached by, beside its addresses; small letters. */
  readonly ownNames: readonly string[]
}

/** Where this appliance itself listens. */
export interface OwnPlace {
  readonly addresses: readonly string[]
  readonly ports: readonly number[]
}

const longest = 2000

/** Reads what the owner typed. `refused`: why it cannot be a target, as the end of a sentence. */
export function readTarget(text: string): Target | { readonly refused: string } {
  const typed = text.trim()
  if (typed.length > longest) return { refused: `it is longer than ${longest} characters` }
  if (!URL.canParse(typed)) return { refused: 'it is not an address such as http://192.168.1.20:8080/hook' }
  const url = new URL(typed)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { refused: 'it must begin with http:// or https://' }
  if (url.username !== '' || url.password !== '')
    return { refused: 'it holds a user name or a password, which do not belong in an address' }
  if (url.hostname === '') return { refused: 'it names no host' }
  url.hash = ''
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  const kind = addressKind(host)
  return {
    url: url.href,
    host,
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
    literal: kind !== null,
    loopback: kind === 'loopback' || host === 'localhost',
  }
}

const words: Readonly<Record<Exclude<AddressKind, 'private' | 'loopback' | 'public'>, string>> = {
  unspecified: 'stands for no machine, or for every address of this one',
  link_local: 'is link-local: it has no fixed owner on a network',
  metadata: 'is where cloud providers keep the secrets of a machine',
  multicast: 'is no single machine',
  tunnel: 'hides another address in it',
  reserved: 'is reserved and belongs to nobody',
}

/** What the name alone tells; null: nothing speaks against it. */
export function judgeName(target: Pick<Target, 'host' | 'literal'>, { ownNames }: Pick<TargetRules, 'ownNames'>): string | null {
  if (target.literal) return null
  return ownNames.includes(target.host) ? `${target.host} is this appliance itself` : null
}

/** Whether a connection for this target may be made to `address`; the reason why not, as a sentence without its end. */
export function judgeAddress(
  address: string,
  target: Pick<Target, 'host' | 'port' | 'literal' | 'loopback'>,
  { allowPublic, own }: Pick<TargetRules, 'allowPublic'> & { readonly own: OwnPlace },
): string | null {
  const kind = addressKind(address)
  const named = target.literal ? target.host : `${target.host} (${address})`
  if (kind === null) return `${named} is not an address`
  if (isAppliance(address, target.port, own)) return `${named}, port ${target.port}, is this appliance itself`
  if (kind === 'private') return null
  if (kind === 'loopback') return target.loopback ? null : `${named} is this computer; type 127.0.0.1 if that is meant`
  if (kind === 'public') return allowPublic ? null : `${named} is on the internet, and the setting "Webhooks to the internet" is off`
  return `${named} ${words[kind]}`
}

/** Whether a place is the appliance itself, whatever else may be said of it. */
export function isAppliance(address: string, port: number, own: OwnPlace): boolean {
  const kind = addressKind(address)
  return kind !== null && own.ports.includes(port) && isOwn(address, kind, own)
}

function isOwn(address: string, kind: AddressKind, { addresses }: OwnPlace): boolean {
  if (kind === 'loopback' || kind === 'unspecified') return true
  const bytes = String(bytesOf(address))
  return addresses.some((one) => String(bytesOf(one)) === bytes)
}

type Range = readonly [prefix: readonly number[], bits: number, kind: AddressKind]

/** The first that fits counts. */
const ranges4: readonly Range[] = [
  [[0], 8, 'unspecified'],
  [[10], 8, 'private'],
  [[100, 100, 100, 200], 32, 'metadata'],
  // Shared addresses of providers; VPNs such as Tailscale give them to machines at home.
  [[100, 64], 10, 'private'],
  [[127], 8, 'loopback'],
  [[168, 63, 129, 16], 32, 'metadata'],
  [[169, 254, 169, 254], 32, 'metadata'],
  [[169, 254], 16, 'link_local'],
  [[172, 16], 12, 'private'],
  [[192, 0, 0], 24, 'reserved'],
  [[192, 0, 2], 24, 'reserved'],
  [[192, 88, 99], 24, 'reserved'],
  [[192, 168], 16, 'private'],
  [[198, 18], 15, 'reserved'],
  [[198, 51, 100], 24, 'reserved'],
  [[203, 0, 113], 24, 'reserved'],
  [[224], 4, 'multicast'],
  [[240], 4, 'reserved'],
]

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0)
const mapped = [...zeros(10), 0xff, 0xff]
const ranges6: readonly Range[] = [
  [zeros(16), 128, 'unspecified'],
  [[...zeros(15), 1], 128, 'loopback'],
  [zeros(12), 96, 'tunnel'],
  [[0x00, 0x64, 0xff, 0x9b], 32, 'tunnel'],
  [[0x01, 0x00], 64, 'reserved'],
  [[0x20, 0x01, 0x00, 0x00], 32, 'tunnel'],
  [[0x20, 0x01, 0x00], 23, 'reserved'],
  [[0x20, 0x01, 0x0d, 0xb8], 32, 'reserved'],
  [[0x20, 0x02], 16, 'tunnel'],
  [[0x3f, 0xff], 20, 'reserved'],
  [[0x20], 3, 'public'],
  [[0xfd, 0x00, 0x0e, 0xc2, ...zeros(10), 0x02, 0x54], 128, 'metadata'],
  [[0xfc], 7, 'private'],
  [[0xfe, 0x80], 10, 'link_local'],
  [[0xff], 8, 'multicast'],
  [[], 0, 'reserved'],
]

/** Kind of an IP address without brackets (a zone is left out of account); null: it is none. */
export function addressKind(address: string): AddressKind | null {
  const bytes = bytesOf(address)
  if (bytes === null) return null
  const ranges = bytes.length === 4 ? ranges4 : ranges6
  return ranges.find(([prefix, bits]) => startsWith(bytes, prefix, bits))?.[2] ?? 'public'
}

function startsWith(bytes: readonly number[], prefix: readonly number[], bits: number): boolean {
  for (let at = 0, left = bits; left > 0; at += 1, left -= 8) {
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff
    if (((bytes[at] ?? 0) & mask) !== ((prefix[at] ?? 0) & mask)) return false
  }
  return true
}

/** 4 or 16 bytes; an IPv4 address mapped into IPv6 (::ffff:10.0.0.1) is the IPv4 address. */
function bytesOf(address: string): readonly number[] | null {
  if (!address.includes(':')) return bytes4(address)
  const text = address.replace(/%.*$/, '')
  if (!/^[0-9a-f:.]+$/i.test(text) || !URL.canParse(`http://[${text}]/`)) return null
  const bytes = bytes6(new URL(`http://[${text}]/`).hostname.slice(1, -1))
  return startsWith(bytes, mapped, 96) ? bytes.slice(12) : bytes
}

function bytes4(text: string): readonly number[] | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null
  const parts = text.split('.').map(Number)
  return parts.every((part) => part <= 255) ? parts : null
}

/** Of the form that the URL standard writes: groups of hex, one `::` at most, no dots. */
function bytes6(text: string): readonly number[] {
  const [head = '', tail] = text.split('::')
  const groups = (half: string): number[] => (half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16)))
  const front = groups(head)
  const back = groups(tail ?? '')
  const all = [...front, ...zeros(8 - front.length - back.length), ...back]
  return all.flatMap((group) => [group >> 8, group & 0xff])
}
