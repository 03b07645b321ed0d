// A database and the files SQLite keeps beside it, on the disk.
import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs'

/** The log first: without it nothing that is left could be taken for a whole database. */
export const endings: readonly string[] = ['-wal', '-shm', '-journal', '']

export function removeDatabase(path: string): void {
  for (const end of endings) rmSync(`${path}${end}`, { force: true })
}

/** A moment as part of a file's name, in UTC: 20260131T235959Z. */
export function nameStamp(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
}

/** A rename is kept over a power cut once its folder is synced. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
