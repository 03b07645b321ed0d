// The bot of settings becomes the first row of bots, whatever was set of it.
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { readMigrations, shippedSteps } from '../../server/adapters/sqlite/migrate.ts'

/** A database of the version before, with these settings, as it is after the step. */
function migrated(settings: Readonly<Record<string, unknown>>): Database.Database {
  const db = new Database(':memory:')
  const steps = readMigrations(shippedSteps)
  const at = steps.findIndex(({ name }) => name.includes('bots'))
  for (const { sql } of steps.slice(0, at)) db.exec(sql)
  db.prepare(
    "INSERT INTO machines (id, name, address, port, user, model_folders, added_at) VALUES ('m1a2b3c4d5e6', 'spark-2', '192.0.2.20', 22, 'alice', '[]', 1)",
  ).run()
  const set = db.prepare("INSERT INTO settings (key, value, version, set_at, set_by) VALUES (?, ?, 1, 7, 'owner')")
  for (const [key, value] of Object.entries(settings)) set.run(key, value === undefined ? null : JSON.stringify(value))
  for (const { sql } of steps.slice(at)) db.exec(sql)
  return db
}
const botsOf = (db: Database.Database): unknown[] =>
  db
    .prepare<[], { content: string }>('SELECT content FROM bots')
    .all()
    .map(({ content }) => JSON.parse(content) as unknown)

const whole = {
  'bot.user': 'bridge',
  'bot.machine': 'spark-2',
  'bot.name': 'Matrix bridge',
  'bot.runs': 'container',
  'bot.unit': 'bridge',
  'bot.folder': '/home/bridge/bot',
  'bot.restartWords': ['start-bot', '--now'],
}
const row = {
  id: 'main',
  name: 'Matrix bridge',
  machine: 'm1a2b3c4d5e6',
  user: 'bridge',
  folder: '/home/bridge/bot',
  runs: 'container',
  unit: 'bridge',
  restartWords: ['start-bot', '--now'],
  heal: 'manual',
  addedAt: 7,
}

test('all that was set is in the row, and is no setting any more', () => {
  const db = migrated({ ...whole, 'models.scanSeconds': 31 })
  expect(botsOf(db)).toEqual([row])
  expect(db.prepare('SELECT key FROM settings').pluck().all()).toEqual(['models.scanSeconds'])
  expect(db.prepare('SELECT name FROM taken_seeds').pluck().all()).toEqual(['MATRIX_BRIDGE_USER'])
})

test.each([
  [{ 'bot.user': 'bridge' }, { machine: null, name: 'Bot', runs: 'unit', unit: 'matrix-bridge.service', folder: null, restartWords: [] }],
  [{ ...whole, 'bot.machine': '' }, { machine: null }],
  [{ ...whole, 'bot.machine': 'm1a2b3c4d5e6' }, { machine: 'm1a2b3c4d5e6' }],
  [{ ...whole, 'bot.machine': 'gone' }, { machine: 'gone' }],
  [{ ...whole, 'bot.user': '' }, { user: '' }],
  [{ ...whole, 'bot.folder': '' }, { folder: null }],
])('%j is carried over', (settings, part) => {
  expect(botsOf(migrated(settings))).toMatchObject([part])
})

test('where nothing was set there is none', () => {
  expect(botsOf(migrated({}))).toEqual([])
  expect(botsOf(migrated({ 'bot.user': undefined }))).toEqual([])
})
