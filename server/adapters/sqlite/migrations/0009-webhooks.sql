-- Who is told of events over HTTP. The outbox is the table of events: `cursor` is the number of the last one that is settled for a webhook.
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  -- JSON list of types; NULL: all that go to webhooks.
  events TEXT,
  -- Sealed.
  secret TEXT NOT NULL,
  -- JSON { sealed, until }: the secret before it, which signs as well until then.
  old_secret TEXT,
  cursor INTEGER NOT NULL,
  -- JSON: the delivery at the head is not accepted.
  failing TEXT,
  -- JSON: nothing is sent, and why.
  paused TEXT,
  created_at INTEGER NOT NULL
) STRICT;

-- Events to be told once more, in the order of their numbers.
CREATE TABLE webhook_repeats (
  webhook TEXT NOT NULL REFERENCES webhooks(id) ON DELETE CASCADE,
  event INTEGER NOT NULL,
  PRIMARY KEY (webhook, event)
) STRICT, WITHOUT ROWID;

-- What was sent and what was answered; the newest of each webhook.
CREATE TABLE webhook_deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook TEXT NOT NULL REFERENCES webhooks(id) ON DELETE CASCADE,
  -- NULL: a test.
  event INTEGER,
  at INTEGER NOT NULL,
  accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
  content TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries(webhook, id);
