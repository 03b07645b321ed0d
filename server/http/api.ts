// Every operation of the contract, mounted in one loop: read the parts, answer, say the status. One validator for all of them.
import type { Hono } from 'hono'
import type { Log } from '../app/ports.ts'
import type { InputOf, Operation, OutputOf } from '../contract/define.ts'
import { SparkError } from '../contract/errors.ts'
import type { OperationId, Operations } from '../contract/index.ts'
import { faultOfOutput, readInput } from '../contract/reading.ts'
import type { Caller } from '../domain/access.ts'
import type { Requester } from '../domain/swap.ts'
import { type EdgeContext, type EdgeEnv, isSecure, requestingApp } from './edge.ts'

/** Operations that stream and are mounted by events-feed.ts and log-feed.ts. */
type StreamId = 'events.list' | 'logs.follow' | 'bots.followLog'
type AnsweredId = Exclude<OperationId, StreamId>

/** What an answer may know of its request beyond its input. */
export interface Call {
  readonly signal: AbortSignal
  readonly caller: Caller
  /** The browser speaks https to what is in front of us. */
  readonly secure: boolean
  /** Headers as they were sent. */
  readonly sent: Headers
  requester(by?: string): Requester
  /** A header of the answer. */
  header(name: string, value: string): void
}

/** An answer with the operation's other status. */
export class Also<Value> {
  readonly value: Value

  constructor(value: Value) {
    this.value = value
  }
}

type Answered<Value> = Value | Also<Value>

/** One function an operation: a missing or mistyped one does not compile. */
export type Answers = {
  readonly [Id in AnsweredId]: (
    input: InputOf<Operations[Id]>,
    call: Call,
  ) => Answered<OutputOf<Operations[Id]>> | Promise<Answered<OutputOf<Operations[Id]>>>
}

export type AnswersOf<Table> = { readonly [Id in keyof Table & AnsweredId]: Answers[Id] }

type Row = Operation

/** Literal segments before parameters, whatever the order of the table: /api/swap/lock can never be taken for /api/swap/:id. */
export function literalFirst(rows: readonly (readonly [string, Row])[]): readonly (readonly [string, Row])[] {
  const rank = (path: string): string =>
    path
      .split('/')
      .map((segment) => (segment.startsWith(':') ? '~' : segment))
      .join('/')
  return [...rows].sort(([, a], [, b]) => (rank(a.path) < rank(b.path) ? -1 : rank(a.path) > rank(b.path) ? 1 : 0))
}

/** The JSON body; undefined when there is none. */
async function bodyOf(c: EdgeContext): Promise<unknown> {
  const text = await c.req.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SparkError('invalid_request', { why: 'the body is not JSON' }, { cause })
  }
}

interface Needs {
  readonly log: Log
  /** True in tests: an answer that breaks its own schema is a failure. In production it is only logged. */
  readonly parseOutput: boolean
}

export interface MountedTable {
  readonly rows: Readonly<Record<string, Row>>
  readonly answers: Readonly<Record<string, (input: never, call: Call) => unknown>>
}

/** Mounts any table of operations with its answers. */
export function mountOperations(app: Hono<EdgeEnv>, table: MountedTable, needs: Needs): void {
  for (const [id, row] of literalFirst(Object.entries(table.rows).filter(([, one]) => one.kind === 'json'))) {
    const answer = table.answers[id]
    if (answer === undefined) throw new Error(`operation ${id} has no answer`)
    app.on(row.method.toUpperCase(), row.path, async (c) => {
      const answered = await (answer as LooseAnswer)(await inputOf(row, c), callOf(c))
      const also = answered instanceof Also
      const value = also ? answered.value : answered
      checkOutput(id, row, value, needs)
      return c.body(JSON.stringify(value), statusOf(row, also), { 'content-type': 'application/json' })
    })
  }
}

type LooseAnswer = (input: unknown, call: Call) => unknown

const statusOf = (row: Row, also: boolean): 200 | 201 | 202 | 503 => (also && row.alsoStatus !== undefined ? row.alsoStatus : row.status)

async function inputOf(row: Row, c: EdgeContext): Promise<unknown> {
  const body = row.input.body === undefined ? undefined : await bodyOf(c)
  const input = readInput(row, { params: c.req.param(), query: c.req.query(), body })
  c.set('fields', { ...(input as { readonly body?: object }).body })
  return input
}

function callOf(c: EdgeContext): Call {
  return {
    signal: c.req.raw.signal,
    caller: c.get('caller'),
    secure: isSecure(c),
    sent: c.req.raw.headers,
    requester: (by) => requestingApp(c, by),
    header: (name, value) => c.header(name, value, { append: true }),
  }
}

function checkOutput(id: string, row: Row, value: unknown, { log, parseOutput }: Needs): void {
  const fault = faultOfOutput(row, value)
  if (fault === null) return
  log.error('an answer breaks its contract', { operation: id, fault })
  if (parseOutput) throw new Error(`${id} answered against its contract: ${fault}`)
}
