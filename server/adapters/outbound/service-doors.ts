// The doors of services over HTTP: one question, one bounded answer. Nothing is retried, no redirect is followed, no proxy is used. What
// is known by its address alone is judged at each question and asked over a connection of its own.
import type { Readable } from 'node:stream'
import { Agent, Client, type Dispatcher, FormData, request } from 'undici'
import type { ServiceDoors, ServicePlace, ServiceQuestion } from '../../app/service-ports.ts'
import { httpUrl } from '../../domain/address.ts'
import { addressKind, isAppliance, judgeAddress } from '../../domain/target-address.ts'
import { unlessAborted } from '../../domain/unless-aborted.ts'
import { judgedAddresses, only, ownPlace, Refusal, resolveAll } from './judged-place.ts'
import type { NameLookup } from './name-lookup.ts'
import { whyOf } from './why.ts'

const connectTimeoutMs = 3000
const lookUpMs = 5000
/** Below the 5 s after which uvicorn closes an idle connection: a question must not meet that moment. */
const idleMs = 4000
const longestAnswerBytes = 1024 * 1024
/** Questions to one service at once: a look, a test request, and one by hand. */
const mostConnections = 4

export type OpenServiceDoors = ServiceDoors & { close(): Promise<void> }

export interface DoorNeeds {
  /** Ports that this appliance listens on. */
  readonly ownPorts: readonly number[]
  /** Tests: another way to look up names. */
  readonly resolve?: NameLookup
}

export function createServiceDoors({ ownPorts, resolve = resolveAll }: DoorNeeds): OpenServiceDoors {
  const agent = new Agent({ connect: { timeout: connectTimeoutMs }, keepAliveTimeout: idleMs, connections: mostConnections })

  /** Raises Refusal where it may not be asked. */
  const wayTo = async (
    place: ServicePlace,
    signal: AbortSignal,
  ): Promise<{ readonly dispatcher: Dispatcher; readonly end: () => Promise<void> }> => {
    const { address: host, port, foreign } = place
    const own = ownPlace(ownPorts)
    if (!foreign) {
      if (isAppliance(host, port, own)) throw new Refusal(itself(host, port))
      return { dispatcher: agent, end: async () => undefined }
    }
    const kind = addressKind(host)
    const target = { host, port, literal: kind !== null, loopback: kind === 'loopback' || host === 'localhost' }
    const addresses = await judgedAddresses(target, { resolve, signal }, (address) =>
      addressKind(address) === 'public' ? `${host} is on the internet` : judgeAddress(address, target, { allowPublic: false, own }),
    )
    const connect = { lookup: only(addresses), timeout: connectTimeoutMs }
    const client = new Client(originOf(place), { connect, pipelining: 0 })
    return { dispatcher: client, end: () => client.destroy() }
  }

  return {
    refusal: async (place) => {
      const limit = AbortSignal.timeout(lookUpMs)
      try {
        const way = await unlessAborted(limit, wayTo(place, limit))
        await way.end()
        return null
      } catch (error) {
        return error instanceof Refusal ? error.message : `${place.address}: ${whyOf(error)}`
      }
    },
    ask: async (question, signal) => {
      const began = performance.now()
      const tookMs = (): number => Math.max(1, Math.round(performance.now() - began))
      const limit = AbortSignal.timeout(Math.max(1, Math.ceil(question.timeoutMs)))
      const both = signal === undefined ? limit : AbortSignal.any([limit, signal])
      let end: (() => Promise<void>) | null = null
      try {
        const way = await unlessAborted(both, wayTo(question, both))
        end = way.end
        const answer = await request(`${originOf(question)}${question.path}`, {
          dispatcher: way.dispatcher,
          method: question.method,
          headers: headersOf(question),
          body: bodyOf(question),
          signal: both,
        })
        const body = await readBounded(answer.body)
        return { status: answer.statusCode, contentType: typeOf(answer.headers['content-type']), body, tookMs: tookMs() }
      } catch (error) {
        if (signal?.aborted === true) return { status: null, why: 'it was not waited for', tookMs: tookMs() }
        const why = limit.aborted ? `no answer within ${Math.round(question.timeoutMs / 1000)} s` : whyNot(error)
        return { status: null, why, tookMs: tookMs() }
      } finally {
        await end?.().catch(() => undefined)
      }
    },
    close: () => agent.destroy(),
  }
}

const itself = (host: string, port: number): string => `${host}, port ${port}, is this appliance itself`

const whyNot = (error: unknown): string => (error instanceof Refusal ? `it may not be asked: ${error.message}` : whyOf(error))

const originOf = ({ address, port, secure }: ServicePlace): string => httpUrl(address, port, secure)

function headersOf({ json }: ServiceQuestion): Record<string, string> {
  return { accept: '*/*', ...(json === undefined ? {} : { 'content-type': 'application/json' }) }
}

function bodyOf({ json, form }: ServiceQuestion): string | FormData | null {
  if (json !== undefined) return JSON.stringify(json)
  if (form === undefined) return null
  const data = new FormData()
  for (const [name, value] of Object.entries(form.fields)) data.append(name, value)
  data.append('file', new Blob([form.file.bytes], { type: form.file.type }), form.file.name)
  return data
}

async function readBounded(body: Readable): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length
    if (bytes > longestAnswerBytes) throw new Error('the answer is too long')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function typeOf(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header[0] : header)?.split(';')[0]?.trim().toLowerCase() ?? ''
}
