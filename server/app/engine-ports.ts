// The HTTP face of engines, as the app needs it.
import type { EngineLook } from '../domain/engine.ts'
import type { StreamedAnswer } from '../domain/speed.ts'

export interface EngineAddress {
  readonly address: string
  readonly port: number
}

/** `look` and `complete` never reject for an engine that does not answer. */
export interface Engines {
  look(engine: EngineAddress, signal?: AbortSignal): Promise<EngineLook>
  /** One one-token completion as the model. `ok` false: with the reason in words. */
  complete(
    engine: EngineAddress,
    model: string,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<{ readonly ok: boolean; readonly reason: string | null }>
  /** One streamed answer of at most 64 tokens to a fixed short prompt, with its moments. Never rejects; it ends when `signal` aborts. */
  measure(
    engine: EngineAddress,
    model: string,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<{ readonly answer: StreamedAnswer } | { readonly answer: null; readonly why: string }>
  /** A request passed on as it is; rejects with SparkError `engine_unreachable`. The body streams both ways. */
  pass(engine: EngineAddress, request: PassedRequest): Promise<PassedAnswer>
}

export interface PassedRequest {
  readonly method: string
  /** Path and query, e.g. /v1/chat/completions. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: ReadableStream<Uint8Array> | Uint8Array | null
  readonly signal: AbortSignal
}

export interface PassedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ReadableStream<Uint8Array> | null
}
