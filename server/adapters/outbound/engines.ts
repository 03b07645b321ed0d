// The HTTP face of engines. Connections are pooled per engine; asking after its health never waits behind somebody's chat.
import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { Agent, type Dispatcher, request } from 'undici'
import type { EngineAddress, Engines, PassedAnswer, PassedRequest } from '../../app/engine-ports.ts'
import type { Log } from '../../app/ports.ts'
import { SparkError } from '../../contract/errors.ts'
import { httpUrl } from '../../domain/address.ts'
import { doubtOf, readGauge, readModelIds, refusalOf } from './engine-answers.ts'
import { type MeasuredAnswer, measureAnswer } from './measured-answer.ts'
import { answerHeaders, requestHeaders, streamOf } from './passing.ts'
import { refused, whyOf } from './why.ts'

const lookTimeoutMs = 2000
const connectTimeoutMs = 5000
/** Below the 5 s after which uvicorn, vLLM's server, closes an idle connection: a request must not meet that moment. */
const idleMs = 4000
/** No answer that is read whole is larger; vLLM's metrics are some 100 kB. */
const longestTextBytes = 4 * 1024 * 1024
/** Statuses by which a model says "not this endpoint": no chat template, or not a text generator. */
const otherEndpoint: readonly number[] = [400, 404, 405, 501]

export interface Needs {
  readonly log: Log
}

export type OpenEngines = Engines & { close(): Promise<void> }

/** Opens the pools. `close` ends them and what still streams through them. */
export function createEngines({ log }: Needs): OpenEngines {
  const asking = new Agent({ connect: { timeout: lookTimeoutMs }, keepAliveTimeout: idleMs })
  // A long answer has no time limit of ours: the client decides how long it waits.
  const passing = new Agent({ connect: { timeout: connectTimeoutMs }, keepAliveTimeout: idleMs, headersTimeout: 0, bodyTimeout: 0 })

  /** Where nobody listened at the last look: one question goes first there, for the others would be refused as well. */
  const shut = new Set<string>()
  const hearAll = async (engine: EngineAddress, signal?: AbortSignal): Promise<readonly [Heard, Heard, Heard]> => {
    const ask = (path: string): Promise<Heard> => hear(asking, { engine, path, timeoutMs: lookTimeoutMs }, signal)
    const place = httpUrl(engine.address, engine.port)
    const first = shut.has(place) ? await ask('/health') : null
    if (first !== null && wasRefused(first)) return [first, first, first]
    const heard = await Promise.all([first ?? ask('/health'), ask('/v1/models'), ask('/metrics')])
    if (heard.every(wasRefused)) shut.add(place)
    else shut.delete(place)
    return heard
  }

  return {
    look: async (engine, signal) => {
      const [health, models, metrics] = await hearAll(engine, signal)
      const counted = metrics.status === 200 ? metrics.text : ''
      return {
        at: Date.now(),
        reachable: [health, models, metrics].some((heard) => heard.status !== null),
        healthy: health.status === 200,
        models: models.status === 200 ? readModelIds(models.text) : [],
        runningRequests: readGauge(counted, 'vllm:num_requests_running'),
        waitingRequests: readGauge(counted, 'vllm:num_requests_waiting'),
        promptTokens: readGauge(counted, 'vllm:prompt_tokens_total'),
        generatedTokens: readGauge(counted, 'vllm:generation_tokens_total'),
        // Called gpu_cache_usage_perc by versions of 2025.
        cacheUsage: readGauge(counted, 'vllm:kv_cache_usage_perc') ?? readGauge(counted, 'vllm:gpu_cache_usage_perc'),
      }
    },
    complete: (engine, model, timeoutMs, signal) => complete(passing, engine, { model, timeoutMs }, signal),
    measure: async (engine, model, timeoutMs, signal) => {
      const limit = AbortSignal.timeout(timeoutMs)
      const measured: MeasuredAnswer = await measureAnswer(
        passing,
        { origin: httpUrl(engine.address, engine.port), model },
        AbortSignal.any([limit, signal]),
      ).catch((error: unknown) => ({
        status: null,
        why: limit.aborted ? `no whole answer within ${Math.round(timeoutMs / 1000)} s` : whyOf(error),
      }))
      return 'answer' in measured ? measured : { answer: null, why: measured.why }
    },
    pass: (engine, passed) => pass(passing, engine, passed, log),
    close: async () => {
      await Promise.all([asking.destroy(), passing.destroy()])
    },
  }
}

