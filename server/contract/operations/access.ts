// Getting in, and who may: sign-in, password, sessions, keys, and the record of what was done.
import { z } from 'zod'
import { scopes } from '../../domain/access.ts'
import { operation } from '../define.ts'
import { AccessShape, AuditShape, KeyShape, Scope, SessionShape } from './access-shapes.ts'
import { Id, Time } from './shapes.ts'

const Secret = z.string().max(1000)
const SignedIn = z.object({ token: z.string().describe('Sent as Authorization: Bearer; shown once'), until: Time })
const signedInSample = { token: 'spark-session-a1b2c3d4e5f6-5f0c', until: '2026-02-01T00:00:00.000Z' }

const keySample = {
  id: 'k1a2b3c4d5e6',
  name: 'Notes app',
  prefix: 'sk-spark-k1a2b3c4d5e6',
  scopes: ['use' as const],
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2026-04-01T00:00:00.000Z',
  expired: false,
  usedAt: '2026-01-05T14:29:00.000Z',
  usedFrom: '192.0.2.9',
}
const sessionSample = {
  id: 's1a2b3c4d5e6',
  agent: 'Firefox on Linux',
  address: '192.0.2.9',
  how: 'password' as const,
  createdAt: '2026-01-01T00:00:00.000Z',
  seenAt: '2026-01-05T14:29:00.000Z',
  until: '2026-02-04T14:29:00.000Z',
  yours: true,
}

