// Sends one message of a webhook. The name is looked up anew for each attempt, every address it has is judged, and the connection is made
// to exactly those addresses: a name that points elsewhere a moment later changes nothing. Each attempt has a connection of its own.
import type { LookupAddress } from 'node:dns'
import { Client } from 'undici'
import type { Answered, Dispatch, WebhookSender } from '../../app/webhook-ports.ts'
import { judgeAddress, judgeName, readTarget, type Target, type TargetRules } from '../../domain/target-address.ts'
import { unlessAborted } from '../../domain/unless-aborted.ts'
import { whyNotAccepted } from '../../domain/webhook-words.ts'
import { judgedAddresses, only, ownPlace, Refusal, resolveAll } from './judged-place.ts'
import type { NameLookup } from './name-lookup.ts'
import { signatureHeaders } from './webhook-signature.ts'
import { whatItDid } from './why.ts'

const connectTimeoutMs = 5000
/** From the look-up of the name to the end of the answer. Receivers are to answer first and work then (Standard Webhooks). */
const attemptMs = 15_000
const lookupMs = 5000
/** More of an answer is not read. */
const longestAnswerBytes = 2048

export interface SenderNeeds {
  /** Ports that this appliance listens on. */
  readonly ownPorts: readonly number[]
  /** Names it in a header, so that a delivery that comes back to it is known. */
  readonly appliance: string
  readonly version: string
  /** Tests: another way to look up names, and shorter patience. */
  readonly resolve?: NameLookup
  readonly limitMs?: number
}

export function createWebhookSender({
  ownPorts,
  appliance,
  version,
  resolve = resolveAll,
  limitMs = attemptMs,
}: SenderNeeds): WebhookSender {
  /** Every address a connection may be made to; raises Refusal when a single one may not be. */
  const judged = async (target: Target, rules: TargetRules, signal: AbortSignal): Promise<readonly LookupAddress[]> => {
    const byName = judgeName(target, rules)
    if (byName !== null) throw new Refusal(byName)
    const own = ownPlace(ownPorts)
    return judgedAddresses(target, { resolve, signal }, (address) => judgeAddress(address, target, { ...rules, own }))
  }

  const send = async (dispatch: Dispatch, signal: AbortSignal): Promise<Answered> => {
    const headers = {
      'content-type': 'application/json',
      'user-agent': `spark-control/${version}`,
      'spark-control-appliance': appliance,
      ...signatureHeaders(dispatch),
    }
    const from = performance.now()
    const limit = AbortSignal.timeout(limitMs)
    const ended = (rest: Partial<Answered>): Answered => ({
      headers,
      tookMs: Math.round(performance.now() - from),
      status: null,
      why: '',
      answer: '',
      retryAfter: null,
      location: null,
      ...rest,
    })
    try {
      const target = readTarget(dispatch.url)
      if ('refused' in target) throw new Refusal(target.refused)
      const both = AbortSignal.any([limit, signal])
      const addresses = await unlessAborted(both, judged(target, dispatch.rules, both))
      return ended(await ask(target, addresses, { headers, body: dispatch.body, signal: both }))
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Refusal) return ended({ why: `may not be asked: ${error.message}` })
      return ended({ why: limit.aborted ? `did not answer within ${Math.round(limitMs / 1000)} s` : whatItDid(error) })
    }
  }

  return {
    send,
    async refusal(url, rules) {
      const target = readTarget(url)
      if ('refused' in target) return target.refused
      try {
        const limit = AbortSignal.timeout(lookupMs)
        await unlessAborted(limit, judged(target, rules, limit))
        return null
      } catch (error) {
        // A name that is not known now may be later: the receiver may be off. It is judged again at each attempt.
        return error instanceof Refusal ? error.message : null
      }
    },
  }
}

interface Asked {
  readonly headers: Record<string, string>
  readonly body: string
  readonly signal: AbortSignal
}

async function ask(target: Target, addresses: readonly LookupAddress[], { headers, body, signal }: Asked): Promise<Partial<Answered>> {
  const { origin, pathname, search } = new URL(target.url)
  const client = new Client(origin, { connect: { lookup: only(addresses), timeout: connectTimeoutMs }, pipelining: 0 })
  try {
    const answer = await client.request({ method: 'POST', path: `${pathname}${search}`, headers, body, signal })
    const { statusCode: status } = answer
    const location = first(answer.headers['location'])
    return {
      status,
      why: whyNotAccepted(status, location),
      answer: await beginning(answer.body),
      retryAfter: first(answer.headers['retry-after']),
      location,
    }
  } finally {
    // The rest of an answer is not waited for.
    await client.destroy().catch(() => undefined)
  }
}

const first = (header: string | string[] | undefined): string | null => (Array.isArray(header) ? header[0] : header) ?? null

/** A body that breaks off after the status came changes nothing: the status is the answer. */
async function beginning(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= longestAnswerBytes) break
    }
  } catch {
    // What came is kept.
  }
  return Buffer.concat(chunks).subarray(0, longestAnswerBytes).toString('utf8').toWellFormed().replaceAll('\0', '')
}
