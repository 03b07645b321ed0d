// A typed client derived from the table: one function an operation, no generated code. Tests, the demo and the package use it.
import type { AskOf, OutputOf } from './define.ts'
import { type Operations, operations } from './index.ts'

/** The part of `fetch` the client needs; Hono's `app.request` fits as well. */
export type FetchLike = (
  url: string,
  init: { readonly method: string; readonly headers: Record<string, string>; readonly body?: string },
) => Promise<FetchedAnswer> | FetchedAnswer

interface FetchedAnswer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  json(): Promise<unknown>
}

/** The appliance's own words when it said no. */
export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly happened: string
  readonly now: string
  readonly next: string
  readonly requestId: string
  readonly retryAfterSeconds?: number
  readonly [member: string]: unknown
}

export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: ProblemBody

  constructor(problem: ProblemBody) {
    super(`${problem.code}: ${problem.detail}`)
    this.problem = problem
  }
}

type Ids = keyof Operations
export type Client = {
  readonly [Id in Ids]: keyof AskOf<Operations[Id]> extends never
    ? () => Promise<OutputOf<Operations[Id]>>
    : (ask: AskOf<Operations[Id]>) => Promise<OutputOf<Operations[Id]>>
}

interface Ask {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

function urlOf(base: string, path: string, ask: Ask): string {
  const filled = path.replace(/:([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(String(ask.params?.[name])))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(ask.query ?? {})) if (value !== undefined) query.set(name, String(value))
  return `${base}${filled}${query.size > 0 ? `?${query}` : ''}`
}

/** `base`: origin without a slash at its end, or empty where `fetch` takes paths. Every `no` is a ProblemError. */
export function createClient(fetch: FetchLike, base = '', headers: Readonly<Record<string, string>> = {}): Client {
  const call = async (id: Ids, ask: Ask = {}): Promise<unknown> => {
    const row = operations[id]
    const sends = ask.body !== undefined
    const answer = await fetch(urlOf(base, row.path, ask), {
      method: row.method.toUpperCase(),
      headers: { accept: 'application/json', ...(sends ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(sends ? { body: JSON.stringify(ask.body) } : {}),
    })
    const type = answer.headers.get('content-type') ?? ''
    if (type.startsWith('application/problem+json')) throw new ProblemError((await answer.json()) as ProblemBody)
    return answer.json()
  }
  const entries = (Object.keys(operations) as Ids[]).map((id) => [id, (ask?: Ask) => call(id, ask)])
  return Object.fromEntries(entries) as Client
}
