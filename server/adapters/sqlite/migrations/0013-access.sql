-- The owner's password: a digest that names its own parameters. One row, or none until it is chosen.
CREATE TABLE owner_password (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  hash TEXT NOT NULL,
  set_at INTEGER NOT NULL
) STRICT;

-- Of a token only its digest is kept.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  how TEXT NOT NULL CHECK (how IN ('password', 'code')),
  agent TEXT NOT NULL,
  address TEXT,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  prefix TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  -- Words with a space between them.
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  used_at INTEGER,
  used_from TEXT
) STRICT, WITHOUT ROWID;

-- What was done and what was refused; the newest are kept (audit-store.ts).
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  who TEXT NOT NULL,
  address TEXT,
  operation TEXT NOT NULL,
  subject TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
  code TEXT,
  times INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_refused ON audit(outcome = 'refused', id);
