import { z } from 'zod'
import { operation } from '../define.ts'
import { modelSample, recipeSample } from './samples.ts'
import { Flag, Model, ModelId, RecipeShape } from './shapes.ts'

const Of = z.object({ id: z.string().min(1).max(400) })

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
      body: z.strictObject({
        model: ModelId,
        title: z.string().min(1).max(200),
        description: z.string().max(2000).nullable().default(null),
        image: z.string().max(200).nullable().default(null),
        port: z.int().min(1).max(65535).nullable().default(null),
        nodes: z.int().min(1).max(16).default(1),
        flags: z.array(Flag).max(100),
        env: z.record(z.string(), z.string()).default({}),
      }),
    },
    output: RecipeShape,
    status: 201,
    errors: ['invalid_request', 'recipe_invalid'],
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
