// What the page of a machine tells beside what a switch needs. Absent values are null, never 0.
import { z } from 'zod'
import { gpuReasons } from '../../domain/gpu-reasons.ts'
import { bootCauses } from '../../domain/machine-facts.ts'

const Bytes = z.number().min(0).describe('Bytes')
const Time = z.iso.datetime().describe('ISO 8601, UTC')
const maybe = z.number().nullable()

const MemoryPartsShape = z
  .object({
    totalBytes: Bytes,
    engineBytes: Bytes.nullable().describe('Held by what serves models in our container; null: the driver does not say'),
    servicesBytes: Bytes.nullable().describe('Held by other programs on the GPU; null as above'),
    restBytes: Bytes.describe('The system and everything else'),
    reclaimableBytes: Bytes.describe('Held for files and given back when something needs it'),
    freeBytes: Bytes,
    sentence: z.string(),
  })
  .meta({ id: 'MemoryParts' })

const LinkShape = z
  .object({
    name: z.string(),
    kind: z.enum(['wired', 'wifi', 'fabric', 'vpn']),
    up: z.boolean().nullable(),
    speedMbps: maybe,
    mtu: maybe,
    errors: maybe.describe('Packets lost to errors since the machine started'),
    addresses: z.array(z.string()),
  })
  .meta({ id: 'Link' })

const FabricShape = z
  .object({
    ports: z.array(z.object({ device: z.string(), link: z.string().nullable(), active: z.boolean(), gbps: maybe })),
    peers: z
      .array(z.object({ name: z.string(), address: z.string(), seen: z.boolean().nullable() }))
      .describe('The other machines, as this one sees them over the cable; null: not known'),
    sentence: z.string(),
  })
  .meta({ id: 'Fabric' })

const ImageShape = z
  .object({ ref: z.string(), id: z.string().nullable().describe('null: not on this machine') })
  .meta({ id: 'MachineImage' })

export const launcherStandings = ['current', 'behind', 'ahead', 'diverged', 'unknown'] as const
const LauncherUpdateShape = z
  .object({
    standing: z.enum(launcherStandings).describe('Against what its origin has; unknown: the origin could not be asked'),
    branch: z.string().nullable(),
    localChanges: maybe.describe('Files of the checkout that somebody changed'),
    sentence: z.string(),
  })
  .meta({ id: 'LauncherUpdate' })

const SlowFactsShape = z
  .object({
    at: Time,
    images: z.array(ImageShape).nullable().describe('Images that recipes start; null: docker did not answer'),
    launcher: LauncherUpdateShape.nullable(),
    mayDropCaches: z.boolean().nullable().describe('Is the one line installed that lets us drop caches? null: not known'),
  })
  .meta({ id: 'SlowFacts' })

const DroppedShape = z
  .object({
    at: Time,
    freeBefore: Bytes,
    freeAfter: Bytes,
    filesBefore: Bytes.nullable(),
    filesAfter: Bytes.nullable(),
    sentence: z.string(),
  })
  .meta({ id: 'DroppedCaches' })
export type DroppedView = z.output<typeof DroppedShape>
export const Dropped = DroppedShape

/** Fields of a Machine. */
export const machineFactFields = {
  well: z.object({
    state: z.enum(['well', 'look', 'unwell', 'unknown']).describe('look: it works, and something about it needs a hand'),
    sentence: z.string(),
    notes: z.array(z.object({ code: z.string(), sentence: z.string() })).describe('All that needs a hand, most urgent first'),
  }),
  memoryParts: MemoryPartsShape.nullable(),
  gpuClock: z
    .object({
      maxMHz: maybe,
      reasons: z.array(z.enum(gpuReasons)).nullable().describe('Why it runs slower than it could; null: not told'),
      sentence: z.string().nullable(),
    })
    .nullable(),
  disks: z.array(z.object({ path: z.string(), totalBytes: Bytes, freeBytes: Bytes })),
  links: z.array(LinkShape),
  fabric: FabricShape.nullable().describe('null: it has no fabric ports, or none were seen'),
  kernel: z.string().nullable(),
  boots: z
    .array(z.object({ at: Time, cause: z.enum(bootCauses).nullable(), sentence: z.string() }))
    .nullable()
    .describe('Starts, newest first; null: the records cannot be read'),
  slow: SlowFactsShape.nullable().describe('What is looked at every few minutes only'),
  dropped: DroppedShape.nullable().describe('The last time caches were dropped here through Spark Control'),
  keyAccepted: z.object({ fingerprint: z.string(), at: Time }).nullable().describe('The key it let us in with last'),
}
