// Shapes of who may come in, and of what was done.
import { z } from 'zod'
import { policies, scopes } from '../../domain/access.ts'
import { Time } from './shapes.ts'

export const Scope = z.enum(scopes)

export const AccessShape = z
  .object({
    policy: z.enum(policies).describe('In force now'),
    chosen: z.enum(policies).describe('As the setting says; on loopback without a password it is not in force'),
    sentence: z.string().describe('What that means, in words'),
    hasPassword: z.boolean(),
    you: z.object({
      kind: z.enum(['owner', 'key', 'nobody']),
      name: z.string().nullable(),
      may: z.array(Scope),
      address: z.string().nullable().describe('Where this request came from; null: not known'),
      near: z.boolean().describe('That is this computer or a private address'),
    }),
  })
  .meta({ id: 'Access' })
export type AccessView = z.output<typeof AccessShape>

export const SessionShape = z
  .object({
    id: z.string(),
    agent: z.string().describe('Kind of browser or program'),
    address: z.string().nullable(),
    how: z.enum(['password', 'code']),
    createdAt: Time,
    seenAt: Time.describe('To the minute'),
    until: Time.describe('Moves on with every use'),
    yours: z.boolean(),
  })
  .meta({ id: 'Session' })
export type SessionView = z.output<typeof SessionShape>

export const KeyShape = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().describe('How the key begins; the whole of it is shown once, when it is made'),
    scopes: z.array(Scope),
    createdAt: Time,
    expiresAt: Time.nullable(),
    expired: z.boolean(),
    usedAt: Time.nullable().describe('To the minute'),
    usedFrom: z.string().nullable(),
  })
  .meta({ id: 'Key' })
export type KeyView = z.output<typeof KeyShape>

export const AuditShape = z
  .object({
    id: z.int(),
    at: Time,
    who: z.string(),
    kind: z.enum(['owner', 'key', 'nobody']),
    address: z.string().nullable(),
    operation: z.string().describe('Id of the operation, or a page'),
    what: z.string().describe('In words'),
    subject: z.string(),
    outcome: z.enum(['done', 'refused', 'failed']),
    code: z.string().nullable(),
    times: z.int().describe('How many alike this row stands for'),
  })
  .meta({ id: 'AuditRow' })
export type AuditView = z.output<typeof AuditShape>
