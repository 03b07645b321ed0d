// The doors of services over HTTP: one question, one bounded answer. Nothing is retried, no redirect is followed, no proxy is used.
import type { Readable } from 'node:stream'
import { Agent, FormData, request } from 'undici'
import type { ServiceDoors, ServiceQuestion } from '../../app/service-ports.ts'
import { httpUrl } from '../../domain/address.ts'
import { whyOf } from './why.ts'

const connectTimeoutMs = 3000
/** Below the 5 s after which uvicorn closes an idle connection: a question must not meet that moment. */
const idleMs = 4000
const longestAnswerBytes = 1024 * 1024
/** Questions to one service at once: a look, a test request, and one by hand. */
const mostConnections = 4

export type OpenServiceDoors = ServiceDoors & { close(): Promise<void> }

export function createServiceDoors(): OpenServiceDoors {
  const agent = new Agent({ connect: { timeout: connectTimeoutMs }, keepAliveTimeout: idleMs, connections: mostConnections })

  return {
    ask: async (question, signal) => {
      const began = performance.now()
      const tookMs = (): number => Math.max(1, Math.round(performance.now() - began))
      const limit = AbortSignal.timeout(Math.max(1, Math.ceil(question.timeoutMs)))
      try {
        const answer = await request(`${httpUrl(question.address, question.port)}${question.path}`, {
          dispatcher: agent,
          method: question.method,
          headers: headersOf(question),
          body: bodyOf(question),
          signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
        })
        const body = await readBounded(answer.body)
        return { status: answer.statusCode, contentType: typeOf(answer.headers['content-type']), body, tookMs: tookMs() }
      } catch (error) {
        if (signal?.aborted === true) return { status: null, why: 'it was not waited for', tookMs: tookMs() }
        const why = limit.aborted ? `no answer within ${Math.round(question.timeoutMs / 1000)} s` : whyOf(error)
        return { status: null, why, tookMs: tookMs() }
      }
    },
    close: () => agent.destroy(),
  }
}

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
