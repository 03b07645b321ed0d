// What every page needs around it: theme, fragment or whole page, headers.
import type { Child } from 'hono/jsx'
import { fragmentHeader } from '../../../web/hx.ts'
import { type Account, Layout, type Place, type Theme } from '../../../web/views/layout.tsx'
import { callerBehind } from '../rights.ts'

export interface Shown {
  readonly title: string
  readonly place: Place | null
  readonly body: Child
  readonly status?: number
  readonly live?: string | null
  readonly refreshSeconds?: number | null
  readonly headers?: Readonly<Record<string, string>>
}

export type Show = (request: Request, shown: Shown) => Promise<Response>

/** htmx asks for a part of a page and says so; everybody else gets the whole page. */
export function wantsFragment(request: Request): boolean {
  return request.headers.get(fragmentHeader.name) === fragmentHeader.value
}

export function themeOf(request: Request): Theme {
  const found = /(?:^|;\s*)theme=(light|dark)\b/.exec(request.headers.get('cookie') ?? '')?.[1]
  return found === 'light' || found === 'dark' ? found : 'auto'
}

export function accountOf(request: Request): Account | null {
  const caller = callerBehind(request)
  if (caller === null) return null
  if (caller.who.kind === 'owner' && caller.who.session !== null) return { is: 'in' }
  const { pathname, search } = new URL(request.url)
  return caller.may.has('operate') ? null : { is: 'out', back: request.method === 'GET' ? pathname + search : '/' }
}

function answer(html: string, status: number, headers: Readonly<Record<string, string>>): Response {
  return new Response(html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      vary: `${fragmentHeader.name}, Cookie`,
      'cache-control': 'no-store',
      ...headers,
    },
  })
}

export function createShow(version: string): Show {
  return async (request, { title, place, body, status = 200, live = null, refreshSeconds = null, headers = {} }) => {
    const page = (
      <Layout
        title={title}
        place={place}
        theme={themeOf(request)}
        version={version}
        account={accountOf(request)}
        live={live}
        refreshSeconds={refreshSeconds}
      >
        {body}
      </Layout>
    ).toString()
    return answer(`<!doctype html>${page}`, status, headers)
  }
}

/** Drawn JSX as text: for fragments and the stream. */
export async function drawn(node: Child): Promise<string> {
  return node === null || node === undefined ? '' : await node.toString()
}

export async function showFragment(body: Child, status = 200, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return answer(await drawn(body), status, headers)
}

/** After a change the browser is sent to a page that can be reloaded. */
export function goTo(path: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 303, headers: { location: path, ...headers } })
}
