-- One row a download; what only the app reads is in `content`. A token is never among it.
CREATE TABLE downloads (
  id TEXT PRIMARY KEY,
  repo TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled')),
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  content TEXT NOT NULL,
  CHECK ((state = 'running') = (ended_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX one_live_download ON downloads(repo) WHERE ended_at IS NULL;
CREATE INDEX downloads_by_time ON downloads(started_at);
