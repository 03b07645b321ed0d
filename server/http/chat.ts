// /v1: whatever comes is passed to what serves, and its answer back, streamed both ways and untouched. Only what belongs to this
// hop stays here: connection headers, our own cookie and our own code.
import type { Hono } from 'hono'
import type { AccessUse } from '../app/access-use.ts'
import type { ChatUse } from '../app/use-cases.ts'
import type { SparkError } from '../contract/errors.ts'
import { hopHeaders } from '../domain/hop-headers.ts'
import { counted, limitBytes } from './body-limit.ts'
import { bearerIn } from './credentials.ts'
import type { EdgeContext, EdgeEnv } from './edge.ts'

/** `host` names us and not the engine. */
const stayHeaders = new Set([...hopHeaders, 'host', 'expect'])
const ourHeaders = new Set(['cookie', 'origin', 'referer'])
/** In which a program may send a key of ours. Any other key is for the engine. */
const keyHeaders = new Set(['authorization', 'x-api-key'])

function onwardHeaders(headers: Headers, access: Pick<AccessUse, 'isOurs'>): Record<string, string> {
  const named = new Set((headers.get('connection') ?? '').toLowerCase().split(/\s*,\s*/))
  const onward: Record<string, string> = {}
  for (const [name, value] of headers) {
    const stays = stayHeaders.has(name) || ourHeaders.has(name) || named.has(name) || name.startsWith('sec-fetch-')
    if (stays || (keyHeaders.has(name) && access.isOurs(bearerIn(value) ?? value))) continue
    onward[name] = value
  }
  return onward
}

function answerHeaders(headers: Readonly<Record<string, string>>): Headers {
  const kept = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    const small = name.toLowerCase()
    // Who may read across origins is ours to say, not the engine's.
    if (stayHeaders.has(small) || small === 'set-cookie' || small.startsWith('access-control-')) continue
    kept.append(small, value)
  }
  if (kept.get('content-type')?.startsWith('text/event-stream')) {
    kept.set('x-accel-buffering', 'no')
    kept.set('cache-control', 'no-cache, no-transform')
  }
  return kept
}

interface Needs {
  readonly chat: Pick<ChatUse, 'pass'>
  readonly access: Pick<AccessUse, 'isOurs'>
}

async function pass(c: EdgeContext, { chat, access }: Needs): Promise<Response> {
  const leaving = new AbortController()
  const over: { failure?: SparkError } = {}
  const limit = counted(limitBytes.openai, (failure) => {
    over.failure = failure
    leaving.abort(failure)
  })
  const url = new URL(c.req.url)
  const answer = await chat
    .pass({
      method: c.req.method,
      path: url.pathname + url.search,
      headers: onwardHeaders(c.req.raw.headers, access),
      body: c.req.raw.body?.pipeThrough(limit) ?? null,
      signal: AbortSignal.any([c.req.raw.signal, leaving.signal]),
    })
    .catch((failure: unknown) => {
      throw over.failure ?? failure
    })
  const isEmpty = noBody.has(answer.status)
  // A body that nobody will read would keep its request counted and its connection taken.
  if (isEmpty) await answer.body?.cancel()
  return new Response(isEmpty ? null : answer.body, { status: answer.status, headers: answerHeaders(answer.headers) })
}

/** Statuses that carry no body by definition; a Response refuses one. */
const noBody = new Set([204, 205, 304])

export function mountChat(app: Hono<EdgeEnv>, needs: Needs): void {
  app.all('/v1/*', (c) => pass(c, needs))
}
