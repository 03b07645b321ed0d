// Bodies have a limit, whatever Content-Length says or leaves out. Small ones (API, pages) are read whole before any work;
// those of /v1 stream, counted as they pass.
import type { MiddlewareHandler } from 'hono'
import { SparkError } from '../contract/errors.ts'
import { changesSomething, doorOf, type EdgeEnv } from './edge.ts'
import { rememberCaller } from './rights.ts'

const mebibyte = 1024 * 1024
export const limitBytes = { api: mebibyte, page: mebibyte, openai: 32 * mebibyte } as const

/** The whole body; raises body_too_large as soon as one byte more than the limit has come, and reads no further. */
async function readWhole(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (let part = await nextPart(reader); !part.done; part = await nextPart(reader)) {
    size += part.value.byteLength
    if (size > limit) {
      await reader.cancel().catch(() => undefined)
      throw new SparkError('body_too_large', { limitBytes: limit })
    }
    chunks.push(part.value)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

/** A sender that goes away, or is too slow, is no failure of ours. */
async function nextPart(reader: ReadableStreamDefaultReader<Uint8Array>): ReturnType<typeof reader.read> {
  try {
    return await reader.read()
  } catch (cause) {
    throw new SparkError('invalid_request', { why: 'it broke off before all of its body had come' }, { cause })
  }
}

export const limitedBody: MiddlewareHandler<EdgeEnv> = async (c, next) => {
  const door = doorOf(c.req.path)
  const limit = limitBytes[door]
  if (Number(c.req.header('content-length') ?? 0) > limit) throw new SparkError('body_too_large', { limitBytes: limit })
  if (door !== 'openai' && changesSomething(c.req.method) && c.req.raw.body !== null) {
    const { url, method, headers, signal } = c.req.raw
    const body = await readWhole(c.req.raw.body, limit)
    c.req.raw = new Request(url, { method, headers, signal, body: body.byteLength === 0 ? null : body })
    rememberCaller(c.req.raw, c.get('caller'))
  }
  await next()
}

/** A stream that lets `limit` bytes pass and then fails, calling `onOverflow` first. */
export function counted(limit: number, onOverflow: (failure: SparkError) => void): TransformStream<Uint8Array, Uint8Array> {
  let size = 0
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.byteLength
      if (size <= limit) return controller.enqueue(chunk)
      const failure = new SparkError('body_too_large', { limitBytes: limit })
      onOverflow(failure)
      controller.error(failure)
    },
  })
}
