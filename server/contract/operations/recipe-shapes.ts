// What is shown beside a recipe: the mods it applies, file by file, and how fast it was.
import { z } from 'zod'

const Time = z.iso.datetime().describe('ISO 8601, UTC')

export const ModShape = z
  .object({
    path: z.string().describe("Folder in the launcher's checkout"),
    files: z.array(
      z.object({
        path: z.string(),
        sizeBytes: z.number().min(0),
        digest: z.string().describe('SHA-256 of the whole file'),
        text: z.string().nullable().describe('How it begins; null: it is no text, or there was too much to read'),
        cut: z.boolean().describe('There is more than `text`'),
      }),
    ),
    changed: z.array(z.string()).describe('Files that are not as they were when the recipe was last confirmed'),
  })
  .meta({ id: 'Mod' })
export type ModView = z.output<typeof ModShape>

export const SpeedShape = z
  .object({
    tokensPerSecond: z.number().nullable().describe('null: never measured'),
    firstTokenSeconds: z.number().nullable(),
    machines: z.int().describe('Machines it ran on together'),
    measuredAt: Time.nullable(),
    skipped: z.object({ why: z.string(), at: Time }).nullable().describe('Why the last switch measured nothing; null where it did'),
  })
  .meta({ id: 'Speed' })
export type SpeedView = z.output<typeof SpeedShape>
