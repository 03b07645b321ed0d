// Pages of bots in their states.
import { tellError } from '../../server/contract/errors.ts'
import { type BotView, botHistorySample, botSample } from '../../server/contract/operations/bot-shapes.ts'
import { BotPage } from '../../web/views/pages/bot.tsx'
import { NewBotPage } from '../../web/views/pages/bot-form.tsx'
import { ServicesPage } from '../../web/views/pages/services.tsx'
import type { Exhibit } from './exhibit.ts'

const now = Date.parse('2026-01-01T00:00:10.000Z')
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO spark-control'
const machines = [
  { id: 'm1a2b3c4d5e6', name: 'spark-1' },
  { id: 'm2b3c4d5e6f7', name: 'spark-2' },
]
const act = {
  id: 'update-1',
  kind: 'update',
  phase: 'fetch',
  percent: 43,
  requestedBy: 'owner',
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: null,
} as const
const running = { ...act, state: 'running', sentence: 'Fetching what is new: receiving, 43 %.' } as const
const { happened, now: truth, next } = tellError('machine_refused_key', { machine: 'spark-1', user: 'bridge' })
const refused = { code: 'machine_refused_key', happened, now: truth, next }
const named = (name: string, more: Partial<BotView>): BotView => ({ ...botSample, id: name, name, ...more })
const none = { changes: [], acts: [] }
const exhibit = (name: string, more: Partial<BotView>, history = none as typeof botHistorySample): Exhibit => ({
  name,
  place: 'services',
  body: <BotPage bot={{ ...botSample, ...more }} history={history} machines={machines} now={now} publicKey={publicKey} />,
})
const busy = tellError('bot_exists', { name: 'Matrix bridge', where: 'matrix-bridge.service of bridge on spark-1' })

export const botExhibits: readonly Exhibit[] = [
  exhibit('bot', {}, botHistorySample),
  exhibit('bot-updating', { act: running }),
  exhibit(
    'bot-update-failed',
    {
      act: {
        ...act,
        id: 'update-a1b2c3d4e5f6',
        state: 'failed',
        percent: null,
        endedAt: '2026-01-01T00:00:08.000Z',
        sentence: 'What is new could not be fetched. The version that ran before runs on, untouched.',
      },
    },
    botHistorySample,
  ),
  exhibit('bot-stopped', {
    state: 'stopped',
    sentence: 'It ended with an error on spark-1: failed (failed).',
    folder: null,
    version: null,
    heal: 'auto',
  }),
  exhibit('bot-refused', { state: 'unreachable', sentence: happened, trouble: refused }),
  exhibit('bot-without-user', {
    user: '',
    watched: false,
    state: 'unknown',
    sentence: 'It has no user yet, so it is not looked at.',
    version: null,
    observedAt: null,
  }),
  {
    name: 'bot-new-refused',
    place: 'services',
    body: (
      <NewBotPage
        machines={machines}
        publicKey={publicKey}
        typed={{ name: 'Clerk', user: 'bridge', unit: 'matrix-bridge.service' }}
        trouble={busy}
      />
    ),
  },
  {
    name: 'bots',
    place: 'services',
    body: (
      <ServicesPage
        services={[]}
        now={now}
        bots={[
          botSample,
          named('Clerk', { user: 'clerk', act: running }),
          named('Weather', {
            user: 'weather',
            state: 'stopped',
            sentence: 'It ended with an error on spark-1: exited (1).',
            version: null,
          }),
          named('Door', { user: 'door', state: 'degraded', sentence: 'It does not stay up on spark-1: it starts again and again.' }),
          named('Spare', { user: '', watched: false, state: 'unknown', sentence: 'It has no user yet, so it is not looked at.' }),
        ]}
      />
    ),
  },
]
