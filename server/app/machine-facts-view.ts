// What the page of a machine tells beside what a switch needs, as the contract shows it.
import type { DroppedView } from '../contract/operations/machine-fact-shapes.ts'
import type { MachineShape } from '../contract/operations/shapes.ts'
import { gpuReasonWord, heldBackBy, reasonsInWords } from '../domain/gpu-reasons.ts'
import { checkoutSentence, type Inspection } from '../domain/inspection.ts'
import type { MachineView, Observation } from '../domain/machine.ts'
import type { Boot, BootCause } from '../domain/machine-facts.ts'
import { type MachineNote, machineWell } from '../domain/machine-notes.ts'
import { memoryParts, memorySentence } from '../domain/memory-parts.ts'
import { isoTime } from './iso-time.ts'

/** What is known of a machine beside its looks. */
export interface MachineKnowledge {
  readonly inspection: Inspection | null
  readonly notes: readonly MachineNote[]
  /** A sentence about its memory, when it is in danger. */
  readonly danger: string | null
  readonly dropped: DroppedView | null
  /** Names of machines by their address on the cable. */
  readonly nameAt: (address: string) => string
  /** The service whose container has this name. */
  readonly serviceIn: (container: string) => { readonly id: string; readonly name: string } | null
}

interface Facts {
  readonly pressure: { readonly level: string; readonly sentence: string } | null
  readonly now: number
  readonly pollMs: number
  readonly containerName: string
}

export type FactFields = Pick<
  MachineShape,
  'well' | 'memoryParts' | 'gpuClock' | 'disks' | 'links' | 'fabric' | 'kernel' | 'boots' | 'slow' | 'dropped' | 'keyAccepted'
>

export function machineFactsShape(view: MachineView, known: MachineKnowledge, facts: Facts): FactFields {
  const seen = view.observation
  const well = machineWell(view, {
    now: facts.now,
    pollMs: facts.pollMs,
    notes: known.notes,
    danger: known.danger,
    pressure: facts.pressure,
  })
  const { inspection } = known
  const accepted = seen !== null && inspection !== null && inspection.keyFingerprint !== null
  return {
    well: { ...well, notes: known.notes.map((note) => ({ ...note })) },
    ...ofLook(seen, facts.containerName),
    fabric: seen === null ? null : fabricShape(seen, known),
    slow: slowShape(inspection),
    dropped: known.dropped,
    keyAccepted: accepted ? { fingerprint: inspection.keyFingerprint ?? '', at: isoTime(seen.at) } : null,
  }
}

type OfLook = Pick<FactFields, 'memoryParts' | 'gpuClock' | 'disks' | 'links' | 'kernel' | 'boots'>

function ofLook(seen: Observation | null, containerName: string): OfLook {
  if (seen === null) return { memoryParts: null, gpuClock: null, disks: [], links: [], kernel: null, boots: null }
  const parts = memoryParts(seen, containerName)
  return {
    memoryParts: { ...parts, sentence: memorySentence(parts) },
    gpuClock: clockShape(seen),
    disks: seen.facts.disks.map((disk) => ({ ...disk })),
    links: seen.facts.links.map((link) => ({ ...link, addresses: [...link.addresses] })),
    kernel: seen.facts.kernel,
    boots: seen.facts.boots?.map((boot) => ({ at: isoTime(boot.at), cause: boot.cause, sentence: bootSentence(boot) })) ?? null,
  }
}

function clockShape({ gpu, facts }: Observation): OfLook['gpuClock'] {
  const { maxMHz, reasons } = facts.gpu
  return { maxMHz, reasons: reasons === null ? null : [...reasons], sentence: clockSentence(reasons, gpu.loadPercent) }
}

/** What an idle GPU is held back by is of no interest; what somebody set is. */
function clockSentence(reasons: Observation['facts']['gpu']['reasons'], loadPercent: number | null): string | null {
  if (reasons === null) return null
  const held = (loadPercent ?? 0) > 0 ? heldBackBy(reasons) : []
  if (held.length > 0) return `Held back by ${reasonsInWords(held)}.`
  if (reasons.includes('setting')) return `Held back by ${gpuReasonWord.setting}.`
  return reasons.includes('idle') ? 'It has nothing to do.' : 'Nothing holds it back.'
}

const bootWords: Readonly<Record<BootCause, string>> = {
  asked: 'Somebody restarted it, or it was updated.',
  power_key: 'Somebody pressed its power key.',
  heat: 'It had become too hot.',
  unknown: 'It had not been shut down: the power failed, or it froze.',
}

function bootSentence({ cause }: Boot): string {
  return cause === null ? 'What came before it is not known.' : bootWords[cause]
}

function fabricShape({ facts }: Observation, { inspection, nameAt }: MachineKnowledge): FactFields['fabric'] {
  const { ports } = facts
  if (ports.length === 0) return null
  const peers = (inspection?.peers ?? []).map((peer) => ({ ...peer, name: nameAt(peer.address) }))
  const active = ports.filter((port) => port.active)
  const speeds = [...new Set(active.flatMap((port) => port.gbps ?? []))]
  const speed = speeds.length === 1 ? ` at ${speeds[0]} Gb/s` : ''
  const up = active.length === 0 ? 'No cable is in use.' : `${active.length} of ${ports.length} ports are up${speed}.`
  return { ports: ports.map((port) => ({ ...port })), peers, sentence: [up, ...(active.length === 0 ? [] : peersInWords(peers))].join(' ') }
}

function peersInWords(peers: readonly { readonly name: string; readonly seen: boolean | null }[]): readonly string[] {
  const named = (seen: boolean | null): string =>
    peers
      .filter((peer) => peer.seen === seen)
      .map((peer) => peer.name)
      .join(' and ')
  const [yes, no] = [named(true), named(false)]
  return [...(yes === '' ? [] : [`Over them it sees ${yes}.`]), ...(no === '' ? [] : [`It does not see ${no} over them.`])]
}

function slowShape(inspection: Inspection | null): FactFields['slow'] {
  if (inspection === null) return null
  const { checkout } = inspection
  return {
    at: isoTime(inspection.at),
    images: inspection.images?.map((image) => ({ ...image })) ?? null,
    launcher:
      checkout === null
        ? null
        : {
            standing: checkout.standing,
            branch: checkout.branch,
            localChanges: checkout.localChanges,
            sentence: checkoutSentence(checkout),
          },
    mayDropCaches: inspection.mayDropCaches,
  }
}
