// SQLite's and the system's failures, translated once into the product's errors.
import { SparkError } from '../../contract/errors.ts'
import { failureCode } from '../../domain/failure-code.ts'

/** What the database could not do, as the product tells it; anything else as it came. */
export function storageFailure(error: unknown, file: string): unknown {
  if (error instanceof SparkError) return error
  const code = failureCode(error)
  const options = { cause: error }
  if (code === 'SQLITE_NOTADB') return new SparkError('storage_damaged', { file, why: 'it is not a database' }, options)
  if (code.startsWith('SQLITE_CORRUPT')) return new SparkError('storage_damaged', { file, why: 'a part of it cannot be read' }, options)
  if (code.startsWith('SQLITE_BUSY')) return new SparkError('storage_busy', { file }, options)
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return new SparkError('storage_full', {}, options)
  if (/^(E[A-Z]+|SQLITE_(CANTOPEN|READONLY|IOERR|PERM).*)$/.test(code)) return new SparkError('storage_denied', { why: code }, options)
  return error
}
