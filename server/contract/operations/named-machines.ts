// Machines that need an address before they are looked at.
import { z } from 'zod'
import { operation } from '../define.ts'
import { NamedMachineShape, namedMachineSample } from './named-machine-shapes.ts'
import { machineSample } from './samples.ts'
import { Machine, Of } from './shapes.ts'

export const namedMachineOperations = {
  'namedMachines.list': operation({
    kind: 'json',
    method: 'get',
    path: '/api/named-machines',
    summary: 'Machines of an earlier installation that need an address; they are never contacted',
    input: {},
    output: z.object({ namedMachines: z.array(NamedMachineShape) }),
    status: 200,
    errors: [],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'one', out: { namedMachines: [namedMachineSample] } }],
  }),
  'namedMachines.place': operation({
    kind: 'json',
    method: 'post',
    path: '/api/named-machines/:id/address',
    summary: 'Say where it is; it becomes a machine',
    input: {
      params: Of,
      body: z.strictObject({
        address: z.string().max(100),
        user: z
          .string()
          .regex(/^[a-z_][a-z0-9_-]{0,31}$/i, 'a user name of letters, digits, - and _ is needed')
          .optional(),
      }),
    },
    output: Machine,
    status: 201,
    errors: ['not_found', 'invalid_request', 'address_not_ip', 'machine_exists', 'machine_is_another'],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'its address', params: { id: namedMachineSample.id }, in: { address: '192.0.2.20' }, out: machineSample }],
  }),
  'namedMachines.forget': operation({
    kind: 'json',
    method: 'delete',
    path: '/api/named-machines/:id',
    summary: 'Take it off the list',
    input: { params: Of },
    output: z.object({ ok: z.literal(true) }),
    status: 200,
    errors: ['not_found', 'invalid_request'],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'gone', params: { id: namedMachineSample.id }, out: { ok: true } }],
  }),
}
