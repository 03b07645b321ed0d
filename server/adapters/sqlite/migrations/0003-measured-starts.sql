-- What finished starts taught about memory, by the words of the recipe and the memory of the machines. Bytes.
CREATE TABLE measured_starts (
  recipe_words TEXT NOT NULL,
  memory_bytes INTEGER NOT NULL,
  peak_bytes INTEGER NOT NULL CHECK (peak_bytes >= 0),
  steady_bytes INTEGER NOT NULL CHECK (steady_bytes BETWEEN 0 AND peak_bytes),
  left_bytes INTEGER NOT NULL CHECK (left_bytes >= 0),
  starts INTEGER NOT NULL CHECK (starts >= 1),
  at INTEGER NOT NULL,
  PRIMARY KEY (recipe_words, memory_bytes)
) STRICT, WITHOUT ROWID;
