// What services answer over HTTP, as far as their health is asked for and one small request is made. Shapes: those of Parakeet-ASR-FastAPI,
// speaches (diarization), Kokoro-FastAPI, vLLM and TEI (embeddings, rerank), Qdrant, Presidio, the audio engine.
import { createPrng, hexOf } from './prng.ts'
import { modelOf, type ServiceKind, type SimService } from './service.ts'
import { type EngineAnswer, type EngineRequest, json } from './vllm-answers.ts'

export interface Asked {
  readonly service: SimService
  readonly method: string
  readonly path: string
  readonly body: string
  readonly now: number
  readonly since: number
}

type Route = (asked: Asked) => EngineAnswer
type Routes = Readonly<Record<string, Route>>

const text = (words: string, status = 200): EngineAnswer => ({ status, contentType: 'text/plain; charset=utf-8', chunks: [words] })
const vectorSize = 1_024

const models: Route = ({ service, since }) =>
  json({
    object: 'list',
    data: [{ id: modelOf(service), object: 'model', created: Math.floor(since / 1000), owned_by: service.kind }],
  })

const readyz: Route = () => json({ status: 'ready' })
const healthy: Route = () => json({ status: 'healthy' })

const routes: Readonly<Record<ServiceKind, Routes>> = {
  stt: {
    'GET /health': () => json({ status: 'ok' }),
    'GET /readyz': readyz,
    'GET /v1/models': models,
    'POST /v1/audio/transcriptions': () =>
      json({
        text: 'This is a simulated Spark.',
        language: 'en',
        segments: [{ id: 0, start: 0, end: 1.6, text: 'This is a simulated Spark.' }],
      }),
  },
  diarize: {
    'GET /health': () => json({ status: 'ok' }),
    'GET /readyz': readyz,
    'GET /v1/models': models,
    'POST /v1/audio/diarization': () => json({ duration: 1.6, segments: [{ start: 0, end: 1.6, speaker: 'SPEAKER_00' }] }),
  },
  tts: {
    'GET /health': healthy,
    'GET /v1/models': models,
    'GET /v1/audio/voices': () => json({ voices: [{ id: 'af_bella', name: 'af_bella' }] }),
    // A tenth of a second of silence: 24 kHz, mono, 16 bit.
    'POST /v1/audio/speech': () => ({ status: 200, contentType: 'audio/pcm', chunks: ['\0'.repeat(4_800)] }),
  },
  embed: {
    'GET /health': () => text(''),
    'GET /v1/models': models,
    'POST /v1/embeddings': embeddings,
  },
  rerank: {
    'GET /health': () => text(''),
    'GET /v1/models': models,
    'POST /v1/rerank': rerank,
    'POST /rerank': rerank,
  },
  qdrant: {
    'GET /': () => json({ title: 'qdrant - vector search engine', version: '1.19.0', commit: hexOf('qdrant', 40) }),
    'GET /healthz': () => text('healthz check passed'),
    'GET /livez': () => text('healthz check passed'),
    'GET /readyz': () => text('all shards are ready'),
    'GET /collections': () => json({ result: { collections: [{ name: 'documents' }] }, status: 'ok', time: 0.000_02 }),
  },
  redact: {
    'GET /health': () => text('Presidio Analyzer service is up'),
    'POST /scrub': scrub,
    'POST /analyze': analyze,
  },
  audio: {
    'GET /health': () => json({ status: 'ok' }),
    'GET /status': ({ now, since }) => json({ state: 'idle', heartbeatAgeMs: (now - since) % 1_000, xruns: 0, sessions: 0, frames: 0 }),
    'GET /api/server-info': () =>
      json({ no_backend: false, kiosk: false, default_mode: 'stream', warmup: 'done', server_side_fixtures: [] }),
    'GET /api/protocol': () => json({ version: 1, commands: {}, events: {}, config: {}, handshake: { commands: [], events: [] } }),
  },
  idle: {},
}

/** Every service is asked the same way; what it does not know is 404, a wrong method 405. */
export function answerService(asked: Asked): EngineAnswer {
  const path = asked.path.split('?')[0] ?? ''
  const known = routes[asked.service.kind]
  const route = known[`${asked.method} ${path}`]
  if (route !== undefined) return route(asked)
  const other = Object.keys(known).some((key) => key.endsWith(` ${path}`))
  return json({ detail: other ? 'Method Not Allowed' : 'Not Found' }, other ? 405 : 404)
}

/** A line of uvicorn for it. */
export const accessLine = ({ method, path }: EngineRequest, status: number | null): string =>
  `INFO:     192.0.2.7:51234 - "${method} ${path.replaceAll(/[^!-~]/g, '?')} HTTP/1.1" ${status ?? '-'}\n`

function bodyOf(asked: Asked): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(asked.body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

const unread: EngineAnswer = json({ error: { message: 'JSON decode error', type: 'BadRequestError', param: null, code: 400 } }, 400)
const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')

function embeddings(asked: Asked): EngineAnswer {
  const body = bodyOf(asked)
  if (body === null) return unread
  const data = strings(body['input']).map((input, index) => ({ object: 'embedding', index, embedding: vectorOf(input) }))
  return json({ object: 'list', model: modelOf(asked.service), data, usage: { prompt_tokens: data.length, total_tokens: data.length } })
}

/** The same text has the same vector, of length 1. */
function vectorOf(input: string): readonly number[] {
  const prng = createPrng(input.length, input)
  const raw = Array.from({ length: vectorSize }, () => prng.between(-1, 1))
  const length = Math.hypot(...raw)
  return raw.map((one) => one / length)
}

function rerank(asked: Asked): EngineAnswer {
  const body = bodyOf(asked)
  if (body === null) return unread
  const documents = strings(body['documents'] ?? body['texts'])
  const results = documents.map((words, index) => ({ index, document: { text: words }, relevance_score: 1 / (index + 1.5) }))
  return json({ id: 'rerank-1', model: modelOf(asked.service), usage: { total_tokens: documents.length }, results })
}

const personal = [
  { type: 'EMAIL_ADDRESS', pattern: /[\w.+-]+@[\w-]+\.[\w.]+/g },
  { type: 'PHONE_NUMBER', pattern: /\+?\d[\d -]{6,}\d/g },
] as const

function scrub(asked: Asked): EngineAnswer {
  const input = bodyOf(asked)?.['text']
  if (typeof input !== 'string') return unread
  let count = 0
  const masked = personal.reduce((all, { type, pattern }) => all.replaceAll(pattern, () => `<${type}_${++count}>`), input)
  return json({ text: masked, count })
}

function analyze(asked: Asked): EngineAnswer {
  const input = bodyOf(asked)?.['text']
  if (typeof input !== 'string') return unread
  return json(
    personal.flatMap(({ type, pattern }) =>
      [...input.matchAll(pattern)].map((hit) => ({ entity_type: type, start: hit.index, end: hit.index + hit[0].length, score: 0.85 })),
    ),
  )
}
