// Who holds the memory of a Spark, as shares of one whole. On a GB10 the GPU and the processor use the same memory, and only the
// driver knows what of it belongs to the GPU's programs.
import type { Observation } from './machine.ts'
import { bytesInWords } from './words.ts'

export interface MemoryParts {
  readonly totalBytes: number
  /** By what serves models in our container; null: the driver does not say. */
  readonly engineBytes: number | null
  /** By other programs on the GPU; null as above. */
  readonly servicesBytes: number | null
  /** The system and everything else; all of it where the driver does not say more. */
  readonly restBytes: number
  /** Held for files and given back when something needs it. */
  readonly reclaimableBytes: number
  readonly freeBytes: number
}

/** The parts add up to the whole. What the driver counts beyond what is in use is cut: its figure is of another moment. */
export function memoryParts({ memory, facts }: Pick<Observation, 'memory' | 'facts'>, containerName: string): MemoryParts {
  const whole = Math.max(0, memory.totalBytes)
  const free = clamp(memory.freeBytes, 0, whole)
  const reclaimable = clamp(memory.availableBytes - free, 0, whole - free)
  const used = whole - free - reclaimable
  const share = { totalBytes: whole, reclaimableBytes: reclaimable, freeBytes: free }
  if (facts.programs === null) return { ...share, engineBytes: null, servicesBytes: null, restBytes: used }
  const sum = (ours: boolean): number =>
    (facts.programs ?? []).filter((one) => (one.container === containerName) === ours).reduce((bytes, one) => bytes + one.bytes, 0)
  const engine = clamp(sum(true), 0, used)
  const services = clamp(sum(false), 0, used - engine)
  return { ...share, engineBytes: engine, servicesBytes: services, restBytes: used - engine - services }
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most)

/** "Of 128 GB, the model holds 61 GB, ...; 20 GB hold files and are given back when needed; 9 GB are free." */
export function memorySentence(parts: MemoryParts): string {
  const told = parts.engineBytes !== null
  const alone = told && parts.engineBytes === 0 && parts.servicesBytes === 0
  const shares = [
    ['the model holds', parts.engineBytes ?? 0],
    ['other programs on the GPU hold', parts.servicesBytes ?? 0],
  ] as const
  const held = shares.filter(([, bytes]) => bytes > 0).map(([who, bytes]) => `${who} ${bytesInWords(bytes)}`)
  const rest = told ? `the ${alone ? '' : 'rest of the '}system holds` : 'programs and the system hold'
  held.push(`${rest} ${bytesInWords(parts.restBytes)}`)
  const files = `${bytesInWords(parts.reclaimableBytes)} hold files and are given back when something needs them`
  return `Of ${bytesInWords(parts.totalBytes)}, ${held.join(', ')}; ${files}; ${bytesInWords(parts.freeBytes)} are free.`
}
