// The database, opened; and where it cannot be used, a page that says so until the owner has settled it.
import { canMoveAside, moveAside } from './adapters/sqlite/move-aside.ts'
import { type OpenStores, openStores } from './adapters/sqlite/open.ts'
import { createAccess, type WayIn } from './app/access.ts'
import { passingAccess } from './app/passing-access.ts'
import type { Clock, Ids, Log } from './app/ports.ts'
import type { Sealer } from './app/sealing-ports.ts'
import { createSettings } from './app/settings.ts'
import { SparkError, tellError } from './contract/errors.ts'
import { createStorageApp, type StorageAppNeeds } from './http/storage-app.tsx'

type Serves = Pick<StorageAppNeeds, 'assets' | 'renderProblem' | 'version'>

export interface StoresNeeds extends Serves {
  readonly path: string
  readonly wayIn: WayIn
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly env: Readonly<Record<string, string | undefined>>
  /** Answers every request from now on. */
  readonly serve: (app: ReturnType<typeof createStorageApp>) => void
  /** Tells whoever started the process. */
  readonly announce: (sentence: string) => void
  readonly stopped: AbortSignal
}

/** Failures that a page can help with; the others end the process with a sentence. */
const settledByOwner: ReadonlySet<string> = new Set(['storage_full', 'storage_denied'])

/** There is no database, so no secret of it. */
const nothingSealed: Sealer = { seal: (_what, text) => text, open: () => null }

/** Null: the process was told to stop first. */
export async function usableStores(needs: StoresNeeds): Promise<OpenStores | null> {
  const { path, clock, ids, log } = needs
  const open = (): OpenStores | SparkError => {
    try {
      return openStores({ path, ids, log })
    } catch (error) {
      if (error instanceof SparkError && (canMoveAside(error) || settledByOwner.has(error.code))) return error
      throw error
    }
  }
  const first = open()
  if (!(first instanceof SparkError)) return first
  log.error('the database cannot be used', { error: first })
  const { happened, now, next } = tellError(first.code, first.facts)
  return new Promise((done, failed) => {
    needs.stopped.addEventListener('abort', () => done(null), { once: true })
    const tryAgain = (): SparkError | null => {
      try {
        const opened = open()
        if (opened instanceof SparkError) return opened
        done(opened)
        return null
      } catch (error) {
        if (error instanceof SparkError) return error
        failed(error)
        throw error
      }
    }
    const settings = createSettings({
      store: { all: () => ({}), set: () => false, together: (act) => act() },
      clock,
      env: needs.env,
      sealer: nothingSealed,
    })
    needs.serve(
      createStorageApp({
        ...needs,
        // The password cannot be read: the code of this start is the way in.
        access: createAccess({ ...needs.wayIn, clock, ids, log, store: passingAccess(), settings }),
        failure: first,
        movable: canMoveAside(first),
        tryAgain,
        moveAside: () => {
          const aside = moveAside(path, clock.now())
          log.warn('the database was moved aside by the owner', { file: path, aside })
          const still = tryAgain()
          if (still !== null) throw still
          return aside
        },
        settings,
      }),
    )
    needs.announce([happened, now, next].join(' '))
  })
}
