// Whether the database can be written. A full disk makes it read-only for a while: reads go on, a write raises storage_full, and
// a small write tells when there is room again.
import type { Database } from 'better-sqlite3'
import type { Log } from '../../app/ports.ts'
import type { WritingState } from '../../app/storage-ports.ts'
import { type ErrorCode, SparkError } from '../../contract/errors.ts'
import { schemaVersion } from './migrate.ts'
import { storageFailure } from './storage-failure.ts'

export interface Writing extends WritingState {
  /** The same store, its failures told as the product tells them and remembered here. */
  guard<Store extends object>(store: Store): Store
}

const passing: ReadonlySet<ErrorCode> = new Set(['storage_full', 'storage_denied'])

export function createWriting(db: Database, name: string, log: Log): Writing {
  // Writes the first page with what stands there. An UPDATE that changes nothing would write nothing.
  const tryOnce = (): void => void db.pragma(`user_version = ${schemaVersion(db)}`)
  let trouble: SparkError | null = null

  const told = (error: unknown): unknown => {
    const failure = storageFailure(error, name)
    if (failure instanceof SparkError && passing.has(failure.code)) {
      if (trouble === null) log.error('the database cannot be written; reading goes on', { code: failure.code, error })
      trouble = failure
    }
    return failure
  }
  const guarded = <Given extends unknown[], Answer>(act: (...given: Given) => Answer, store: object) => {
    return (...given: Given): Answer => {
      try {
        return act.apply(store, given)
      } catch (error) {
        throw told(error)
      }
    }
  }
  return {
    trouble: () => trouble,
    tryAgain() {
      if (trouble === null) return true
      try {
        tryOnce()
      } catch (error) {
        told(error)
        return false
      }
      trouble = null
      log.info('the database can be written again')
      return true
    },
    guard: <Store extends object>(store: Store): Store =>
      Object.fromEntries(
        Object.entries(store).map(([word, act]) => [word, typeof act === 'function' ? guarded(act as () => unknown, store) : act]),
      ) as Store,
  }
}
