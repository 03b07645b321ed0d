// What a machine is asked beside the list of them: the slower look, dropping caches, updating the launcher.
import { z } from 'zod'
import { operation } from '../define.ts'
import { Dropped } from './machine-fact-shapes.ts'
import { reach } from './reach.ts'
import { machineSample } from './samples.ts'
import { Machine, Of } from './shapes.ts'

const Lock = { lockToken: z.string().max(200).optional(), breakLock: z.boolean().optional(), by: z.string().max(100).optional() }
const lock = ['swap_running', 'swap_locked', 'lock_turn', 'lock_token_wrong', 'lock_ended', 'fence_refused'] as const

const LauncherChanges = z
  .object({
    machine: z.string(),
    path: z.string(),
    head: z.string().describe('Commit the launcher is at'),
    target: z.string().nullable().describe('Commit an update would bring; null: its origin could not be reached'),
    commits: z.array(z.object({ id: z.string(), date: z.string(), subject: z.string() })).describe('Newest first, at most fifty'),
    refusal: z
      .object({ why: z.string(), unblock: z.string() })
      .nullable()
      .describe('Why it cannot be updated now; null: nothing is in the way'),
  })
  .meta({ id: 'LauncherChanges' })
export type LauncherChangesView = z.output<typeof LauncherChanges>
const LauncherUpdated = z.object({ machine: z.string(), from: z.string(), to: z.string() })
export type LauncherUpdatedView = z.output<typeof LauncherUpdated>

const from = '013cd2e0000000000000000000000000000000aa'
const to = '9a8b7c60000000000000000000000000000000bb'

export const machineActOperations = {
  'machines.inspect': operation({
    kind: 'json',
    method: 'post',
    path: '/api/machines/:id/inspection',
    summary: 'Look now at what changes seldom: images, the launcher’s origin, the sudo line, the cable',
    input: { params: Of },
    output: Machine,
    status: 200,
    errors: ['invalid_request', 'not_found', ...reach],
    right: 'operate',
    risk: 'read',
    examples: [{ title: 'look now', params: { id: machineSample.id }, out: machineSample }],
  }),
  'machines.dropCaches': operation({
    kind: 'json',
    method: 'post',
    path: '/api/machines/:id/caches/drop',
    summary: 'Let a machine give back the memory it holds for files',
    description: 'Takes the lock. Refused while a switch runs or a model loads, and where the one line in sudoers is not installed.',
    input: { params: Of, body: z.strictObject(Lock).optional() },
    output: Dropped,
    status: 200,
    errors: ['invalid_request', 'not_found', 'caches_not_allowed', 'model_is_loading', 'machine_act_failed', ...lock, ...reach],
    right: 'operate',
    risk: 'disruptive',
    examples: [
      {
        title: 'before a large model',
        params: { id: machineSample.id },
        out: {
          at: '2026-01-01T00:00:00.000Z',
          freeBefore: 9_000_000_000,
          freeAfter: 70_000_000_000,
          filesBefore: 63_000_000_000,
          filesAfter: 2_000_000_000,
          sentence: '70 GB are free now, 9.0 GB were before.',
        },
      },
    ],
  }),
  'machines.launcherChanges': operation({
    kind: 'json',
    method: 'post',
    path: '/api/machines/:id/launcher/changes',
    summary: 'What an update of the launcher would bring; the checkout stays as it is',
    input: { params: Of },
    output: LauncherChanges,
    status: 200,
    errors: ['invalid_request', 'not_found', 'launcher_update_refused', ...reach],
    right: 'operate',
    risk: 'read',
    examples: [
      {
        title: 'two commits',
        params: { id: machineSample.id },
        out: {
          machine: machineSample.id,
          path: '/home/alice/spark-vllm-docker',
          head: from,
          target: to,
          commits: [{ id: to, date: '2026-11-01', subject: 'Pull a newer image by default' }],
          refusal: null,
        },
      },
    ],
  }),
  'machines.updateLauncher': operation({
    kind: 'json',
    method: 'post',
    path: '/api/machines/:id/launcher/update',
    summary: 'Take over exactly the commit that was shown, where that is simply forward',
    description: 'Takes the lock. Refused while files of the checkout are changed, and when its origin went on since it was shown.',
    input: {
      params: Of,
      body: z.strictObject({ commit: z.string().regex(/^[0-9a-f]{40}$/, 'a commit of 40 hex digits is needed'), ...Lock }),
    },
    output: LauncherUpdated,
    status: 200,
    errors: [
      'invalid_request',
      'not_found',
      'launcher_update_refused',
      'launcher_changed_meanwhile',
      'machine_act_failed',
      ...lock,
      ...reach,
    ],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'update', params: { id: machineSample.id }, in: { commit: to }, out: { machine: machineSample.id, from, to } }],
  }),
}
