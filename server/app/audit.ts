// The record of what was done and what was refused. Never a secret: only names of operations and of what they were about.
import { operations } from '../contract/index.ts'
import type { AuditView } from '../contract/operations/access-shapes.ts'
import type { Caller } from '../domain/access.ts'
import { minuteMs } from '../domain/durations.ts'
import { type FullAt, type Pace, take } from '../domain/throttle.ts'
import type { AuditRow, AuditStore } from './access-ports.ts'
import type { AuditEntry } from './access-use.ts'
import { isoTime } from './iso-time.ts'
import type { Clock, Log } from './ports.ts'
import { hostOf } from './tries.ts'

/** Refusals alike are one row for this long, ms; the next row says how many there were. */
const alikeMs = minuteMs
/** Rows of refusals: a stranger must not keep the disk busy. */
const refusalPace: Pace = { burst: 60, everyMs: 1000 }
const mostKinds = 1000

interface Needs {
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Log, 'warn'>
  readonly store: AuditStore
}

export function createAudit({ clock, log, store }: Needs) {
  const alike = new Map<string, { readonly at: number; more: number }>()
  let refusals: FullAt

  const write = (row: Omit<AuditRow, 'id'>): void => {
    try {
      store.append(row)
    } catch (error) {
      log.warn('an act was not written into the audit', { operation: row.operation, outcome: row.outcome, error })
    }
  }
  /** How many this refusal stands for; 0: it is not written. */
  const countOf = (row: Omit<AuditRow, 'id'>): number => {
    const kind = [row.kind, row.who, hostOf(row.address), row.operation, row.code].join(' ')
    const known = alike.get(kind)
    const now = clock.now()
    if (known !== undefined && now - known.at < alikeMs) {
      known.more += 1
      return 0
    }
    const { fullAt, waitMs } = take(refusals, now, refusalPace)
    if (waitMs > 0) return 0
    refusals = fullAt
    alike.delete(kind)
    alike.set(kind, { at: now, more: 0 })
    if (alike.size > mostKinds) alike.delete(alike.keys().next().value ?? '')
    return 1 + (known?.more ?? 0)
  }

  return {
    record({ caller, operation, subject, outcome, code }: AuditEntry): void {
      const row = {
        at: clock.now(),
        kind: caller.who.kind,
        who: nameOf(caller),
        address: caller.address,
        operation,
        subject,
        outcome,
        code,
      }
      const times = outcome === 'refused' ? countOf({ ...row, times: 1 }) : 1
      if (times > 0) write({ ...row, times })
    },
    list: (limit: number, before?: number): AuditView[] =>
      store.recent(limit, before).map(({ at, ...row }) => ({ ...row, at: isoTime(at), what: inWords(row.operation) })),
  }
}

export function nameOf({ who }: Pick<Caller, 'who'>): string {
  if (who.kind === 'key') return who.name
  if (who.kind === 'nobody') return 'not signed in'
  return who.session === null ? 'the command line' : 'owner'
}

/** The operation's own summary, as far as its first colon; a page that does no single operation stands under its path. */
function inWords(operation: string): string {
  const row = Object.hasOwn(operations, operation) ? operations[operation as keyof typeof operations] : undefined
  return row === undefined ? operation : (row.summary.split(/[:;]/, 1)[0] ?? row.summary)
}
