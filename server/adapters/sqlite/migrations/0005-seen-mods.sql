-- Files of the mods that the owner saw when they said yes to a recipe: SHA-256 by path, so that a later question can name what changed.
ALTER TABLE recipe_confirmations ADD COLUMN seen TEXT NOT NULL DEFAULT '{}';
