// Why a connection failed, in half a sentence.
import { failureCode } from '../../domain/failure-code.ts'

export const refused = 'connection refused'

const whys: Readonly<Record<string, string>> = {
  ECONNREFUSED: refused,
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  ETIMEDOUT: 'no connection in time',
  EHOSTUNREACH: 'there is no way to its machine',
  ENETUNREACH: 'there is no way to its machine',
  ENOTFOUND: 'its name has no address',
  EAI_AGAIN: 'nobody answered who its name belongs to',
  EPROTO: 'it does not speak https',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it shows a certificate that it signed itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'it shows a certificate that nobody known signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it shows a certificate that nobody known signed',
  CERT_HAS_EXPIRED: 'it shows a certificate that has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it shows a certificate of another name',
}

export function whyOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return whyOf(error.errors[0])
  const code = failureCode(error)
  if (code.startsWith('ERR_SSL')) return 'it does not speak https'
  if (code.startsWith('HPE_') || (error instanceof Error && error.name === 'HTTPParserError')) return 'what it sent is not HTTP'
  return whys[code] ?? (error instanceof Error ? error.message : 'the connection failed')
}
