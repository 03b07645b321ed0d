// The appliance's own database as the owner meets it: copies of it, and what is true while it cannot be written.
import { type ErrorCode, SparkError, tellError } from '../contract/errors.ts'
import type { Clock, Log } from './ports.ts'
import type { Backups, WritingState } from './storage-ports.ts'
import type { StorageUse } from './use-cases.ts'

export interface StorageNeeds {
  readonly clock: Clock
  readonly log: Pick<Log, 'info'>
  readonly store: { readonly writing: WritingState; readonly backups: Backups }
  /** Called once writing works again. */
  readonly onBack: () => void
  readonly backupsKept: () => number
}

/** Nothing can be written down for now: to be waited out, never taken for a failure of what was being done. */
export function isStorageTrouble(error: unknown): boolean {
  return error instanceof SparkError && (error.code === 'storage_full' || error.code === 'storage_denied')
}

export type Storage = ReturnType<typeof createStorage>

/** How soon room on the disk is noticed, ms. */
const againMs = 3000

export function createStorage({ clock, log, store, onBack, backupsKept }: StorageNeeds) {
  const waiting = new Set<() => void>()

  const lookAgain = (): void => {
    if (store.writing.trouble() === null || !store.writing.tryAgain()) return
    for (const go of [...waiting]) go()
    waiting.clear()
    onBack()
  }

  const use: StorageUse = {
    async backUp() {
      const { name, path, sizeBytes } = await store.backups.take(clock.now(), backupsKept())
      log.info('the database was copied', { path, sizeBytes })
      return { name, path, sizeBytes }
    },
    readBackup: (name) => store.backups.read(name),
  }
  return {
    ...use,
    /** What Home says of it; null when all is well. */
    attention(): { readonly code: ErrorCode; readonly sentence: string; readonly link: string } | null {
      const trouble = store.writing.trouble()
      if (trouble === null) return null
      const { happened, next } = tellError(trouble.code, trouble.facts)
      return { code: trouble.code, sentence: `${happened} ${next}`, link: '/settings' }
    },
    isWritable: (): boolean => store.writing.trouble() === null,
    /** Resolves when writing works again; rejects with the signal's reason. */
    writable: (signal: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => {
        if (store.writing.trouble() === null) return resolve()
        signal.throwIfAborted()
        const leave = (): void => {
          waiting.delete(go)
          reject(signal.reason)
        }
        const go = (): void => {
          signal.removeEventListener('abort', leave)
          resolve()
        }
        waiting.add(go)
        signal.addEventListener('abort', leave, { once: true })
      }),
    start(signal: AbortSignal): void {
      clock.every(
        () => againMs,
        async () => lookAgain(),
        signal,
      )
    },
  }
}
