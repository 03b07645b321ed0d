-- Programs of other users on the machines. What only the app reads is in `content`.
CREATE TABLE bots (
  id TEXT PRIMARY KEY,
  content TEXT NOT NULL,
  added_at INTEGER NOT NULL
) STRICT;
-- When the word for a bot changed; the newest 200 of each are kept.
CREATE TABLE bot_changes (
  id INTEGER PRIMARY KEY,
  bot TEXT NOT NULL REFERENCES bots(id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  sentence TEXT NOT NULL
) STRICT;
CREATE INDEX bot_changes_of ON bot_changes(bot, id);
-- Updates and restarts; the newest 50 of each bot are kept.
CREATE TABLE bot_acts (
  id TEXT PRIMARY KEY,
  bot TEXT NOT NULL REFERENCES bots(id) ON DELETE CASCADE,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  content TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_live_bot_act ON bot_acts(bot) WHERE ended_at IS NULL;
CREATE INDEX bot_acts_of ON bot_acts(bot, started_at);
-- The one bot that was made of settings becomes the first row, under the id it had. A machine was named by its name or id, or was
-- the first in the list (null); one that is not there stays named, so that no other one is taken for it.
INSERT INTO bots (id, content, added_at)
SELECT 'main', json_object(
    'id', 'main',
    'name', coalesce((SELECT json_extract(value, '$') FROM settings WHERE key = 'bot.name'), 'Bot'),
    'machine', (SELECT coalesce((SELECT id FROM machines WHERE named IN (name, id) LIMIT 1), nullif(named, ''))
      FROM (SELECT json_extract(value, '$') AS named FROM settings WHERE key = 'bot.machine')),
    'user', coalesce((SELECT json_extract(value, '$') FROM settings WHERE key = 'bot.user'), ''),
    'folder', nullif((SELECT json_extract(value, '$') FROM settings WHERE key = 'bot.folder'), ''),
    'runs', coalesce((SELECT json_extract(value, '$') FROM settings WHERE key = 'bot.runs'), 'unit'),
    'unit', coalesce((SELECT json_extract(value, '$') FROM settings WHERE key = 'bot.unit'), 'matrix-bridge.service'),
    'restartWords', json(coalesce((SELECT value FROM settings WHERE key = 'bot.restartWords'), '[]')),
    'heal', 'manual',
    'addedAt', (SELECT max(set_at) FROM settings WHERE key GLOB 'bot.*')
  ), (SELECT max(set_at) FROM settings WHERE key GLOB 'bot.*')
WHERE EXISTS (SELECT 1 FROM settings WHERE key GLOB 'bot.*' AND value IS NOT NULL);
-- What the environment of an earlier installation named is in that row already.
INSERT OR IGNORE INTO taken_seeds (name, value, taken_at) SELECT 'MATRIX_BRIDGE_USER', '', added_at FROM bots;
DELETE FROM settings WHERE key GLOB 'bot.*';
