// Rows of access while there is no database to keep them in: nothing outlives the process.
import type { AccessStore, ApiKey, AuditRow, AuditStore, Session } from './access-ports.ts'

const mostRows = 1000

export function passingAccess(): { readonly access: AccessStore; readonly audit: AuditStore } {
  let password: ReturnType<AccessStore['password']> = null
  const sessions = new Map<string, Session>()
  const keys = new Map<string, ApiKey>()
  let rows: readonly AuditRow[] = []
  let count = 0
  return {
    access: {
      password: () => password,
      setPassword(hash, at, keep) {
        password = { hash, setAt: at }
        for (const id of sessions.keys()) if (id !== keep) sessions.delete(id)
      },
      rehash(hash) {
        if (password !== null) password = { ...password, hash }
      },
      sessions: () => [...sessions.values()],
      putSession: (session) => void sessions.set(session.id, session),
      removeSession: (id) => void sessions.delete(id),
      keys: () => [...keys.values()],
      putKey(key) {
        const isTaken = [...keys.values()].some(({ id, name }) => id !== key.id && name.toLowerCase() === key.name.toLowerCase())
        if (!isTaken) keys.set(key.id, key)
        return !isTaken
      },
      removeKey: (id) => void keys.delete(id),
    },
    audit: {
      append(row) {
        count += 1
        rows = [{ ...row, id: count }, ...rows].slice(0, mostRows)
      },
      recent: (limit, before = Number.POSITIVE_INFINITY) => rows.filter(({ id }) => id < before).slice(0, limit),
    },
  }
}
