import type { Database } from 'better-sqlite3'
import type { AccessStore, ApiKey, Session } from '../../app/access-ports.ts'
import { createHeld } from './held.ts'

type KeyRow = Omit<ApiKey, 'scopes'> & { readonly scopes: string }

/** Password, sessions and keys. They are asked at every request and change seldom: each is read once and held. */
export function createAccessStore(db: Database): AccessStore {
  const password = db.prepare<[], { hash: string; setAt: number }>('SELECT hash, set_at AS setAt FROM owner_password')
  const setPassword = db.prepare<[string, number]>('INSERT OR REPLACE INTO owner_password (one, hash, set_at) VALUES (1, ?, ?)')
  const rehash = db.prepare<[string]>('UPDATE owner_password SET hash = ?')
  const sessions = db.prepare<[], Session>(
    `SELECT id, token_hash AS tokenHash, how, agent, address, created_at AS createdAt, seen_at AS seenAt, until FROM sessions ORDER BY id`,
  )
  const putSession = db.prepare<Session>(
    `INSERT OR REPLACE INTO sessions (id, token_hash, how, agent, address, created_at, seen_at, until)
     VALUES (@id, @tokenHash, @how, @agent, @address, @createdAt, @seenAt, @until)`,
  )
  const removeSession = db.prepare<[string]>('DELETE FROM sessions WHERE id = ?')
  const removeSessions = db.prepare<[string | null]>('DELETE FROM sessions WHERE id IS NOT ?')
  const keys = db.prepare<[], KeyRow>(
    `SELECT id, name, prefix, token_hash AS tokenHash, scopes, created_at AS createdAt, expires_at AS expiresAt,
       used_at AS usedAt, used_from AS usedFrom FROM api_keys ORDER BY created_at, id`,
  )
  const putKey = db.prepare<KeyRow>(
    `INSERT INTO api_keys (id, name, prefix, token_hash, scopes, created_at, expires_at, used_at, used_from)
     VALUES (@id, @name, @prefix, @tokenHash, @scopes, @createdAt, @expiresAt, @usedAt, @usedFrom)
     ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at, used_from = excluded.used_from
     ON CONFLICT (name) DO NOTHING`,
  )
  const removeKey = db.prepare<[string]>('DELETE FROM api_keys WHERE id = ?')

  const heldPassword = createHeld(db, () => ({ kept: password.get() ?? null }))
  const heldSessions = createHeld<'all', readonly Session[]>(db, () => sessions.all())
  const heldKeys = createHeld<'all', readonly ApiKey[]>(db, () =>
    keys.all().map(({ scopes, ...row }) => ({ ...row, scopes: scopes.split(' ') as ApiKey['scopes'][number][] })),
  )
  const newPassword = db.transaction((hash: string, at: number, keep: string | null) => {
    setPassword.run(hash, at)
    removeSessions.run(keep)
  })

  return {
    password: () => heldPassword.of('one').kept,
    setPassword(hash, at, keep) {
      heldPassword.forget()
      heldSessions.forget()
      newPassword(hash, at, keep)
    },
    rehash(hash) {
      heldPassword.forget()
      rehash.run(hash)
    },
    sessions: () => heldSessions.of('all'),
    putSession(session) {
      heldSessions.forget()
      putSession.run(session)
    },
    removeSession(id) {
      heldSessions.forget()
      removeSession.run(id)
    },
    keys: () => heldKeys.of('all'),
    putKey(key) {
      heldKeys.forget()
      return putKey.run({ ...key, scopes: key.scopes.join(' ') }).changes === 1
    },
    removeKey(id) {
      heldKeys.forget()
      removeKey.run(id)
    },
  }
}
