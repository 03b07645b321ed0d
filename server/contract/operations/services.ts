import { z } from 'zod'
import { serviceKinds } from '../../domain/service.ts'
import { serviceActKinds } from '../../domain/service-act.ts'
import { operation } from '../define.ts'
import { reachOfThis } from './reach.ts'
import { serviceActSample, serviceCandidateSample, serviceHistorySample, serviceSample, serviceTrialSample } from './service-samples.ts'
import { Service, ServiceAct, ServiceCandidate, ServiceHistory, ServiceTrial } from './service-shapes.ts'
import { Id, Of } from './shapes.ts'

const container = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'a container name of letters, digits, _ . and - is needed')
  .describe('The only container that is ever touched for it')
const path = z
  .string()
  .max(200)
  .regex(/^\/[A-Za-z0-9_./~%=&?-]*$/, 'a path such as /health is needed')
const program = z
  .string()
  .max(400)
  .regex(/^\/[A-Za-z0-9_./@+-]*[A-Za-z0-9_@+-]$/, 'the absolute path of a program is needed, without words after it')
  .describe('Runs on the machine as its user, without words of its own')

const Edit = z.strictObject({
  name: z.string().trim().min(1).max(60).optional(),
  machine: Id.nullable().optional().describe('Null: known by its address alone, and only looked at'),
  address: z.string().max(253).nullable().optional().describe('Address or name on your network, only without a machine'),
  secure: z.boolean().optional().describe('Asked by https, only without a machine'),
  port: z.int().min(1).max(65535).optional(),
  container: container.nullable().optional(),
  path: path.nullable().optional().describe('Asked after its health; null: the usual one'),
  enabled: z.boolean().optional(),
  heal: z.enum(['auto', 'manual']).optional(),
  mayShed: z.boolean().optional(),
  footprintBytes: z.number().min(0).max(1e12).nullable().optional().describe('What it holds once it is loaded, bytes; null: the usual'),
  updateProgram: program.nullable().optional(),
})

export const serviceOperations = {
  'services.list': operation({
    kind: 'json',
    method: 'get',
    path: '/api/services',
    summary: 'Every service beside the model, and how it is',
    input: {},
    output: z.object({ services: z.array(Service) }),
    status: 200,
    errors: [],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'all', out: { services: [serviceSample] } }],
  }),
  'services.add': operation({
    kind: 'json',
    method: 'post',
    path: '/api/services',
    summary: 'Add a service; nothing on its machine is touched',
    input: { body: Edit.extend({ kind: z.enum(serviceKinds) }) },
    output: Service,
    status: 201,
    errors: ['invalid_request', 'service_invalid', 'service_exists'],
    right: 'operate',
    risk: 'mutating',
    examples: [
      { title: 'voices', in: { kind: 'tts', machine: serviceSample.machine?.id, port: 8880, container: 'kokoro' }, out: serviceSample },
      { title: 'a model server that is only looked at', in: { kind: 'vllm', address: '192.168.1.30', port: 8000 }, out: serviceSample },
    ],
  }),
  'services.candidates': operation({
    kind: 'json',
    method: 'get',
    path: '/api/services/candidates',
    summary: 'What looks like a service on the machines and is not in the list',
    input: {},
    output: z.object({ candidates: z.array(ServiceCandidate) }),
    status: 200,
    errors: [],
    right: 'operate',
    risk: 'read',
    examples: [{ title: 'one', out: { candidates: [serviceCandidateSample] } }],
  }),
  'services.find': operation({
    kind: 'json',
    method: 'get',
    path: '/api/services/:id',
    summary: 'One service',
    input: { params: Of },
    output: Service,
    status: 200,
    errors: ['invalid_request', 'not_found'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'one', params: { id: serviceSample.id }, out: serviceSample }],
  }),
  'services.edit': operation({
    kind: 'json',
    method: 'put',
    path: '/api/services/:id',
    summary: 'Change what is known of a service',
    input: { params: Of, body: Edit },
    output: Service,
    status: 200,
    errors: ['invalid_request', 'not_found', 'service_invalid', 'service_exists', 'service_act_running'],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'heal it by itself', params: { id: serviceSample.id }, in: { heal: 'auto' }, out: serviceSample }],
  }),
  'services.remove': operation({
    kind: 'json',
    method: 'delete',
    path: '/api/services/:id',
    summary: 'Forget a service; nothing on its machine is touched',
    input: { params: Of },
    output: z.object({ removed: z.literal(true) }),
    status: 200,
    errors: ['invalid_request', 'not_found', 'service_act_running'],
    right: 'operate',
    risk: 'destructive',
    examples: [{ title: 'forget it', params: { id: serviceSample.id }, out: { removed: true } }],
  }),
  'services.history': operation({
    kind: 'json',
    method: 'get',
    path: '/api/services/:id/history',
    summary: 'How a service changed, and what was done to it',
    input: { params: Of },
    output: ServiceHistory,
    status: 200,
    errors: ['invalid_request', 'not_found'],
    right: 'operate',
    risk: 'read',
    examples: [{ title: 'lately', params: { id: serviceSample.id }, out: serviceHistorySample }],
  }),
  'services.check': operation({
    kind: 'json',
    method: 'post',
    path: '/api/services/:id/check',
    summary: 'Look at a service now',
    input: { params: Of },
    output: Service,
    status: 200,
    errors: ['invalid_request', 'not_found'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'look now', params: { id: serviceSample.id }, out: serviceSample }],
  }),
  'services.try': operation({
    kind: 'json',
    method: 'post',
    path: '/api/services/:id/trial',
    summary: 'Send one small real request and show the answer',
    description: 'What is sent is made by the appliance: no text, sound or search of anybody.',
    input: { params: Of },
    output: ServiceTrial,
    status: 200,
    errors: ['invalid_request', 'not_found', 'service_act_impossible'],
    right: 'operate',
    risk: 'read',
    examples: [{ title: 'say one word', params: { id: serviceSample.id }, out: serviceTrialSample }],
  }),
  'services.act': operation({
    kind: 'json',
    method: 'post',
    path: '/api/services/:id/acts',
    summary: 'Start, stop, restart or update a service',
    description:
      'Answered at once; the act goes on and is proved by a real request, not by an exit code. What takes memory is refused while a switch is under way on its machine.',
    input: {
      params: Of,
      body: z.strictObject({
        kind: z.enum(serviceActKinds),
        lockToken: z.string().max(200).optional(),
        breakLock: z.boolean().optional().describe('Ends a reservation that stands in the way'),
        by: z.string().max(60).optional().describe('Who asks'),
      }),
    },
    output: ServiceAct,
    status: 202,
    errors: [
      'invalid_request',
      'not_found',
      'service_act_impossible',
      'service_act_running',
      'service_switch_running',
      'service_no_memory',
      'service_container_missing',
      'service_docker_silent',
      'swap_locked',
      'lock_token_wrong',
      ...reachOfThis,
    ],
    right: 'operate',
    risk: 'disruptive',
    examples: [{ title: 'restart', params: { id: serviceSample.id }, in: { kind: 'restart' }, out: serviceActSample }],
  }),
}
