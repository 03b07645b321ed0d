-- What one short answer after a switch measured, by the words of the recipe and the number of machines. Rates a second, times in ms.
CREATE TABLE measured_speeds (
  recipe_words TEXT NOT NULL,
  machines INTEGER NOT NULL CHECK (machines >= 1),
  tokens_per_second REAL CHECK (tokens_per_second > 0),
  first_token_ms REAL CHECK (first_token_ms >= 0),
  measured_at INTEGER,
  -- Why the last switch measured nothing; null where it did.
  skipped_why TEXT,
  skipped_at INTEGER,
  CHECK ((tokens_per_second IS NULL) = (measured_at IS NULL) AND (first_token_ms IS NULL) = (measured_at IS NULL)),
  CHECK ((skipped_why IS NULL) = (skipped_at IS NULL)),
  PRIMARY KEY (recipe_words, machines)
) STRICT, WITHOUT ROWID;
