// Taking a database out of the way by the owner's word: renamed, never deleted.
import { existsSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { SparkError } from '../../contract/errors.ts'
import { checkDatabase } from './check-file.ts'
import { endings, nameStamp, syncFolder } from './database-files.ts'
import { storageFailure } from './storage-failure.ts'

/** What a rename mends. A full disk or a second process is mended elsewhere. */
const mended: ReadonlySet<string> = new Set(['storage_damaged', 'storage_newer', 'storage_foreign'])

export function canMoveAside(error: unknown): boolean {
  return error instanceof SparkError && mended.has(error.code)
}

/** Gives the file and its log a name with the time in it, and returns that name. A sound database, or none, is not moved. */
export function moveAside(path: string, now: number): string {
  refuseSound(path)
  return keepAside(path, now)
}

/** The same for any database that nobody has open. */
export function keepAside(path: string, now: number): string {
  const stamp = nameStamp(now)
  let aside = `${path}.aside-${stamp}`
  for (let number = 2; existsSync(aside) || existsSync(`${aside}-wal`); number += 1) aside = `${path}.aside-${stamp}-${number}`
  try {
    for (const end of endings) {
      if (existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${aside}${end}`)
    }
    syncFolder(dirname(path))
  } catch (error) {
    throw storageFailure(error, path)
  }
  return aside
}

function refuseSound(path: string): void {
  try {
    checkDatabase(path)
  } catch (error) {
    if (canMoveAside(error)) return
    throw error
  }
  throw new SparkError('storage_sound', { file: path })
}
