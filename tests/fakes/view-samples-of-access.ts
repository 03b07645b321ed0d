// Samples of access for the gallery.
import type { AccessView, AuditView, KeyView, SessionView } from '../../server/contract/operations/access-shapes.ts'
import { before } from './view-samples.ts'

export const access: AccessView = {
  policy: 'household',
  chosen: 'household',
  sentence: 'Everybody at home sees this appliance and may use the models. Changing something needs your sign-in.',
  hasPassword: true,
  you: { kind: 'owner', name: 'owner', may: ['see', 'use', 'switch', 'operate'], address: '192.0.2.9', near: true },
}

const session: SessionView = {
  id: 's1a2b3c4d5e6',
  agent: 'Firefox on Linux',
  address: '192.0.2.9',
  how: 'password',
  createdAt: before(864_000),
  seenAt: before(40),
  until: before(-2_592_000),
  yours: true,
}
export const sessions: readonly SessionView[] = [
  session,
  { ...session, id: 's2b3c4d5e6f7', agent: 'Safari on iOS', address: '192.0.2.31', seenAt: before(7200), yours: false },
  { ...session, id: 's3c4d5e6f7a8', agent: 'curl', address: null, how: 'code', seenAt: before(259_200), yours: false },
]

const key: KeyView = {
  id: 'k1a2b3c4d5e6',
  name: 'Notes app',
  prefix: 'sk-spark-k1a2b3c4d5e6',
  scopes: ['use'],
  createdAt: before(864_000),
  expiresAt: before(-6_912_000),
  expired: false,
  usedAt: before(180),
  usedFrom: '192.0.2.14',
}
export const keys: readonly KeyView[] = [
  key,
  { ...key, id: 'k2', name: 'Nightly transcripts', prefix: 'sk-spark-k2b3c4d5e6f7', scopes: ['see', 'use', 'switch'], expiresAt: null },
  {
    ...key,
    id: 'k3',
    name: 'Old dashboard',
    prefix: 'sk-spark-k3c4d5e6f7a8',
    scopes: ['see'],
    expired: true,
    usedAt: null,
    usedFrom: null,
    expiresAt: before(86_400),
  },
]
export const madeKey = { key: { ...key, usedAt: null, usedFrom: null }, token: `sk-spark-k1a2b3c4d5e6-${'5f0c9e7a'.repeat(8)}` }

const row: AuditView = {
  id: 9,
  at: before(60),
  who: 'owner',
  kind: 'owner',
  address: '192.0.2.9',
  operation: 'swaps.start',
  what: 'Switch to a model',
  subject: 'RedHatAI/Qwen3.6-35B-A3B-NVFP4',
  outcome: 'done',
  code: null,
  times: 1,
}
export const audit: readonly AuditView[] = [
  row,
  {
    ...row,
    id: 8,
    at: before(500),
    who: 'Nightly transcripts',
    kind: 'key',
    address: '192.0.2.14',
    outcome: 'failed',
    code: 'swap_running',
  },
  {
    ...row,
    id: 7,
    at: before(900),
    who: 'not signed in',
    kind: 'nobody',
    address: '203.0.113.9',
    operation: 'engine.stop',
    what: 'Stop the model',
    subject: '',
    outcome: 'refused',
    code: 'sign_in_needed',
    times: 38,
  },
  {
    ...row,
    id: 6,
    at: before(4000),
    operation: 'settings.change',
    what: 'Change a setting',
    subject: 'engine.port',
  },
]
