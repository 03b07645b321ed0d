// The single door: the only place a failure becomes an answer.

import type { Log } from '../app/ports.ts'
import { type Act, type ActFacts, actOf } from '../contract/acts.ts'
import { type ErrorCode, errors, SparkError, tellError } from '../contract/errors.ts'
import { doorOf, type EdgeContext } from './edge.ts'

/** RFC 9457 with the product's own members. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly code: ErrorCode
  readonly happened: string
  readonly now: string
  readonly next: string
  /** The one act of this appliance that helps, and a command that does on the machine that the facts name. */
  readonly act: Act | null
  readonly run: string | null
  readonly requestId: string
  readonly retryAfterSeconds?: number
  readonly facts: Readonly<Record<string, unknown>>
  /** Members of one code alone, such as the new `plan` of plan_stale. */
  readonly [member: string]: unknown
}

/** Draws a problem for a person: a whole page, or the fragment htmx asked for. Given by the pages. */
export type RenderProblem = (problem: Problem, request: Request) => Response | Promise<Response>

/** A failure that carries more than its facts, e.g. plan_stale with the plan that is true now. */
export class DetailedFailure extends Error {
  override readonly name = 'DetailedFailure'
  readonly failure: SparkError
  readonly members: Readonly<Record<string, unknown>>

  constructor(failure: SparkError, members: Readonly<Record<string, unknown>>) {
    super(failure.message, { cause: failure })
    this.failure = failure
    this.members = members
  }
}

const unnamedWaitSeconds = 30

function failureOf(thrown: unknown, requestId: string): { failure: SparkError; members: Readonly<Record<string, unknown>> } {
  if (thrown instanceof DetailedFailure) return { failure: thrown.failure, members: thrown.members }
  if (thrown instanceof SparkError) return { failure: thrown, members: {} }
  return { failure: new SparkError('internal', { requestId }, { cause: thrown }), members: {} }
}

function waitOf(failure: SparkError): number | null {
  if (errors[failure.code].retry !== 'after') return null
  const told = (failure.facts as Record<string, unknown>)['retryAfterSeconds']
  return typeof told === 'number' && Number.isFinite(told) ? Math.max(1, Math.ceil(told)) : unnamedWaitSeconds
}

/** Any failure as a problem. What is not a SparkError is `internal`: its own words stay in the log. */
export function problemOf(thrown: unknown, requestId: string, instance: string): Problem {
  const { failure, members } = failureOf(thrown, requestId)
  const told = tellError(failure.code, failure.facts)
  const wait = waitOf(failure)
  return {
    type: `urn:spark-control:error:${failure.code}`,
    title: told.title,
    status: told.status,
    detail: [told.happened, told.now].filter((sentence) => sentence !== '').join(' '),
    instance,
    code: failure.code,
    happened: told.happened,
    now: told.now,
    next: told.next,
    act: told.act === null ? null : actOf(told.act, factsOfAct(failure.facts)),
    run: told.run,
    requestId,
    ...(wait === null ? {} : { retryAfterSeconds: wait }),
    facts: failure.facts as Readonly<Record<string, unknown>>,
    ...members,
  }
}

/** Facts of errors name things alike: machine and model by name or id, swap by id. */
function factsOfAct(facts: Readonly<Record<string, unknown>>): ActFacts {
  const textOf = (name: string): string | undefined => (typeof facts[name] === 'string' ? facts[name] : undefined)
  const machine = textOf('machine')
  return { swap: textOf('swap'), model: textOf('model'), machine: machine === undefined ? null : { id: null, name: machine } }
}

function openAiType(status: number): string {
  if (status === 401 || status === 403) return 'authentication_error'
  if (status === 404) return 'not_found_error'
  return status >= 500 || status === 423 ? 'server_error' : 'invalid_request_error'
}

/** The shape SDKs read. The mark tells it from an answer of the engine; clients retry on what they are told. */
function openAiAnswer(problem: Problem): Response {
  const message = [problem.happened, problem.now, problem.next].filter((sentence) => sentence !== '').join(' ')
  const body = { error: { message, type: openAiType(problem.status), code: problem.code, param: null } }
  const worthWaiting = problem.status === 423 || problem.status === 503
  const headers = { 'content-type': 'application/json', 'x-spark-control': 'origin', 'x-should-retry': String(worthWaiting) }
  return new Response(JSON.stringify(body), { status: problem.status, headers })
}

function jsonAnswer(problem: Problem): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json' },
  })
}

export type ProblemDoor = (thrown: unknown, c: EdgeContext) => Promise<Response>

/** `render` missing: people get the same JSON as programs. */
export function createProblemDoor({ log, render }: { readonly log: Log; readonly render?: RenderProblem | undefined }): ProblemDoor {
  const tell = (problem: Problem, thrown: unknown, c: EdgeContext): void => {
    const facts = { requestId: problem.requestId, method: c.req.method, path: c.req.path, code: problem.code }
    if (problem.code === 'internal') log.error('a request failed', { ...facts, error: thrown })
    else log.info('a request was refused', { ...facts, status: problem.status, facts: problem.facts, cause: causeOf(thrown) })
  }
  const draw = async (problem: Problem, c: EdgeContext): Promise<Response> => {
    const door = doorOf(c.req.path)
    if (door === 'openai') return openAiAnswer(problem)
    if (door === 'api' || render === undefined) return jsonAnswer(problem)
    return render(problem, c.req.raw)
  }
  return async (thrown, c) => {
    const problem = problemOf(thrown, c.get('requestId') ?? '', c.req.path)
    tell(problem, thrown, c)
    const answer = await draw(problem, c).catch((broken: unknown) => {
      log.error('a problem could not be drawn', { requestId: problem.requestId, error: broken })
      return jsonAnswer(problem)
    })
    if (problem.retryAfterSeconds !== undefined) answer.headers.set('retry-after', String(problem.retryAfterSeconds))
    return answer
  }
}

function causeOf(thrown: unknown): unknown {
  return thrown instanceof Error ? thrown.cause : undefined
}
