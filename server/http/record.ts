// Every act is written into the audit, and every refusal: who, what, from where, and how it ended.
import type { MiddlewareHandler } from 'hono'
import type { AccessUse } from '../app/access-use.ts'
import { type ErrorCode, SparkError } from '../contract/errors.ts'
import { cleanLine } from '../domain/clean-line.ts'
import { changesSomething, type EdgeContext, type EdgeEnv } from './edge.ts'
import { DetailedFailure } from './problem.ts'

/** Refused for who asked, or how often, and not for what was asked. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'sign_in_needed',
  'sign_in_wrong',
  'right_missing',
  'key_wrong',
  'key_expired',
  'too_many_tries',
  'cross_site',
])

/** Fields that say what an act is about; every other one, and so every secret, stays out. */
const telling = ['model', 'recipe', 'machine', 'machines', 'name', 'address', 'repo', 'title', 'holder', 'key', 'engine', 'policy'] as const
const longest = 200

/** What an act is about, from its path and its fields. */
export function subjectOf(pattern: string, path: string, fields: Readonly<Record<string, unknown>> = {}): string {
  const named = telling.flatMap((name) => (Object.hasOwn(fields, name) ? [fields[name]].flat() : []))
  const words = [...paramsOf(pattern, path), ...named].filter((value): value is string => typeof value === 'string' && value.trim() !== '')
  return cleanLine([...new Set(words)].join(', ')).slice(0, longest)
}

/** Values of the pattern's parameters. */
function paramsOf(pattern: string, path: string): readonly string[] {
  const segments = path.split('/')
  return pattern.split('/').flatMap((part, at) => (part.startsWith(':') ? [decoded(segments[at] ?? '')] : []))
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function codeOf(c: EdgeContext): ErrorCode | null {
  const thrown = c.error
  if (thrown === undefined) return c.get('refusal') ?? null
  if (thrown instanceof DetailedFailure) return thrown.failure.code
  return thrown instanceof SparkError ? thrown.code : 'internal'
}

export function recorded(access: Pick<AccessUse, 'record'>): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    await next()
    const { operation, demand } = c.get('act')
    const code = codeOf(c)
    const isRefusal = code !== null && refusals.has(code)
    const isAct = changesSomething(c.req.method) && (demand.right === 'operate' || operation.startsWith('access.'))
    if (!isRefusal && !isAct) return
    const outcome = isRefusal ? 'refused' : code !== null || c.res.status >= 400 ? 'failed' : 'done'
    const subject = subjectOf(c.get('route'), c.req.path, c.get('fields'))
    access.record({ caller: c.get('caller'), operation, subject, outcome, code })
  }
}
