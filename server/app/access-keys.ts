// Keys of apps: named, scoped, revoked at once. The key itself is shown once and kept nowhere.
import { SparkError } from '../contract/errors.ts'
import type { KeyView } from '../contract/operations/access-shapes.ts'
import { scopes } from '../domain/access.ts'
import { dayMs } from '../domain/durations.ts'
import { isOwnName } from '../domain/own-names.ts'
import type { AccessStore, ApiKey } from './access-ports.ts'
import { idOfToken, noteEveryMs } from './access-sessions.ts'
import type { KeyAsk } from './access-use.ts'
import { isoTime, isoTimeOrNull } from './iso-time.ts'
import type { Clock, Ids, Log } from './ports.ts'
import { isStorageTrouble } from './storage.ts'

export const keyPrefix = 'sk-spark-'
/** So many that nobody has more, and few enough to be read by eye. */
const most = 200

interface Needs {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly log: Pick<Log, 'warn'>
  readonly store: AccessStore
}

export function createKeys({ clock, ids, log, store }: Needs) {
  const view = (key: ApiKey): KeyView => ({
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    createdAt: isoTime(key.createdAt),
    expiresAt: isoTimeOrNull(key.expiresAt),
    expired: hasExpired(key),
    usedAt: isoTimeOrNull(key.usedAt),
    usedFrom: key.usedFrom,
  })
  const hasExpired = ({ expiresAt }: ApiKey): boolean => expiresAt !== null && expiresAt <= clock.now()

  const note = (key: ApiKey, address: string | null): void => {
    const now = clock.now()
    if (key.usedAt !== null && now - key.usedAt < noteEveryMs) return
    try {
      store.putKey({ ...key, usedAt: now, usedFrom: address })
    } catch (error) {
      if (!isStorageTrouble(error)) throw error
      log.warn('the use of a key was not written down', { key: key.id })
    }
  }

  return {
    /** Null: not a key of ours by its form. Raises key_wrong, key_expired. The same work for a wrong one as for a right one. */
    find(token: string, address: string | null): ApiKey | null {
      if (!token.startsWith(keyPrefix)) return null
      const id = idOfToken(token, keyPrefix)
      const key = store.keys().find((one) => one.id === id)
      const isRight = ids.digest(token) === (key?.tokenHash ?? ids.digest(keyPrefix))
      if (key === undefined || !isRight) throw new SparkError('key_wrong', {})
      if (hasExpired(key)) throw new SparkError('key_expired', { name: key.name, since: isoTime(key.expiresAt ?? 0).slice(0, 10) })
      note(key, address)
      return key
    },
    list: (): KeyView[] => store.keys().map(view),
    create({ name, scopes: given, days }: KeyAsk): { readonly key: KeyView; readonly token: string } {
      if (isOwnName(name)) throw new SparkError('key_name_taken', { name })
      if (store.keys().length >= most) throw new SparkError('invalid_request', { why: `there are ${most} keys already; revoke one first` })
      const id = ids.next()
      const token = `${keyPrefix}${id}-${ids.secret()}`
      const now = clock.now()
      const key: ApiKey = {
        id,
        name,
        prefix: `${keyPrefix}${id}`,
        tokenHash: ids.digest(token),
        scopes: scopes.filter((one) => given.includes(one)),
        createdAt: now,
        expiresAt: days === null ? null : now + days * dayMs,
        usedAt: null,
        usedFrom: null,
      }
      if (!store.putKey(key)) throw new SparkError('key_name_taken', { name })
      return { key: view(key), token }
    },
    revoke(id: string): void {
      if (!store.keys().some((one) => one.id === id)) throw new SparkError('not_found', { what: `key "${id}"` })
      store.removeKey(id)
    },
  }
}