export const accessOperations = {
  'access.find': operation({
    kind: 'json',
    method: 'get',
    path: '/api/access',
    summary: 'Which policy is in force, and what you may do',
    description:
      'For programs that want to check their key, and for whoever sets up a proxy: it says which address this request came from.',
    input: {},
    output: AccessShape,
    status: 200,
    errors: [],
    right: 'anyone',
    risk: 'read',
    examples: [
      {
        title: 'with a key',
        out: {
          policy: 'household',
          chosen: 'household',
          sentence: 'Everybody at home sees this appliance and may use the models. Changing something needs your sign-in.',
          hasPassword: true,
          you: { kind: 'key', name: 'Notes app', may: ['see', 'use'], address: '192.0.2.9', near: true },
        },
      },
    ],
  }),
  'access.signIn': operation({
    kind: 'json',
    method: 'post',
    path: '/api/session',
    summary: 'Sign in as the owner',
    description:
      'With the password; before there is one, with the set-up code that the server prints when it starts. The answer also sets a cookie. Programs use an API key instead.',
    input: {
      body: z
        .strictObject({ password: Secret.optional(), code: Secret.optional() })
        .refine((body) => (body.password === undefined) !== (body.code === undefined), 'password or code is needed, and one alone'),
    },
    output: SignedIn,
    status: 201,
    errors: ['invalid_request', 'sign_in_wrong', 'too_many_tries'],
    right: 'anyone',
    risk: 'mutating',
    examples: [{ title: 'the code as printed', in: { code: 'a1b2-c3d4-e5f6' }, out: signedInSample }],
  }),
  'access.signOut': operation({
    kind: 'json',
    method: 'delete',
    path: '/api/session',
    summary: 'Sign out: end the session that is sent',
    input: {},
    output: z.object({ ended: z.int() }),
    status: 200,
    errors: [],
    right: 'anyone',
    risk: 'mutating',
    examples: [{ title: 'signed out', out: { ended: 1 } }],
  }),
  'access.setPassword': operation({
    kind: 'json',
    method: 'put',
    path: '/api/password',
    summary: "Choose or change the owner's password",
    description: 'Every other session ends. `current` is needed where there is a password, but for the command line on the appliance.',
    input: { body: z.strictObject({ password: Secret, current: Secret.optional() }) },
    output: SignedIn,
    status: 200,
    errors: ['invalid_request', 'password_unusable', 'sign_in_wrong', 'too_many_tries'],
    right: 'operate',
    ownerOnly: true,
    risk: 'mutating',
    examples: [{ title: 'the first one', in: { password: 'four words in a row' }, out: signedInSample }],
  }),
  'sessions.list': operation({
    kind: 'json',
    method: 'get',
    path: '/api/sessions',
    summary: 'Where the owner is signed in',
    input: {},
    output: z.object({ sessions: z.array(SessionShape) }),
    status: 200,
    errors: [],
    right: 'operate',
    ownerOnly: true,
    risk: 'read',
    examples: [{ title: 'all', out: { sessions: [sessionSample] } }],
  }),
  'sessions.end': operation({
    kind: 'json',
    method: 'delete',
    path: '/api/sessions/:id',
    summary: 'End one session at once',
    input: { params: z.object({ id: Id }) },
    output: z.object({ ended: z.int() }),
    status: 200,
    errors: ['invalid_request', 'not_found'],
    right: 'operate',
    ownerOnly: true,
    risk: 'mutating',
    examples: [{ title: 'one', params: { id: 's1a2b3c4d5e6' }, out: { ended: 1 } }],
  }),
  'sessions.endOthers': operation({
    kind: 'json',
    method: 'delete',
    path: '/api/sessions',
    summary: 'End every session but your own',
    input: {},
    output: z.object({ ended: z.int() }),
    status: 200,
    errors: [],
    right: 'operate',
    ownerOnly: true,
    risk: 'mutating',
    examples: [{ title: 'two others', out: { ended: 2 } }],
  }),
  'keys.list': operation({
    kind: 'json',
    method: 'get',
    path: '/api/keys',
    summary: 'API keys: whose they are, what they may do, when they were used',
    input: {},
    output: z.object({ keys: z.array(KeyShape) }),
    status: 200,
    errors: [],
    right: 'operate',
    ownerOnly: true,
    risk: 'read',
    examples: [{ title: 'all', out: { keys: [keySample] } }],
  }),
  'keys.create': operation({
    kind: 'json',
    method: 'post',
    path: '/api/keys',
    summary: 'Make an API key for an app',
    description:
      'The key is in this answer and nowhere else. Scopes: `see`, `use` (/v1), `switch` (ask for another model, with no flags of its own), `operate`. Apps send it as `Authorization: Bearer` or `X-Api-Key`.',
    input: {
      body: z.strictObject({
        name: z.string().trim().min(1).max(60),
        scopes: z.array(Scope).min(1).max(scopes.length),
        days: z.int().min(1).max(3650).nullable().default(null).describe('Until it expires; null: never'),
      }),
    },
    output: z.object({ key: KeyShape, token: z.string().describe('The key itself, shown this once') }),
    status: 201,
    errors: ['invalid_request', 'key_name_taken'],
    right: 'operate',
    ownerOnly: true,
    risk: 'mutating',
    examples: [
      {
        title: 'for an app that talks to the model',
        in: { name: 'Notes app', scopes: ['use'], days: 90 },
        out: { key: { ...keySample, usedAt: null, usedFrom: null }, token: 'sk-spark-k1a2b3c4d5e6-5f0c' },
      },
    ],
  }),
  'keys.revoke': operation({
    kind: 'json',
    method: 'delete',
    path: '/api/keys/:id',
    summary: 'Revoke an API key at once',
    description: 'Also for answers and streams that are open.',
    input: { params: z.object({ id: Id }) },
    output: z.object({ revoked: z.int() }),
    status: 200,
    errors: ['invalid_request', 'not_found'],
    right: 'operate',
    ownerOnly: true,
    risk: 'mutating',
    examples: [{ title: 'one', params: { id: 'k1a2b3c4d5e6' }, out: { revoked: 1 } }],
  }),
  'audit.list': operation({
    kind: 'json',
    method: 'get',
    path: '/api/audit',
    summary: 'What was done and what was refused: who, what, from where',
    description: 'Newest first. The newest 5,000 acts and the newest 1,000 refusals are kept.',
    input: {
      query: z.object({
        before: z.coerce.number().int().min(1).optional(),
        limit: z.coerce.number().int().min(1).max(500).default(100),
      }),
    },
    output: z.object({ rows: z.array(AuditShape), next: z.string().optional() }),
    status: 200,
    errors: ['invalid_request'],
    right: 'operate',
    risk: 'read',
    examples: [
      {
        title: 'the newest',
        query: { limit: '1' },
        out: {
          rows: [
            {
              id: 7,
              at: '2026-01-05T14:29:00.000Z',
              who: 'owner',
              kind: 'owner',
              address: '192.0.2.9',
              operation: 'swaps.start',
              what: 'Switch to a model',
              subject: 'Qwen/Qwen3-8B',
              outcome: 'done',
              code: null,
              times: 1,
            },
          ],
          next: '7',
        },
      },
    ],
  }),
}
