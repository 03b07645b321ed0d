// A machine of which only a name is known, or no user.
import { z } from 'zod'

export const NamedMachineShape = z
  .object({
    id: z.string(),
    /** As it was given. */
    host: z.string(),
    user: z.string(),
    port: z.int(),
    /** The environment variable it came from. */
    cameFrom: z.string(),
    /** Why it is not looked at. */
    sentence: z.string(),
    addedAt: z.iso.datetime(),
  })
  .meta({ id: 'NamedMachine' })
export type NamedMachineView = z.output<typeof NamedMachineShape>

export const namedMachineSample: NamedMachineView = {
  id: 'n1a2b3c4d5e6',
  host: 'spark-1.local',
  user: 'alice',
  port: 22,
  cameFrom: 'SPARK1_HOST',
  sentence:
    'spark-1.local is a name and not an IP address. Such names are found by multicast, which does not reach into containers, and may lead to another computer tomorrow.',
  addedAt: '2026-01-01T00:00:00.000Z',
}
