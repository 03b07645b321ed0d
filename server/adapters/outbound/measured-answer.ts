// One short answer, streamed, with the moments of its tokens.
import { type Dispatcher, request } from 'undici'
import type { StreamedAnswer } from '../../domain/speed.ts'
import { refusalOf, tokenOf } from './engine-answers.ts'

/** The same for every model, so that two numbers can be compared; long enough an answer to fill the tokens asked for. */
const prompt = 'Write the numbers from one to fifty as words, separated by commas.'
const tokens = 64
/** A line of a stream is a few hundred bytes; more without an end is not one. */
const longestLine = 256 * 1024

export interface Measuring {
  readonly origin: string
  readonly model: string
}

export type MeasuredAnswer = { readonly answer: StreamedAnswer } | { readonly status: number | null; readonly why: string }

const asked = (model: string) => ({ model, max_tokens: tokens, temperature: 0, stream: true, stream_options: { include_usage: true } })
const endpoints = [
  { path: '/v1/chat/completions', body: { messages: [{ role: 'user', content: prompt }] } },
  { path: '/v1/completions', body: { prompt } },
] as const

/** Chat first; plain completion where the model has no chat. */
export async function measureAnswer(dispatcher: Dispatcher, { origin, model }: Measuring, signal: AbortSignal): Promise<MeasuredAnswer> {
  let first: MeasuredAnswer | null = null
  for (const { path, body } of endpoints) {
    const heard = await stream(dispatcher, `${origin}${path}`, { ...asked(model), ...body }, signal)
    if ('answer' in heard) return heard
    first ??= heard
    if (heard.status === null || ![400, 404, 405, 501].includes(heard.status)) break
  }
  return first ?? { status: null, why: 'it was not asked' }
}

async function stream(dispatcher: Dispatcher, url: string, body: object, signal: AbortSignal): Promise<MeasuredAnswer> {
  const sentAt = performance.now()
  const answer = await request(url, {
    dispatcher,
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  })
  if (answer.statusCode !== 200) return { status: answer.statusCode, why: refusalOf(answer.statusCode, await answer.body.text()) }
  let firstAt: number | null = null
  let lastAt = sentAt
  let pieces = 0
  let counted: number | null = null
  for await (const line of linesOf(answer.body)) {
    const { says, usage } = tokenOf(line)
    counted = usage ?? counted
    if (!says) continue
    lastAt = performance.now()
    firstAt ??= lastAt
    pieces += 1
  }
  if (firstAt === null) return { status: 200, why: 'the answer was empty' }
  // A piece may hold several tokens: the engine's own count is the truer one.
  return { answer: { tokens: counted ?? pieces, firstTokenMs: firstAt - sentAt, streamMs: lastAt - firstAt } }
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine) throw new Error('a line of the answer is too long')
    yield* lines
  }
}
