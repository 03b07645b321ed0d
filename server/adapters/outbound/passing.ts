// What a request and its answer keep on their way through, and how a body streams.
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { hopHeaders } from '../../domain/hop-headers.ts'

/** `host` becomes the engine's own; `expect` was answered by our server already. */
const ours = ['host', 'expect']

export function requestHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return keep(headers, [...hopHeaders, ...ours])
}

export function answerHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return keep(headers, hopHeaders)
}

/**
 * The answer's body as it comes, chunk by chunk, read only as fast as the client reads. A connection that dies in the middle
 * is an error of the stream, never its end; a client that goes away closes the connection to the engine at once.
 */
export function streamOf(body: Readable): ReadableStream<Uint8Array> {
  const chunks = body.iterator({ destroyOnReturn: true })
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const chunk = await chunks.next()
        if (chunk.done === true) controller.close()
        else controller.enqueue(chunk.value as Uint8Array)
      },
      cancel: () => {
        body.destroy()
      },
    },
    { highWaterMark: 0 },
  )
}

function keep(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  dropped: readonly string[],
): Record<string, string> {
  const named = text(headers['connection'])
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  const gone = new Set([...dropped, ...named])
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !gone.has(name.toLowerCase())) kept[name.toLowerCase()] = text(value)
  }
  return kept
}

function text(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).join(', ')
}
