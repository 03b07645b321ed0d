// Shapes of recipes while they are written, and of what became of them.
import { z } from 'zod'
import type { RecipeForm } from '../../domain/recipe-form.ts'
import { Flag, ModelId, Time } from './shapes.ts'

export const Draft = z.strictObject({
  model: ModelId,
  title: z.string().min(1).max(200),
  description: z.string().max(2000).nullable().default(null),
  image: z.string().max(200).nullable().default(null),
  port: z.int().min(1).max(65535).nullable().default(null),
  nodes: z.int().min(1).max(16).default(1),
  flags: z.array(Flag).max(100),
  env: z.record(z.string(), z.string()).default({}),
})

const Trouble = z
  .object({
    field: z.string().nullable().describe('title, image, port, nodes, flags, env, model; null: the whole'),
    name: z.string().nullable().describe('Of the flag or variable'),
    line: z.int().nullable().describe('Line of the YAML text, from 1'),
    why: z.string(),
    kind: z.enum(['wrong', 'word']).describe('wrong: it is not saved; word: it is saved only with the word of the owner'),
  })
  .meta({ id: 'RecipeTrouble' })
export type RecipeTroubleView = z.output<typeof Trouble>

const Fit = z
  .object({
    fits: z.boolean(),
    needBytes: z.number().describe('Of each machine'),
    totalBytes: z.number(),
    sentence: z.string(),
    sum: z.string().describe('How the need is made up'),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'RecipeFit' })
export type RecipeFitView = z.output<typeof Fit>

export const Check = z
  .object({ troubles: z.array(Trouble), memory: Fit.nullable().describe('null: not known, or the text is not valid') })
  .meta({ id: 'RecipeCheck' })
export type RecipeCheckView = z.output<typeof Check>

const Difference = z.object({ what: z.string(), before: z.string().nullable(), after: z.string().nullable() })

export const Version = z
  .object({
    version: z.int(),
    title: z.string(),
    at: Time,
    by: z.string(),
    gone: z.boolean().describe('The recipe was removed with this version'),
    cameFrom: z.int().nullable().describe('The version it went back to'),
    current: z.boolean().describe('What is used now'),
    differences: z.array(Difference).describe('To the version before; of the first, empty'),
    text: z.string().describe('The YAML, as it was saved'),
  })
  .meta({ id: 'RecipeVersion' })
export type RecipeVersionView = z.output<typeof Version>

/** One that is being written, as its page shows it. */
export interface RecipeDraftView {
  /** null: nothing was changed yet. */
  readonly id: string | null
  readonly model: string
  /** The owner's recipe that it changes; null: it will be a new one. */
  readonly recipe: string | null
  readonly base: number
  /** Version of that recipe now: above `base`, somebody saved meanwhile. */
  readonly newest: number
  readonly revision: number
  readonly text: string
  /** null: no form can show the text. */
  readonly form: RecipeForm | null
  readonly troubles: readonly RecipeTroubleView[]
  readonly memory: RecipeFitView | null
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly changedAt: string | null
  /** Another window changes the same; this is its own draft from here on. */
  readonly parted: boolean
  /** What it would change, against the version that is used now (or what it began with). */
  readonly differences: readonly z.output<typeof Difference>[]
}
