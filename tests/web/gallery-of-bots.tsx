// Pages of bots in their states.
import { tellError } from '../../server/contract/errors.ts'
import { type BotView, botSample } from '../../server/contract/operations/bots.ts'
import { BotPage } from '../../web/views/pages/bot.tsx'
import type { Exhibit } from './exhibit.ts'

const now = Date.parse('2026-01-01T00:00:10.000Z')
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO spark-control'
const act = { id: 'update-1', kind: 'update', phase: 'fetch', percent: 43, line: null } as const
const { happened, now: truth, next } = tellError('machine_refused_key', { machine: 'spark-1', user: 'bridge' })
const refused = { code: 'machine_refused_key', happened, now: truth, next }
const exhibit = (name: string, more: Partial<BotView>): Exhibit => ({
  name,
  place: 'machines',
  body: <BotPage bot={{ ...botSample, name: 'Matrix bridge', ...more }} now={now} publicKey={publicKey} />,
})

export const botExhibits: readonly Exhibit[] = [
  exhibit('bot', {}),
  exhibit('bot-updating', { act: { ...act, state: 'running', sentence: 'Fetching what is new: receiving, 43 %.' } }),
  exhibit('bot-update-failed', {
    act: {
      ...act,
      state: 'failed',
      percent: null,
      sentence: 'What is new could not be fetched. The version that ran before runs on, untouched.',
      line: "fatal: unable to access 'https://example.org/bridge.git/': Could not resolve host: example.org",
    },
  }),
  exhibit('bot-stopped', { state: 'stopped', sentence: 'It does not run on spark-1: failed (failed).', folder: null, version: null }),
  exhibit('bot-refused', { state: 'unreachable', sentence: happened, trouble: refused }),
]
