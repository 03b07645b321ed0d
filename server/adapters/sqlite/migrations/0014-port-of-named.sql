-- Where SSH listens on a machine of which only a name is known.
ALTER TABLE named_machines ADD COLUMN port INTEGER NOT NULL DEFAULT 22 CHECK (port BETWEEN 1 AND 65535);