/** An answer read whole, or the reason why there is none. */
type Heard = { readonly status: number; readonly text: string } | { readonly status: null; readonly why: string }

const wasRefused = (heard: Heard): boolean => heard.status === null && heard.why === refused

interface Question {
  readonly engine: EngineAddress
  readonly path: string
  readonly timeoutMs: number
  readonly body?: unknown
}

async function hear(dispatcher: Dispatcher, question: Question, signal?: AbortSignal): Promise<Heard> {
  const { engine, path, timeoutMs, body } = question
  const limit = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)))
  try {
    const answer = await request(`${httpUrl(engine.address, engine.port)}${path}`, {
      dispatcher,
      method: body === undefined ? 'GET' : 'POST',
      headers: { accept: '*/*', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    })
    return { status: answer.statusCode, text: await readText(answer.body) }
  } catch (error) {
    if (signal?.aborted === true) return { status: null, why: 'it was not waited for' }
    return { status: null, why: limit.aborted ? `no answer within ${Math.round(timeoutMs / 1000)} s` : whyOf(error) }
  }
}

async function readText(body: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length
    if (bytes > longestTextBytes) throw new Error('the answer is too long')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

interface Attempt {
  readonly path: string
  readonly list: 'choices' | 'data'
  readonly body: Readonly<Record<string, unknown>>
}

function attemptsFor(model: string): readonly Attempt[] {
  return [
    {
      path: '/v1/chat/completions',
      list: 'choices',
      body: { model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1, stream: false },
    },
    { path: '/v1/completions', list: 'choices', body: { model, prompt: 'Hi', max_tokens: 1, stream: false } },
    // A model that makes no text proves itself by its own kind of answer.
    { path: '/v1/embeddings', list: 'data', body: { model, input: 'Hi' } },
  ]
}

/** One token as the model. The next endpoint is tried only when the one before says that it is not for this model. */
async function complete(
  dispatcher: Dispatcher,
  engine: EngineAddress,
  { model, timeoutMs }: { readonly model: string; readonly timeoutMs: number },
  signal?: AbortSignal,
): Promise<{ ok: boolean; reason: string | null }> {
  const until = performance.now() + timeoutMs
  let firstReason: string | null = null
  for (const { path, list, body } of attemptsFor(model)) {
    const heard = await hear(dispatcher, { engine, path, timeoutMs: until - performance.now(), body }, signal)
    if (heard.status === null) return { ok: false, reason: firstReason ?? heard.why }
    if (heard.status === 200) {
      const doubt = doubtOf(heard.text, model, list)
      return { ok: doubt === null, reason: doubt }
    }
    // The first refusal says most: a wrong model name, a broken chat template.
    firstReason ??= refusalOf(heard.status, heard.text)
    if (!otherEndpoint.includes(heard.status)) break
  }
  return { ok: false, reason: firstReason }
}

async function pass(dispatcher: Dispatcher, engine: EngineAddress, passed: PassedRequest, log: Log): Promise<PassedAnswer> {
  try {
    const answer = await request(`${httpUrl(engine.address, engine.port)}${passed.path}`, {
      dispatcher,
      method: passed.method as Dispatcher.HttpMethod,
      headers: requestHeaders(passed.headers),
      body: passed.body instanceof ReadableStream ? Readable.fromWeb(passed.body as NodeReadableStream) : passed.body,
      signal: passed.signal,
    })
    const isEmpty = passed.method === 'HEAD' || answer.statusCode === 204 || answer.statusCode === 304
    if (isEmpty) await answer.body.dump()
    return { status: answer.statusCode, headers: answerHeaders(answer.headers), body: isEmpty ? null : streamOf(answer.body) }
  } catch (cause) {
    // The client is gone: nobody reads this, and the engine is not to blame.
    if (passed.signal.aborted) throw passed.signal.reason
    const why = whyOf(cause)
    log.warn('an engine did not answer a request', { address: engine.address, port: engine.port, why })
    throw new SparkError('engine_unreachable', { why }, { cause })
  }
}
