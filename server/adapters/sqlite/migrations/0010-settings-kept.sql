-- What a setting was before its last change, for "Undo". NULL: the default, or a secret, which is not kept twice.
ALTER TABLE settings ADD COLUMN before TEXT;

-- Values of the environment that became something of our own at a first start; each is taken once, also when its fruit is removed later.
CREATE TABLE taken_seeds (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  taken_at INTEGER NOT NULL
) STRICT;

-- Machines of which only a name is known, or no user: never looked at until the owner has said where and as whom.
CREATE TABLE named_machines (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  user TEXT NOT NULL,
  came_from TEXT NOT NULL,
  added_at INTEGER NOT NULL
) STRICT;
