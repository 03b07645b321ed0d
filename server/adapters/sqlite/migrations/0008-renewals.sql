ALTER TABLE reservations ADD COLUMN renewals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reservations ADD COLUMN renewed_at INTEGER;

-- How the last reservations ended, by the digest of their token: a holder that comes too late is told.
CREATE TABLE ended_reservations (
  token_hash TEXT PRIMARY KEY,
  cluster TEXT NOT NULL,
  holder TEXT NOT NULL,
  ended_at INTEGER NOT NULL,
  how TEXT NOT NULL CHECK (how IN ('released', 'expired', 'broken')),
  ended_by TEXT NOT NULL
) STRICT;
