-- Every version of the owner's recipes, as it was saved. A row is never changed but for `settled`, and never removed once settled.
CREATE TABLE recipe_versions (
  recipe TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  model TEXT NOT NULL,
  title TEXT NOT NULL,
  -- The file's text; of a removal the text that was removed.
  text TEXT NOT NULL,
  gone INTEGER NOT NULL CHECK (gone IN (0, 1)),
  came_from INTEGER,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  -- 1: the file in the owner's folder says the same. 0: it was about to be written when this life ended, and is written at the next start.
  settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
  PRIMARY KEY (recipe, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX recipe_versions_by_model ON recipe_versions(model);

-- What is being written: kept from the first key on. `content` holds the steps that undo goes through.
CREATE TABLE recipe_drafts (
  id TEXT PRIMARY KEY,
  model TEXT NOT NULL,
  content TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX recipe_drafts_by_model ON recipe_drafts(model);
