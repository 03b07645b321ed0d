// Shapes of what is watched of a machine from second to second.
import { z } from 'zod'
import { pressureLevels } from '../../domain/pressure-level.ts'

export const PressureShape = z
  .object({
    level: z.enum(pressureLevels).describe('unknown: nothing was heard for 5 seconds; it is treated as warning, never as normal'),
    since: z.iso.datetime().nullable(),
    sentence: z.string(),
    restsAtBytes: z.number().min(0).nullable().describe('Memory available while the engine there serves, as it was learned'),
    waitsPercent: z.number().min(0).nullable().describe('PSI some avg10: share of the last 10 s in which some program waited for memory'),
    stallsPercent: z.number().min(0).nullable().describe('PSI full avg10: share in which all of them did'),
  })
  .meta({ id: 'Pressure' })
export type PressureShapeView = z.output<typeof PressureShape>
