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
}

const json = (value: unknown, status = 200): EngineAnswer => ({ status, contentType: 'application/json', chunks: [JSON.stringify(value)] })

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
  const words =
    asked['max_tokens'] === 1 || asked['max_completion_tokens'] === 1 ? ['Hello'] : ['Hello', ' from', ' a', ' simulated', ' Spark', '.']
  const id = `${path === '/v1/completions' ? 'cmpl' : 'chatcmpl'}-${created}`
  const chat = path !== '/v1/completions'
  return asked['stream'] === true ? stream({ id, created, model }, words, chat) : whole({ id, created, model }, words, chat)
}

interface Head {
  readonly id: string
  readonly created: number
  readonly model: string
}

function whole(head: Head, words: readonly string[], chat: boolean): EngineAnswer {
  const text = words.join('')
  const finish = words.length === 1 ? 'length' : 'stop'
  const choice = chat
    ? { index: 0, message: { role: 'assistant', content: text }, finish_reason: finish }
    : { index: 0, text, finish_reason: finish }
  const usage = { prompt_tokens: 8, completion_tokens: words.length, total_tokens: 8 + words.length }
  return json({ ...head, object: chat ? 'chat.completion' : 'text_completion', choices: [choice], usage })
}

function stream(head: Head, words: readonly string[], chat: boolean): EngineAnswer {
  const event = (choice: unknown): string =>
    `data: ${JSON.stringify({ ...head, object: chat ? 'chat.completion.chunk' : 'text_completion', choices: [choice] })}\n\n`
  const part = (text: string): unknown =>
    chat ? { index: 0, delta: { content: text }, finish_reason: null } : { index: 0, text, finish_reason: null }
  const last = chat ? { index: 0, delta: {}, finish_reason: 'stop' } : { index: 0, text: '', finish_reason: 'stop' }
  return {
    status: 200,
    contentType: 'text/event-stream; charset=utf-8',
    chunks: [...words.map((word) => event(part(word))), event(last), 'data: [DONE]\n\n'],
  }
}

function readBody(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function metrics(serve: Serve, running: number): string {
  const label = `{engine="0",model_name="${serve.model}"}`
  const row = (name: string, value: number): string => `# TYPE vllm:${name} gauge\nvllm:${name}${label} ${value.toFixed(1)}\n`
  return row('num_requests_running', running + (serve.wedged ? 1 : 0)) + row('num_requests_waiting', 0) + row('kv_cache_usage_perc', 0)
}
