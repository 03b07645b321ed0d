// What a look tells of a machine beside what a switch needs: who holds its memory, what holds its GPU back, its file systems, links
// and starts. Absent is null, never 0: a GB10 answers [N/A] to much.
import { type GpuReason, readReasons } from './gpu-reasons.ts'

/** A process that holds memory of the GPU, and the container it runs in (null: in none that docker names). */
export interface GpuProgram {
  readonly name: string
  readonly container: string | null
  readonly bytes: number
}

export interface FileSystem {
  /** Where it is mounted. */
  readonly path: string
  readonly totalBytes: number
  readonly freeBytes: number
}

export type LinkKind = 'wired' | 'wifi' | 'fabric' | 'vpn'

export interface NetLink {
  readonly name: string
  readonly kind: LinkKind
  /** null: the kernel does not say, as for most tunnels. */
  readonly up: boolean | null
  readonly speedMbps: number | null
  readonly mtu: number | null
  /** Packets lost to errors since the start of the machine, both ways. */
  readonly errors: number | null
  readonly addresses: readonly string[]
}

/** One port of an RDMA device, and the link that belongs to it. */
export interface FabricPort {
  readonly device: string
  readonly link: string | null
  readonly active: boolean
  readonly gbps: number | null
}

/** `asked`: shut down or restarted in the usual way. `unknown`: it came up again without having gone down: power, a freeze, a crash. */
export const bootCauses = ['asked', 'power_key', 'heat', 'unknown'] as const
export type BootCause = (typeof bootCauses)[number]

export interface Boot {
  readonly at: number
  /** null: the records do not reach back to what was before it. */
  readonly cause: BootCause | null
}

export interface MachineFacts {
  readonly kernel: string | null
  readonly gpu: { readonly maxMHz: number | null; readonly reasons: readonly GpuReason[] | null }
  /** null: nvidia-smi does not say. */
  readonly programs: readonly GpuProgram[] | null
  /** Files held in memory, those that cannot be given back apart, bytes. */
  readonly fileBytes: number | null
  readonly swap: { readonly totalBytes: number; readonly freeBytes: number } | null
  readonly disks: readonly FileSystem[]
  readonly links: readonly NetLink[]
  readonly ports: readonly FabricPort[]
  /** Newest first; null: the records cannot be read. */
  readonly boots: readonly Boot[] | null
}

export const noMachineFacts: MachineFacts = {
  kernel: null,
  gpu: { maxMHz: null, reasons: null },
  programs: null,
  fileBytes: null,
  swap: null,
  disks: [],
  links: [],
  ports: [],
  boots: null,
}

export const gpuFacts = (maxMHz: number | null, mask: string | null): MachineFacts['gpu'] => ({ maxMHz, reasons: readReasons(mask) })

/** Records of starts and shut-downs as `last -x` keeps them, any order. */
export interface BootRecord {
  readonly kind: 'reboot' | 'shutdown'
  readonly at: number
}

/** As many starts as are told. */
const toldBoots = 8

/**
 * A start that no shut-down came before, since the start before it, was not asked for. `hints`: lines of the last journal of the
 * boot before the newest one, which may name the reason.
 */
export function bootsOf(records: readonly BootRecord[], hints: readonly string[]): readonly Boot[] {
  const sorted = records.toSorted((a, b) => b.at - a.at || (a.kind === 'reboot' ? -1 : 1))
  const boots = sorted.filter((one) => one.kind === 'reboot')
  return boots.slice(0, toldBoots).map(({ at }, index) => {
    const before = boots[index + 1]
    if (before === undefined) return { at, cause: null }
    const asked = sorted.some((one) => one.kind === 'shutdown' && one.at <= at && one.at >= before.at)
    const named = index === 0 ? causeIn(hints) : null
    return { at, cause: named ?? (asked ? 'asked' : 'unknown') }
  })
}

/** Words of the kernel and of systemd-logind. */
function causeIn(hints: readonly string[]): BootCause | null {
  if (hints.some((line) => /critical temperature|temperature reached.*shut|thermal.*(shutting down|poweroff)/i.test(line))) return 'heat'
  if (hints.some((line) => /power key pressed/i.test(line))) return 'power_key'
  return null
}

/** null: nobody can say whether the newest start was asked for. */
export function isUnexpected(boot: Boot | undefined): boolean | null {
  return boot === undefined || boot.cause === null ? null : boot.cause === 'unknown' || boot.cause === 'heat'
}
