// Why a connection failed: as a reason by itself ("connection refused"), and as what the other side did ("It refused the connection").
import { failureCode } from '../../domain/failure-code.ts'

export const refused = 'connection refused'

interface Words {
  readonly reason: string
  /** Goes on where a sentence begins with "It". */
  readonly did: string
}

const closed: Words = { reason: 'it closed the connection', did: 'closed the connection' }
const late: Words = { reason: 'no connection in time', did: 'took no connection in time' }
const noWay: Words = { reason: 'there is no way to its machine', did: 'cannot be reached: there is no way to it' }
const notHttp: Words = { reason: 'what it sent is not HTTP', did: 'answered with something that is not HTTP' }
const noName = 'its name has no address'
const silentName = 'nobody answered who its name belongs to'
const untrusted = 'shows a certificate that nobody known signed'

/** Of names and certificates, which engines have none of, the reason is said with an "it". */
const ofTarget = (did: string): Words => ({ reason: `it ${did}`, did })

const words: Readonly<Record<string, Words>> = {
  ECONNREFUSED: { reason: refused, did: 'refused the connection' },
  ECONNRESET: closed,
  EPIPE: closed,
  UND_ERR_SOCKET: closed,
  UND_ERR_CONNECT_TIMEOUT: late,
  ETIMEDOUT: late,
  EHOSTUNREACH: noWay,
  ENETUNREACH: noWay,
  ENOTFOUND: { reason: noName, did: `cannot be found: ${noName}` },
  EAI_AGAIN: { reason: silentName, did: `cannot be found: ${silentName}` },
  DEPTH_ZERO_SELF_SIGNED_CERT: ofTarget('shows a certificate that it signed itself'),
  SELF_SIGNED_CERT_IN_CHAIN: ofTarget(untrusted),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ofTarget(untrusted),
  CERT_HAS_EXPIRED: ofTarget('shows a certificate that has expired'),
  ERR_TLS_CERT_ALTNAME_INVALID: ofTarget('shows a certificate of another name'),
}

function wordsOf(error: unknown): Words | null {
  if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0])
  const code = failureCode(error)
  if (code.startsWith('HPE_') || (error instanceof Error && error.name === 'HTTPParserError')) return notHttp
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return ofTarget('does not speak https')
  return words[code] ?? null
}

export function whyOf(error: unknown): string {
  return wordsOf(error)?.reason ?? (error instanceof Error ? error.message : 'the connection failed')
}

/** The end of a sentence that begins with "It". */
export function whatItDid(error: unknown): string {
  const said = error instanceof Error ? error.message : ''
  return wordsOf(error)?.did ?? `could not be asked${said === '' ? '' : ` (${said.slice(0, 200)})`}`
}
