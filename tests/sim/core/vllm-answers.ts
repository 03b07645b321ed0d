// What a vLLM answers over HTTP, without the HTTP: shared by the door in memory and by real listeners.
import type { Serve } from './types.ts'

export interface EngineRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly body: string
}

export interface EngineAnswer {
  readonly status: number
  readonly contentType: string
  /** One for a plain answer, one an event for a stream. */
  readonly chunks: readonly string[]
  /** It thinks so long before, unscaled ms; absent: it does not. */
  readonly delayMs?: number
}

/** A whole answer. */
export const json = (value: unknown, status = 200): EngineAnswer => ({
  status,
  contentType: 'application/json',
  chunks: [JSON.stringify(value)],
})

/** null: it never answers (a wedged engine and a completion). */
export function answerRequest(serve: Serve, request: EngineRequest, now: number, running = 0): EngineAnswer | null {
  const path = request.path.split('?')[0] ?? ''
  const created = Math.floor(now / 1000)
  if (path === '/health' || path === '/ping') return { status: 200, contentType: 'text/plain', chunks: [] }
  if (path === '/version') return json({ version: '0.14.1' })
  if (path === '/metrics')
    return { status: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8', chunks: [metrics(serve, running)] }
  if (path === '/v1/models')
    return json({
      object: 'list',
      data: serve.names.map((id) => ({
        id,
        object: 'model',
        created,
        owned_by: 'vllm',
        root: serve.model,
        max_model_len: serve.maxModelLen,
      })),
    })
  const isChat = path === '/v1/chat/completions'
  if (!isChat && path !== '/v1/completions' && path !== '/v1/embeddings') return json({ detail: 'Not Found' }, 404)
  if (request.method !== 'POST') return json({ detail: 'Method Not Allowed' }, 405)
  return serve.wedged ? null : generate(serve, request.body, path, created)
}

function generate(serve: Serve, body: string, path: string, created: number): EngineAnswer {
  const asked = readBody(body)
  if (asked === null) return json({ error: { message: 'JSON decode error', type: 'BadRequestError', param: null, code: 400 } }, 400)
  const model = typeof asked['model'] === 'string' ? asked['model'] : serve.model
  if (!serve.names.includes(model)) {
    return json({ error: { message: `The model \`${model}\` does not exist.`, type: 'NotFoundError', param: 'model', code: 404 } }, 404)
  }
  if (path === '/v1/embeddings')
    return json({
      object: 'list',
      model,
      data: [{ object: 'embedding', index: 0, embedding: [0.1, 0.2, 0.3] }],
      usage: { prompt_tokens: 3, total_tokens: 3 },
    })
  const chat = path !== '/v1/completions'
  const whole = wordsOf(serve, asked)
  const limit = limitOf(asked)
  const speech: Speech = {
    head: { id: `${chat ? 'chatcmpl' : 'cmpl'}-${created}`, object: chat ? 'chat.completion' : 'text_completion', created, model },
    words: whole.slice(0, limit),
    finish: limit < whole.length ? 'length' : 'stop',
    promptTokens: Math.max(1, Math.ceil(promptOf(asked).length / 4)),
    chat,
  }
  if (asked['stream'] !== true) return sayAtOnce(speech)
  const options = asked['stream_options']
  return sayInPieces(speech, isRecord(options) && options['include_usage'] === true)
}

interface Speech {
  readonly head: { readonly id: string; readonly object: string; readonly created: number; readonly model: string }
  /** One token each. */
  readonly words: readonly string[]
  readonly finish: 'length' | 'stop'
  readonly promptTokens: number
  readonly chat: boolean
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function limitOf(asked: Record<string, unknown>): number {
  const given = [asked['max_completion_tokens'], asked['max_tokens']].find((one) => typeof one === 'number')
  return typeof given === 'number' ? Math.max(1, given) : Number.POSITIVE_INFINITY
}

/** The last thing that was said to it, as text. */
function promptOf(asked: Record<string, unknown>): string {
  if (typeof asked['prompt'] === 'string') return asked['prompt']
  const messages: readonly unknown[] = Array.isArray(asked['messages']) ? asked['messages'] : []
  const last = messages.at(-1)
  const content = isRecord(last) ? last['content'] : ''
  if (typeof content === 'string') return content
  const parts: readonly unknown[] = Array.isArray(content) ? content : []
  return parts.flatMap((part) => (isRecord(part) && typeof part['text'] === 'string' ? [part['text']] : [])).join(' ')
}

/** Says who speaks and where, so that nobody takes it for a real model. */
function wordsOf(serve: Serve, asked: Record<string, unknown>): readonly string[] {
  const prompt = promptOf(asked).replace(/\s+/g, ' ').trim()
  const quoted = prompt.length > 80 ? `${prompt.slice(0, 80)}...` : prompt
  const heard = quoted === '' ? '' : ` You wrote: "${quoted}".`
  const text = `Hello from ${serve.model} on ${serve.node}.${heard} This is a simulated Spark, so the words are made up; everything around them is real.`
  return text.match(/\s*\S+/g) ?? []
}

function usageOf({ words, promptTokens }: Speech): Record<string, number> {
  return { prompt_tokens: promptTokens, completion_tokens: words.length, total_tokens: promptTokens + words.length }
}

function sayAtOnce(speech: Speech): EngineAnswer {
  const { head, words, finish, chat } = speech
  const text = words.join('')
  const said = chat ? { message: { role: 'assistant', content: text } } : { text }
  return json({ ...head, choices: [{ index: 0, ...said, finish_reason: finish }], usage: usageOf(speech) })
}

function sayInPieces(speech: Speech, withUsage: boolean): EngineAnswer {
  const { words, finish, chat } = speech
  const head = { ...speech.head, object: chat ? 'chat.completion.chunk' : 'text_completion' }
  const event = (more: Record<string, unknown>): string => `data: ${JSON.stringify({ ...head, ...more })}\n\n`
  const piece = (said: Record<string, unknown>, reason: string | null): string =>
    event({ choices: [{ index: 0, ...said, finish_reason: reason }] })
  return {
    status: 200,
    contentType: 'text/event-stream; charset=utf-8',
    chunks: [
      ...(chat ? [piece({ delta: { role: 'assistant', content: '' } }, null)] : []),
      ...words.map((word) => piece(chat ? { delta: { content: word } } : { text: word }, null)),
      piece(chat ? { delta: {} } : { text: '' }, finish),
      ...(withUsage ? [event({ choices: [], usage: usageOf(speech) })] : []),
      'data: [DONE]\n\n',
    ],
  }
}

function readBody(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function metrics(serve: Serve, running: number): string {
  const label = `{engine="0",model_name="${serve.model}"}`
  const row = (name: string, value: number): string => `# TYPE vllm:${name} gauge\nvllm:${name}${label} ${value.toFixed(1)}\n`
  return [
    row('num_requests_running', running + (serve.wedged ? 1 : 0)),
    row('num_requests_waiting', 0),
    row('kv_cache_usage_perc', 0),
    row('prompt_tokens_total', 0),
    row('generation_tokens_total', 0),
  ].join('')
}
