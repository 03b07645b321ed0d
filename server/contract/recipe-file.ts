// What a recipe file and a family file may hold. Unknown keys are refused, so that a misspelt one is noticed.
import { z } from 'zod'

/** The launcher does not quote the image: only what a reference to an image needs. */
const Image = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[A-Za-z0-9_./:=@+,][A-Za-z0-9_./:=@+,-]*$/, 'holds a character that the launcher would not carry')
const FlagName = z
  .string()
  .max(100)
  .regex(/^[a-z0-9]+([.-][a-z0-9_]+)*$/, 'must be a flag of vllm serve in small letters with hyphens, without leading dashes')
const noNul = (text: string): boolean => !text.includes('\0')
const FlagValue = z
  .union([z.string().max(10_000), z.number(), z.literal(true)], { error: 'must be a text, a number, or true for a bare flag' })
  .refine((value) => typeof value !== 'string' || noNul(value), 'holds a NUL character')
const Env = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of an environment variable'),
  z.union([z.string().max(4000).refine(noNul, 'holds a NUL character'), z.number(), z.boolean()]).transform((value) => String(value)),
)
const Sentence = z.string().min(1).max(1000)

/** No control characters: it becomes one word of a command. */
const ModelName = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^-\p{Cc}]\P{Cc}*$/u, 'holds a control character or begins with a hyphen')

export const RecipeFile = z.strictObject({
  id: z.string().min(1).max(400).optional(),
  model: ModelName,
  title: z.string().min(1).max(200).optional(),
  description: z.string().max(2000).nullable().default(null),
  image: Image.nullable().default(null),
  port: z.int().min(1).max(65_535).nullable().default(null),
  nodes: z.int().min(1).max(16).default(1),
  flags: z
    .array(
      z.strictObject({
        name: FlagName,
        value: FlagValue.default(true),
        reason: Sentence,
        source: Sentence.optional(),
      }),
    )
    .max(100)
    .default([])
    .refine((flags) => new Set(flags.map((flag) => flag.name)).size === flags.length, 'names a flag twice'),
  env: Env.default({}),
})
export type RecipeFileShape = z.output<typeof RecipeFile>

const Scalar = z.union([z.string().max(10_000), z.number(), z.boolean()])

/** A recipe of the launcher. A key that is not known here could change what runs, so a file with one is not used. */
export const LauncherRecipeFile = z.strictObject({
  recipe_version: z.union([z.literal('1'), z.literal(1)], { error: 'is not 1, the only version known here' }).default('1'),
  name: z.string().min(1).max(200),
  description: z.string().max(2000).nullish(),
  container: Image,
  command: z.string().min(1).max(20_000),
  model: ModelName.optional(),
  mods: z
    .array(z.string().max(200))
    .max(20)
    .nullish()
    .transform((mods) => mods ?? []),
  defaults: z
    .record(z.string(), Scalar)
    .nullish()
    .transform((defaults) => defaults ?? {}),
  env: Env.nullish().transform((env) => env ?? {}),
  cluster_only: z.boolean().default(false),
  solo_only: z.boolean().default(false),
  /** How to build the image, which is not done here. */
  build_args: z.array(z.unknown()).nullish(),
})

/** What a recipe of the launcher calls itself, where the rest of it cannot be used. */
export const LauncherRecipeName = z.looseObject({
  name: z.string().min(1).max(200).nullish().catch(null),
  model: z.string().min(1).max(300).nullish().catch(null),
})
export type LauncherRecipeShape = z.output<typeof LauncherRecipeFile>

const As = z.enum(['chat', 'completion', 'embedding', 'rerank', 'classify', 'transcription'])
const Quantization = z.enum(['none', 'fp8', 'nvfp4', 'mxfp4', 'int4', 'int8'])
const Words = z.array(z.string().min(1).max(200)).min(1)
const Badge = z.enum(['vision', 'video', 'audio', 'reasoning', 'tools', 'moe'])

const Memory = z.strictObject({
  note: Sentence.optional(),
  formula: z.enum(['grouped', 'encoder-decoder']).optional(),
  fullEvery: z.int().min(2).max(64).optional(),
})

const Settings = z.strictObject({
  as: As.optional(),
  unservable: Sentence.optional(),
  tools: z.string().nullable().optional(),
  reasoning: z.string().nullable().optional(),
  badges: z.array(Badge).optional(),
  flags: z.array(z.strictObject({ name: FlagName, value: FlagValue, reason: Sentence })).optional(),
  env: Env.optional(),
  memory: Memory.optional(),
})

const When = z
  .strictObject({
    name: Words.optional(),
    without: Words.optional(),
    class: Words.optional(),
    type: Words.optional(),
    template: Words.optional(),
    lacks: Words.optional(),
    file: Words.optional(),
    vision: z.boolean().optional(),
    moe: z.boolean().optional(),
    code: z.boolean().optional(),
    quantization: z.array(Quantization).min(1).optional(),
  })
  .refine((when) => Object.keys(when).length > 0, 'names no condition')

const Example = z.strictObject({
  title: Sentence,
  id: ModelName,
  config: z.json(),
  template: z.string().optional(),
  files: Words.optional(),
  weights: z.number().positive().optional(),
  expect: z.strictObject({
    as: As.nullable(),
    tools: z.string().nullable(),
    reasoning: z.string().nullable(),
    badges: z.array(Badge).optional(),
    flags: z.record(z.string(), z.union([z.string(), z.number(), z.literal(true), z.null()])).optional(),
    tokenBytes: z.number().positive().optional(),
  }),
})

export const FamilyFile = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'must be small letters, digits, dots and hyphens'),
  title: z.string().min(1).max(100),
  match: z
    .strictObject({ types: Words.optional(), classes: Words.optional(), files: Words.optional() })
    .refine((match) => Object.keys(match).length > 0, 'names neither types nor classes nor files'),
  unnamed: z.enum(['chat', 'completion']).default('chat'),
  turnEnds: z.array(z.int().min(0)).min(1).optional(),
  set: Settings.default({}),
  rules: z.array(z.strictObject({ when: When, set: Settings, why: Sentence.optional() })).default([]),
  memory: Memory.optional(),
  examples: z.array(Example).min(1, 'needs at least one example, which is its test'),
})
