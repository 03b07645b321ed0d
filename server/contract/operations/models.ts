import { z } from 'zod'
import { operation } from '../define.ts'
import { Check, Draft, Version } from './draft-shapes.ts'
import { modelSample, recipeSample, versionSample } from './samples.ts'
import { Model, ModelId, RecipeShape } from './shapes.ts'

const Of = z.object({ id: z.string().min(1).max(400) })

/** The version that was read, so that nothing newer is lost unseen. */
const Known = z.object({ version: z.coerce.number().int().min(0).optional() })

export const modelOperations = {
  'models.list': operation({
    kind: 'json',
    method: 'get',
    path: '/api/models',
    summary: 'Every model on the disks',
    input: {},
    output: z.object({ models: z.array(Model) }),
    status: 200,
    errors: [],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'all', out: { models: [modelSample] } }],
  }),
  'models.scan': operation({
    kind: 'json',
    method: 'post',
    path: '/api/models/scan',
    summary: 'Look at the disks again',
    input: {},
    output: z.object({ models: z.array(Model) }),
    status: 200,
    errors: [],
    right: 'operate',
    risk: 'read',
    examples: [{ title: 'look again', out: { models: [modelSample] } }],
  }),
  'models.find': operation({
    kind: 'json',
    method: 'get',
    path: '/api/models/:id',
    summary: 'One model',
    input: { params: z.object({ id: ModelId }) },
    output: Model,
    status: 200,
    errors: ['invalid_request', 'model_unknown'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'one', params: { id: modelSample.id }, out: modelSample }],
  }),
  'recipes.list': operation({
    kind: 'json',
    method: 'get',
    path: '/api/recipes',
    summary: 'Every recipe, and files that could not be read',
    input: { query: z.object({ model: ModelId.optional() }) },
    output: z.object({
      recipes: z.array(RecipeShape),
      problems: z.array(z.object({ file: z.string(), line: z.int().nullable(), sentence: z.string() })),
      left: z
        .array(z.object({ file: z.string(), model: z.string().nullable(), title: z.string().nullable(), why: z.string() }))
        .describe("Recipes in the launcher's checkout that cannot be used here"),
    }),
    status: 200,
    errors: ['invalid_request'],
    right: 'see',
    risk: 'read',
    examples: [
      {
        title: 'of one model',
        query: { model: modelSample.id },
        out: {
          recipes: [recipeSample],
          problems: [{ file: 'mine.yaml', line: 3, sentence: 'flagz is not known here.' }],
          left: [{ file: 'other.yaml', model: modelSample.id, title: 'Piped', why: 'Its command needs a shell.' }],
        },
      },
    ],
  }),
  'recipes.save': operation({
    kind: 'json',
    method: 'post',
    path: '/api/recipes',
    summary: 'Save a recipe of your own for a model',
    input: {
      body: Draft.extend({
        recipe: z
          .string()
          .min(1)
          .max(400)
          .optional()
          .describe('The recipe of yours to change; left out: the one of that title, or a new one'),
        version: z
          .int()
          .min(0)
          .optional()
          .describe('The version you read; another one there now is refused. Left out: whatever is true now'),
        word: z.boolean().optional().describe('Your word to what asks for it, such as more than 0.85 of memory'),
      }),
    },
    output: RecipeShape,
    status: 201,
    errors: ['invalid_request', 'recipe_invalid', 'recipe_needs_word', 'recipe_saved_meanwhile'],
    right: 'operate',
    risk: 'mutating',
    examples: [
      {
        title: 'a longer context',
        in: {
          model: modelSample.id,
          title: 'Qwen3 8B, long',
          flags: [{ name: 'max-model-len', value: 65_536, reason: 'Long documents', source: 'owner' }],
        },
        out: { ...recipeSample, id: 'owner:qwen3-8b-long', source: 'owner', confirmed: true },
      },
    ],
  }),
  'recipes.check': operation({
    kind: 'json',
    method: 'post',
    path: '/api/recipes/check',
    summary: 'What saving would say of a recipe, and whether it fits in memory; nothing is saved',
    input: { body: z.strictObject({ model: ModelId, text: z.string().max(200_000).describe('The recipe as YAML') }) },
    output: Check,
    status: 200,
    errors: ['invalid_request'],
    right: 'see',
    risk: 'read',
    examples: [
      {
        title: 'a flag that the launch sets',
        in: { model: modelSample.id, text: 'model: Qwen/Qwen3-8B\nflags:\n  - name: host\n    value: 0.0.0.0\n    reason: mine\n' },
        out: { troubles: [{ field: 'flags', name: 'host', line: 3, why: 'the launch sets it', kind: 'wrong' }], memory: null },
      },
    ],
  }),
  'recipes.remove': operation({
    kind: 'json',
    method: 'delete',
    path: '/api/recipes/:id',
    summary: 'Remove a recipe of your own; its versions stay, and the next recipe in line is used',
    input: { params: Of, query: Known },
    output: z.object({ id: z.string() }),
    status: 200,
    errors: ['invalid_request', 'recipe_unknown', 'recipe_saved_meanwhile'],
    right: 'operate',
    risk: 'mutating',
    examples: [
      { title: 'of version 2', params: { id: 'owner:Qwen/Qwen3-8B' }, query: { version: '2' }, out: { id: 'owner:Qwen/Qwen3-8B' } },
    ],
  }),
  'recipes.versions': operation({
    kind: 'json',
    method: 'get',
    path: '/api/recipes/:id/versions',
    summary: 'Every version of a recipe of yours, newest first, each with its difference to the one before',
    input: { params: Of },
    output: z.object({ versions: z.array(Version) }),
    status: 200,
    errors: ['invalid_request'],
    right: 'see',
    risk: 'read',
    examples: [{ title: 'one', params: { id: 'owner:Qwen/Qwen3-8B' }, out: { versions: [versionSample] } }],
  }),
  'recipes.goBack': operation({
    kind: 'json',
    method: 'post',
    path: '/api/recipes/:id/versions/:version/return',
    summary: 'Go back to an earlier version, which becomes a new one',
    input: { params: Of.extend({ version: z.coerce.number().int().min(1) }), query: Known },
    output: RecipeShape,
    status: 201,
    errors: ['invalid_request', 'recipe_unknown', 'recipe_invalid', 'recipe_saved_meanwhile'],
    right: 'operate',
    risk: 'mutating',
    examples: [
      {
        title: 'the first',
        params: { id: 'owner:Qwen/Qwen3-8B', version: '1' },
        query: { version: '3' },
        out: { ...recipeSample, id: 'owner:Qwen/Qwen3-8B', source: 'owner', confirmed: true },
      },
    ],
  }),
  'recipes.confirm': operation({
    kind: 'json',
    method: 'post',
    path: '/api/recipes/:id/confirmation',
    summary: 'Say yes once to a recipe that was inferred or came with the launcher',
    description: 'With the digest of the recipe as it was shown, the yes is to that alone; without it, to whatever it is now.',
    input: { params: Of, body: z.strictObject({ digest: z.string().max(128).optional() }).optional() },
    output: RecipeShape,
    status: 200,
    errors: ['invalid_request', 'recipe_unknown', 'recipe_changed'],
    right: 'operate',
    risk: 'mutating',
    examples: [{ title: 'yes', params: { id: recipeSample.id }, out: { ...recipeSample, confirmed: true } }],
  }),
}
