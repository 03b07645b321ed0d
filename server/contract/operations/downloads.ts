import { z } from 'zod'
import { isRevision } from '../../domain/repo.ts'
import { operation } from '../define.ts'
import { deletionSample, diskSample, downloadSample, groundSample, togetherSample } from './download-samples.ts'
import { DeletionPlan, Disks, Download, Ground } from './download-shapes.ts'
import { reach } from './reach.ts'
import { Id, ModelId, Of } from './shapes.ts'

const ofMachines = ['not_found', ...reach] as const
const Token = z
  .string()
  .regex(/^[\x21-\x7e]{4,400}$/, 'a token has no spaces')
  .describe('Token of the Hub for gated and private models. It travels to the Spark and is kept nowhere')

const Ask = z.strictObject({
  repo: z.string().min(1).max(400).describe('Name on the Hub, or the address of its page'),
  revision: z.string().max(100).refine(isRevision, 'a branch, a tag or a commit is needed').optional(),
  machines: z
    .array(Id)
    .min(1)
    .max(16)
    .optional()
    .describe('Ids; the first fetches, the others get a copy. Left out: the first machine alone'),
  token: Token.optional(),
})
const OfModel = z.object({ id: ModelId })

export const downloadOperations = {
  'downloads.list': operation({
    kind: 'json',
    method: 'get',
    path: '/api/downloads',
    summary: 'Downloads, the newest first',
    input: {},
    output: z.object({ downloads: z.array(Download) }),
    status: 200,
    errors: [],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'all', out: { downloads: [downloadSample] } }],
  }),
  'downloads.check': operation({
    kind: 'json',
    method: 'post',
    path: '/api/downloads/check',
    summary: 'What a download would find and take, before anything is fetched',
    input: { body: Ask },
    output: Ground,
    status: 200,
    errors: ['invalid_request', 'repo_unreadable', ...ofMachines],
    right: 'operate',
    risk: 'read',
    examples: [{ title: 'to two machines', in: { repo: 'Qwen/Qwen3-8B' }, out: groundSample }],
  }),
  'downloads.start': operation({
    kind: 'json',
    method: 'post',
    path: '/api/downloads',
    summary: 'Download a model from the Hub to machines',
    description: 'Runs on the first machine, whatever becomes of this appliance. Then it is copied to the others and looked at on each.',
    input: { body: Ask },
    output: Download,
    status: 202,
    errors: ['invalid_request', 'repo_unreadable', 'download_running', 'download_blocked', 'download_not_needed', ...ofMachines],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'the newest version', in: { repo: 'https://huggingface.co/Qwen/Qwen3-8B' }, out: downloadSample }],
  }),
  'downloads.find': operation({
    kind: 'json',
    method: 'get',
    path: '/api/downloads/:id',
    summary: 'One download',
    input: { params: Of },
    output: Download,
    status: 200,
    errors: ['invalid_request', 'download_unknown'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'one', params: { id: downloadSample.id }, out: downloadSample }],
  }),
  'downloads.cancel': operation({
    kind: 'json',
    method: 'post',
    path: '/api/downloads/:id/cancellation',
    summary: 'Cancel a download; what arrived stays on the disk',
    input: { params: Of },
    output: Download,
    status: 202,
    errors: ['invalid_request', 'download_unknown', 'download_state_wrong'],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'cancel', params: { id: downloadSample.id }, out: downloadSample }],
  }),
  'downloads.resume': operation({
    kind: 'json',
    method: 'post',
    path: '/api/downloads/:id/resumption',
    summary: 'Go on with a download that failed or was cancelled',
    input: { params: Of, body: z.strictObject({ token: Token.optional() }).default({}) },
    output: Download,
    status: 202,
    errors: ['invalid_request', 'download_unknown', 'download_state_wrong', 'download_running'],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'go on', params: { id: downloadSample.id }, in: {}, out: downloadSample }],
  }),
  'models.togetherPlan': operation({
    kind: 'json',
    method: 'get',
    path: '/api/models/:id/together',
    summary: 'Which version every machine would get, from where, and how many bytes that is',
    input: { params: OfModel },
    output: Ground,
    status: 200,
    errors: ['invalid_request', 'model_unknown', 'repo_unreadable', 'download_not_needed', 'download_blocked', ...ofMachines],
    right: 'operate',
    risk: 'read',
    examples: [{ title: 'two versions', params: { id: togetherSample.repo }, out: togetherSample }],
  }),
  'models.bringTogether': operation({
    kind: 'json',
    method: 'post',
    path: '/api/models/:id/together',
    summary: 'Copy one version of a model to every machine that holds it',
    description:
      'Between the machines, without the Hub. Looked at on each when it is done. With a commit: only if that is the version still.',
    input: { params: OfModel, body: z.strictObject({ commit: z.string().max(100).optional() }).default({}) },
    output: Download,
    status: 202,
    errors: [
      'invalid_request',
      'model_unknown',
      'repo_unreadable',
      'download_running',
      'download_blocked',
      'download_not_needed',
      'plan_stale',
      ...ofMachines,
    ],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'copy', params: { id: downloadSample.repo }, in: {}, out: downloadSample }],
  }),
  'models.deletionPlan': operation({
    kind: 'json',
    method: 'get',
    path: '/api/models/:id/deletion',
    summary: 'What deleting a model would free, and whether it may be deleted',
    input: { params: OfModel },
    output: DeletionPlan,
    status: 200,
    errors: ['invalid_request', 'model_unknown'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'one', params: { id: deletionSample.model }, out: deletionSample }],
  }),
  'models.delete': operation({
    kind: 'json',
    method: 'post',
    path: '/api/models/:id/deletion',
    summary: 'Delete a model from the disks of all machines',
    input: {
      params: OfModel,
      body: z.strictObject({
        name: z.string().max(400).describe('The id of the model, typed once more'),
        partsOnly: z.boolean().default(false),
      }),
    },
    output: z.object({ model: z.string(), bytes: z.int(), machines: z.array(z.string()) }),
    status: 200,
    errors: [
      'invalid_request',
      'model_unknown',
      'deletion_refused',
      'deletion_name_wrong',
      'deletion_stopped',
      'swap_running',
      'swap_locked',
      ...ofMachines,
    ],
    right: 'operate',
    risk: 'destructive',
    examples: [
      {
        title: 'delete',
        params: { id: deletionSample.model },
        in: { name: deletionSample.model },
        out: { model: deletionSample.model, bytes: 16_400_000_000, machines: ['spark-1'] },
      },
    ],
  }),
  'disks.find': operation({
    kind: 'json',
    method: 'get',
    path: '/api/disks',
    summary: 'What takes the room on every disk, and what could be tidied',
    input: {},
    output: Disks,
    status: 200,
    errors: [],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'all', out: diskSample }],
  }),
}
