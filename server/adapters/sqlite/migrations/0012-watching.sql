-- What is watched of machines from second to second: what their memory rests at, when they could not be reached, how they have been.
CREATE TABLE memory_baselines (
  machine TEXT PRIMARY KEY,
  lane TEXT NOT NULL,
  available_bytes INTEGER NOT NULL,
  free_bytes INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- When each machine was watched at all: outside of these nothing is claimed of it.
CREATE TABLE watches (
  id INTEGER PRIMARY KEY,
  machine TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  -- Why nobody watched after it; NULL while it goes on, and after a death without a word.
  ended TEXT
) STRICT;
CREATE INDEX watches_of ON watches (machine, began_at);

CREATE TABLE outages (
  id INTEGER PRIMARY KEY,
  machine TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  -- NULL: it goes on.
  ended_at INTEGER,
  cause TEXT NOT NULL,
  -- 1: nobody watched any longer when it ended, so ended_at is the last moment it was known to go on.
  unseen_end INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outages_of ON outages (machine, began_at);

-- A minute of a machine. `samples`: the looks in it, kept for an hour.
CREATE TABLE machine_minutes (
  machine TEXT NOT NULL,
  at INTEGER NOT NULL,
  summary TEXT NOT NULL,
  samples TEXT,
  PRIMARY KEY (machine, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX machine_minutes_at ON machine_minutes (at);
