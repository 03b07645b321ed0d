import { z } from 'zod'
import { operation } from '../define.ts'
import { reachOfThis } from './reach.ts'
import { machineSample } from './samples.ts'
import { Machine, Of, SurveyShape } from './shapes.ts'

const absolutePath = z
  .string()
  .max(1000)
  .regex(/^\/[^\0\n\r]*$/, 'an absolute path is needed')
const Edit = z.strictObject({
  name: z.string().trim().min(1).max(60).optional(),
  address: z.string().max(100).optional(),
  port: z.int().min(1).max(65535).optional(),
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/i, 'a user name of letters, digits, - and _ is needed')
    .optional(),
  fabricAddress: z.union([z.ipv4(), z.null()]).optional(),
  launcherPath: absolutePath.nullable().optional(),
  cachePath: absolutePath.nullable().optional(),
  modelFolders: z.array(absolutePath).max(20).optional(),
})

export const machineOperations = {
  'machines.list': operation({
    kind: 'json',
    method: 'get',
    path: '/api/machines',
    summary: 'Every machine and what it last said',
    input: {},
    output: z.object({
      machines: z.array(Machine),
      agreements: z
        .array(z.object({ code: z.string(), agree: z.boolean(), sentence: z.string() }).meta({ id: 'Agreement' }))
        .describe('Do the machines have the same images and launchers?'),
    }),
    status: 200,
    errors: [],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'all', out: { machines: [machineSample], agreements: [] } }],
  }),
  'machines.publicKey': operation({
    kind: 'json',
    method: 'get',
    path: '/api/machines/public-key',
    summary: 'The public key a machine must accept',
    input: {},
    output: z.object({ publicKey: z.string() }),
    status: 200,
    errors: [],
    right: 'operate',
    risk: 'read',
    examples: [{ title: 'the key', out: { publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 spark-control' } }],
  }),
  'machines.add': operation({
    kind: 'json',
    method: 'post',
    path: '/api/machines',
    summary: 'Add a machine',
    input: { body: Edit.extend({ address: z.string().max(100), user: Edit.shape.user.unwrap() }) },
    output: Machine,
    status: 201,
    errors: ['invalid_request', 'address_not_ip', 'machine_exists', 'machine_is_another'],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'add', in: { address: '192.0.2.20', user: 'alice' }, out: machineSample }],
  }),
  'machines.find': operation({
    kind: 'json',
    method: 'get',
    path: '/api/machines/:id',
    summary: 'One machine',
    input: { params: Of },
    output: Machine,
    status: 200,
    errors: ['invalid_request', 'not_found'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'one', params: { id: machineSample.id }, out: machineSample }],
  }),
  'machines.edit': operation({
    kind: 'json',
    method: 'put',
    path: '/api/machines/:id',
    summary: 'Change what is known of a machine',
    input: { params: Of, body: Edit },
    output: Machine,
    status: 200,
    errors: ['invalid_request', 'not_found', 'address_not_ip', 'machine_exists', 'machine_in_use'],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'another name', params: { id: machineSample.id }, in: { name: 'spark-1' }, out: machineSample }],
  }),
  'machines.remove': operation({
    kind: 'json',
    method: 'delete',
    path: '/api/machines/:id',
    summary: 'Forget a machine; nothing on it is touched',
    input: { params: Of },
    output: z.object({ removed: z.literal(true) }),
    status: 200,
    errors: ['invalid_request', 'not_found', 'machine_in_use'],
    right: 'operate',
    risk: 'destructive',
    examples: [{ title: 'forget it', params: { id: machineSample.id }, out: { removed: true } }],
  }),
  'machines.check': operation({
    kind: 'json',
    method: 'post',
    path: '/api/machines/:id/check',
    summary: 'Look at a machine now',
    input: { params: Of },
    output: Machine,
    status: 200,
    errors: ['invalid_request', 'not_found', ...reachOfThis],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'look now', params: { id: machineSample.id }, out: machineSample }],
  }),
  'machines.survey': operation({
    kind: 'json',
    method: 'post',
    path: '/api/machines/:id/survey',
    summary: 'The set-up check: what is there and what mends the rest',
    input: { params: Of },
    output: SurveyShape,
    status: 200,
    errors: ['invalid_request', 'not_found', ...reachOfThis],
    right: 'operate',
    risk: 'read',
    examples: [
      {
        title: 'set-up check',
        params: { id: machineSample.id },
        out: {
          machine: machineSample.id,
          rows: [
            {
              id: 'docker',
              title: 'Docker',
              state: 'missing',
              sentence: 'alice may not use docker without sudo.',
              mend: 'sudo usermod -aG docker alice',
            },
          ],
          peers: ['192.0.2.121'],
        },
      },
    ],
  }),
  'machines.acceptHostKey': operation({
    kind: 'json',
    method: 'post',
    path: '/api/machines/:id/host-key',
    summary: 'Accept a changed host key',
    input: { params: Of, body: z.strictObject({ fingerprint: z.string().max(100) }) },
    output: Machine,
    status: 200,
    errors: ['invalid_request', 'not_found', 'host_key_changed', 'machine_is_another', 'machine_unreachable', 'machine_timeout'],
    right: 'operate',
    risk: 'destructive',
    examples: [
      {
        title: 'it was reinstalled',
        params: { id: machineSample.id },
        in: { fingerprint: 'SHA256:3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
        out: machineSample,
      },
    ],
  }),
}
