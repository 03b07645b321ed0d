-- Programs beside the model. What only the app reads is in `content`.
CREATE TABLE services (
  id TEXT PRIMARY KEY,
  content TEXT NOT NULL,
  added_at INTEGER NOT NULL
) STRICT;
-- When the word for a service changed; the newest 200 of each are kept.
CREATE TABLE service_changes (
  id INTEGER PRIMARY KEY,
  service TEXT NOT NULL REFERENCES services(id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  sentence TEXT NOT NULL
) STRICT;
CREATE INDEX service_changes_of ON service_changes(service, id);
-- Starts, stops, restarts and updates; the newest 50 of each service are kept.
CREATE TABLE service_acts (
  id TEXT PRIMARY KEY,
  service TEXT NOT NULL REFERENCES services(id) ON DELETE CASCADE,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  content TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_live_service_act ON service_acts(service) WHERE ended_at IS NULL;
CREATE INDEX service_acts_of ON service_acts(service, started_at);
-- Kinds that the environment of an earlier installation named, once looked for: what the owner removed does not come back.
CREATE TABLE service_seeds (
  kind TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;
