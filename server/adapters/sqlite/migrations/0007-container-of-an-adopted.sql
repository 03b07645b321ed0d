-- The container an adopted engine was seen in: another name in the settings does not rename it, and another's is never taken for it.
ALTER TABLE serving ADD COLUMN container_name TEXT;
