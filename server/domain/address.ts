// IP literals. Names are refused: `.local` does not resolve inside containers, and a name may change what it points to.

/** Where sshd listens unless it was told otherwise. */
export const sshPort = 22

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/
const ipv6Group = /^[0-9a-f]{1,4}$/i

/** True for an IPv4 or IPv6 literal without brackets or zone. */
export function isIpAddress(text: string): boolean {
  return ipv4.test(text) || isIpv6(text)
}

function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (!text.includes(':') || halves.length > 2) return false
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const all = groups.flat()
  const last = all.at(-1) ?? ''
  const mapped = ipv4.test(last) && text.endsWith(last)
  const plain = mapped ? all.slice(0, -1) : all
  const count = plain.length + (mapped ? 2 : 0)
  return plain.every((group) => ipv6Group.test(group)) && (halves.length === 2 ? count < 8 : count === 8)
}

/** An address as it is stored and compared: no spaces around, no brackets, small letters. */
export function tidyAddress(text: string): string {
  return text
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
}

/** `http://address:port`, IPv6 in brackets. */
export function httpUrl(address: string, port: number, secure = false): string {
  return `http${secure ? 's' : ''}://${address.includes(':') ? `[${address}]` : address}:${port}`
}
