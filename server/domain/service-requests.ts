// What each kind of service is asked: after its health, and one small real request that shows that it does what it is for.

import type { ServiceKind } from './service.ts'
import {
  type Doubt,
  embeddingDoubt,
  type ReadAnswer,
  redactionDoubt,
  redactionFixture,
  rerankDoubt,
  speechDoubt,
  statusDoubt,
  transcriptDoubt,
  turnsDoubt,
} from './service-answers.ts'
import { sampleSound } from './service-sound.ts'

export interface RealRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly json?: unknown
  readonly form?: {
    readonly fields: Readonly<Record<string, string>>
    readonly file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> }
  }
  readonly doubt: (answer: ReadAnswer) => Doubt
}

export interface KindRequests {
  /** What is tried, in words: "Embed one word". Null: nothing can be tried without harm. */
  readonly trial: string | null
  /** In this order; the next is asked only where the one before is not known there (404, 405). `model`: the first that it names, if any. */
  readonly real: (model: string | null) => readonly RealRequest[]
  /** A real request is sent this often while all is well, ms; null: only when somebody asks. */
  readonly proveEveryMs: number | null
  /** It takes so long at most, ms. */
  readonly realMs: number
  /** Where its figures stand when its health answer tells none; null: nowhere. */
  readonly figuresPath: string | null
  /** It names its models at /v1/models. */
  readonly namesModels: boolean
}

const minute = 60_000
const withModel = (model: string | null): Readonly<Record<string, string>> => (model === null ? {} : { model })
const sound = (model: string | null): NonNullable<RealRequest['form']> => ({
  fields: { response_format: 'json', ...withModel(model) },
  file: { name: 'sample.wav', type: 'audio/wav', bytes: sampleSound() },
})
const query = 'What makes a spark?'
const documents = ['A spark is made by striking steel on flint.', 'The train leaves at nine.']

/** A key of its own may guard it: a refusal for want of one is an answer too. */
const openOrGuarded = (answer: ReadAnswer): Doubt => (answer.status === 401 || answer.status === 403 ? null : statusDoubt(answer))

export const kindRequests = {
  stt: {
    trial: 'Write down a second of sound',
    real: (model) => [
      { method: 'POST', path: '/v1/audio/transcriptions', form: sound(model), doubt: transcriptDoubt },
      { method: 'POST', path: '/transcribe', form: sound(model), doubt: transcriptDoubt },
    ],
    proveEveryMs: 5 * minute,
    realMs: 30_000,
    figuresPath: null,
    namesModels: true,
  },
  diarize: {
    trial: 'Tell who speaks in a second of sound',
    real: (model) => [
      { method: 'POST', path: '/v1/audio/diarization', form: sound(model), doubt: turnsDoubt },
      { method: 'POST', path: '/diarize', form: sound(model), doubt: turnsDoubt },
    ],
    proveEveryMs: 5 * minute,
    realMs: 30_000,
    figuresPath: null,
    namesModels: true,
  },
  tts: {
    trial: 'Say one word',
    real: (model) => [
      {
        method: 'POST',
        path: '/v1/audio/speech',
        json: { model: model ?? 'kokoro', input: 'Hello.', voice: 'af_bella', response_format: 'wav', stream: false },
        doubt: speechDoubt,
      },
    ],
    proveEveryMs: 5 * minute,
    realMs: 30_000,
    figuresPath: null,
    namesModels: true,
  },
  embed: {
    trial: 'Embed one word',
    real: (model) => [
      {
        method: 'POST',
        path: '/v1/embeddings',
        json: { ...withModel(model), input: ['spark'], encoding_format: 'float' },
        doubt: embeddingDoubt,
      },
      { method: 'POST', path: '/embed', json: { inputs: ['spark'] }, doubt: embeddingDoubt },
      { method: 'POST', path: '/embeddings', json: { ...withModel(model), input: ['spark'] }, doubt: embeddingDoubt },
    ],
    proveEveryMs: minute,
    realMs: 15_000,
    figuresPath: '/metrics',
    namesModels: true,
  },
  rerank: {
    trial: 'Put two sentences in order',
    real: (model) => [
      { method: 'POST', path: '/v1/rerank', json: { ...withModel(model), query, documents }, doubt: rerankDoubt },
      { method: 'POST', path: '/rerank', json: { ...withModel(model), query, texts: documents, documents }, doubt: rerankDoubt },
    ],
    proveEveryMs: minute,
    realMs: 15_000,
    figuresPath: '/metrics',
    namesModels: true,
  },
  qdrant: {
    trial: 'List its collections',
    real: () => [{ method: 'GET', path: '/collections', doubt: openOrGuarded }],
    proveEveryMs: 5 * minute,
    realMs: 10_000,
    figuresPath: null,
    namesModels: false,
  },
  redact: {
    trial: 'Hide an address and a number in one sentence',
    real: () => [
      { method: 'POST', path: '/scrub', json: { text: redactionFixture.text }, doubt: redactionDoubt },
      { method: 'POST', path: '/analyze', json: { text: redactionFixture.text, language: 'en' }, doubt: redactionDoubt },
    ],
    proveEveryMs: minute,
    realMs: 15_000,
    figuresPath: null,
    namesModels: false,
  },
  // A session of its would push out whoever plays: nothing but its state is ever asked.
  audio: { trial: null, real: () => [], proveEveryMs: null, realMs: 10_000, figuresPath: '/status', namesModels: false },
  vllm: {
    trial: 'Ask for one word',
    real: (model) => [
      {
        method: 'POST',
        path: '/v1/chat/completions',
        json: { ...withModel(model), messages: [{ role: 'user', content: 'Say hello.' }], max_tokens: 8, stream: false },
        doubt: statusDoubt,
      },
      { method: 'POST', path: '/v1/embeddings', json: { ...withModel(model), input: 'Hello' }, doubt: embeddingDoubt },
    ],
    proveEveryMs: null,
    realMs: 60_000,
    figuresPath: '/metrics',
    namesModels: true,
  },
} satisfies Record<ServiceKind, KindRequests>
