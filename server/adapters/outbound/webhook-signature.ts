// Signatures of Standard Webhooks (standardwebhooks/standard-webhooks, spec 1.0): HMAC-SHA256 over `id.timestamp.body`, base64, keyed with the
// bytes behind whsec_. And, for programs written for the earlier controller, HMAC-SHA256 over the body alone, in hex, keyed with the
// secret as it is written.
import { createHmac } from 'node:crypto'

export interface Signed {
  readonly messageId: string
  /** ms. */
  readonly at: number
  readonly body: string
  /** whsec_..., newest first. */
  readonly secrets: readonly string[]
}

/** The headers that prove who sent it. */
export function signatureHeaders({ messageId, at, body, secrets }: Signed): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const sign = (secret: string): string =>
    `v1,${createHmac('sha256', keyOf(secret)).update(`${messageId}.${timestamp}.${body}`, 'utf8').digest('base64')}`
  const [newest] = secrets
  return {
    'webhook-id': messageId,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map(sign).join(' '),
    ...(newest === undefined ? {} : { 'x-spark-signature': `sha256=${createHmac('sha256', newest).update(body, 'utf8').digest('hex')}` }),
  }
}

const keyOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
