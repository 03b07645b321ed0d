-- Times are integer milliseconds since 1970. JSON columns hold payloads no query looks into.

CREATE TABLE appliance (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL,
  private_key TEXT,
  public_key TEXT,
  CHECK ((private_key IS NULL) = (public_key IS NULL))
) STRICT;

-- One row, not a maximum over swaps: deleting swaps must never bring a fence back.
CREATE TABLE fence (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  highest INTEGER NOT NULL CHECK (highest >= 0)
) STRICT;
INSERT INTO fence (one, highest) VALUES (1, 0);
CREATE TRIGGER fence_never_falls BEFORE UPDATE ON fence WHEN NEW.highest < OLD.highest
BEGIN SELECT RAISE(ABORT, 'a fence never falls'); END;
CREATE TRIGGER fence_never_goes BEFORE DELETE ON fence
BEGIN SELECT RAISE(ABORT, 'the fence stays'); END;

CREATE TABLE machines (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  port INTEGER NOT NULL,
  user TEXT NOT NULL,
  host_key TEXT,
  fabric_address TEXT,
  launcher_path TEXT,
  cache_path TEXT,
  model_folders TEXT NOT NULL,
  added_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_machine_an_address ON machines(address, port);

CREATE TABLE swaps (
  id TEXT PRIMARY KEY,
  cluster TEXT NOT NULL,
  engine TEXT NOT NULL,
  model TEXT,
  previous_model TEXT,
  recipe_id TEXT,
  -- Digest of the recipe's words and the machines it starts on: what "the same switch as before" means.
  likeness TEXT,
  plan TEXT NOT NULL,
  way_back TEXT,
  state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled')),
  phase TEXT NOT NULL,
  fence INTEGER NOT NULL UNIQUE,
  restored INTEGER,
  progress TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  requested_by TEXT NOT NULL,
  why TEXT,
  cancel_requested_at INTEGER,
  trouble TEXT,
  CHECK ((state = 'running') = (ended_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX one_live_swap ON swaps(cluster) WHERE ended_at IS NULL;
CREATE INDEX swaps_by_start ON swaps(started_at);
CREATE INDEX swaps_by_likeness ON swaps(likeness, started_at) WHERE state = 'succeeded';
-- An outcome is written once.
CREATE TRIGGER swap_ends_once BEFORE UPDATE ON swaps WHEN OLD.ended_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an ended swap does not change'); END;

CREATE TABLE swap_steps (
  swap TEXT NOT NULL REFERENCES swaps(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  phase TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  PRIMARY KEY (swap, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE swap_log (
  swap TEXT NOT NULL REFERENCES swaps(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (swap, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE serving (
  engine TEXT PRIMARY KEY,
  model TEXT NOT NULL,
  recipe_id TEXT,
  plan TEXT,
  machines TEXT NOT NULL,
  port INTEGER NOT NULL,
  served_name TEXT NOT NULL,
  since INTEGER NOT NULL,
  adopted INTEGER NOT NULL CHECK (adopted IN (0, 1))
) STRICT;

CREATE TABLE reservations (
  cluster TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  reason TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT;

-- AUTOINCREMENT: an id told to a listener is never given to another event, even after rows were deleted.
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  payload TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_type ON events(type, id);

-- A removed setting keeps its row (value NULL): its version goes on counting, so a form opened before is still seen as stale.
CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT,
  version INTEGER NOT NULL CHECK (version > 0),
  set_at INTEGER NOT NULL,
  set_by TEXT NOT NULL
) STRICT;

CREATE TABLE model_listings (
  machine TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  folders TEXT NOT NULL
) STRICT;

CREATE TABLE model_uses (
  model TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE recipe_confirmations (
  recipe TEXT PRIMARY KEY,
  words_digest TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
