-- What apps registered. Only the app reads `content`; the token is kept as its digest.
CREATE TABLE schedules (
  id TEXT PRIMARY KEY,
  registered_at INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT;

-- One row a time of an approved entry: that it was taken up is written before anything is done for it.
CREATE TABLE schedule_runs (
  schedule TEXT NOT NULL REFERENCES schedules(id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
  content TEXT NOT NULL,
  PRIMARY KEY (schedule, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX open_runs ON schedule_runs(at) WHERE is_open = 1;
