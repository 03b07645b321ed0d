// A problem as a person reads it: a page, or the fragment htmx asked for.
import { leaveTo } from '../../../web/hx.ts'
import { type ProblemData, ProblemFragment, ProblemPage } from '../../../web/views/pages/problem.tsx'
import type { RenderProblem } from '../problem.ts'
import { createShow, showFragment, wantsFragment } from './shell.tsx'

/** The page the request came from, as a path of ours: where signing in leads back to. */
function backOf(request: Request): string {
  const referer = request.headers.get('referer')
  if (request.method === 'GET') return new URL(request.url).pathname
  if (referer === null || !URL.canParse(referer)) return '/'
  const url = new URL(referer)
  return `${url.pathname}${url.search}`
}

/** For the http door. `version` is what the page's foot shows. */
export function createRenderProblem(version: string): RenderProblem {
  const show = createShow(version)
  return async (problem, request) => {
    const data: ProblemData = {
      title: problem.title,
      code: problem.code,
      happened: problem.happened,
      now: problem.now,
      next: problem.next,
      requestId: problem.requestId,
      machine: typeof problem.facts['machine'] === 'string' ? problem.facts['machine'] : null,
      run: problem.run,
      act: problem.act,
      back: backOf(request),
      way: problem.facts['way'] === 'password' ? 'password' : 'code',
    }
    const headers = { 'spark-problem': encodeURIComponent(`${problem.happened} ${problem.now}`.slice(0, 500)) }
    // A fragment is no place to sign in: the whole page goes there and comes back.
    const signIn = problem.code === 'sign_in_needed' ? leaveTo(`/sign-in?back=${encodeURIComponent(data.back)}`) : {}
    if (wantsFragment(request)) return showFragment(<ProblemFragment {...data} />, problem.status, { ...headers, ...signIn })
    return show(request, { title: problem.title, place: null, body: <ProblemPage {...data} />, status: problem.status, headers })
  }
}
