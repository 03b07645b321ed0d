// A machine is one Spark. What it is told to be (Machine), and what one look at it said (Observation).
import type { MachineFacts } from './machine-facts.ts'

/** What the owner told us about a Spark. Addresses are IP literals; `hostKey` is the pinned SHA256 fingerprint (`SHA256:...`). */
export interface Machine {
  readonly id: string
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string
  readonly hostKey: string | null
  /** The IP the launcher on this machine calls local, often on the CX7 link; null: use `address`. */
  readonly fabricAddress: string | null
  /** Folder that holds launch-cluster.sh; null: found by the probe (see Observation.launcher). */
  readonly launcherPath: string | null
  /** Hugging Face hub folder (the one that holds `models--*`); null: as a login shell on the machine sees it. */
  readonly cachePath: string | null
  /** Folders whose sub-folders are models that did not come from the Hub. */
  readonly modelFolders: readonly string[]
  readonly addedAt: number
}

export type Era = 'E1' | 'E2' | 'E3'

/** The checkout of spark-vllm-docker on a machine. `carriesQuotes`: words after `exec` reach vLLM byte for byte (since 2026-03-06). */
export interface Launcher {
  readonly path: string
  readonly era: Era
  readonly commit: string | null
  /** ISO date (YYYY-MM-DD) of that commit. */
  readonly date: string | null
  readonly carriesQuotes: boolean
  /** What `--help` names: which optional flags may be sent. */
  readonly flags: {
    readonly solo: boolean
    readonly noRay: boolean
    readonly ray: boolean
    readonly env: boolean
    readonly volume: boolean
    readonly mod: boolean
  }
}

export interface Container {
  readonly name: string
  readonly image: string
  /** docker's State: running, exited, created, ... */
  readonly state: string
  /** docker's Status, e.g. "Up 3 minutes". */
  readonly status: string
  /** Ports of the machine that lead into it; none where it stands still or shares the machine's own network. */
  readonly ports?: readonly number[]
  /** argv text of a live `vllm serve` process inside, null when there is none or it was not looked at. */
  readonly serving: string | null
}

export type DockerProblem = 'permission' | 'not_running' | 'missing'

/** The fence file on a machine: who may change what runs there. */
export interface FenceRecord {
  readonly appliance: string
  readonly fence: number
  readonly swap: string
}

/** What one probe of a machine said. Bytes are bytes; absent values are null, never 0 (GB10 answers `[N/A]`). */
export interface Observation {
  readonly at: number
  readonly hostname: string
  readonly bootId: string
  readonly uptimeSeconds: number
  readonly driver: string | null
  readonly gpuName: string | null
  readonly gpu: {
    readonly loadPercent: number | null
    readonly temperatureC: number | null
    readonly powerW: number | null
    readonly smMHz: number | null
  }
  readonly memory: {
    readonly totalBytes: number
    readonly availableBytes: number
    readonly freeBytes: number
    readonly cachedBytes: number
    /** PSI `some avg10` of /proc/pressure/memory, percent. */
    readonly pressure: number | null
  }
  readonly disk: { readonly path: string; readonly freeBytes: number; readonly totalBytes: number } | null
  /** null: docker did not answer; the reason is in dockerProblem. */
  readonly containers: readonly Container[] | null
  readonly dockerProblem: DockerProblem | null
  readonly vpnAddress: string | null
  /** IPv4 of an RDMA-capable link that is up. */
  readonly fabricAddress: string | null
  readonly launcher: Launcher | null
  /** Hub folder in use: the configured one, else what a login shell on the machine sees. */
  readonly cachePath: string | null
  readonly fence: FenceRecord | null
  readonly facts: MachineFacts
}

export type Reach = 'reachable' | 'unreachable' | 'unknown'

/** Error of the last failed look: a code of contract/errors.ts and its sentences: what happened, what is true now, what to do. */
export interface MachineTrouble {
  readonly code: string
  readonly sentence: string
  readonly now: string
  readonly next: string
}

/** What is known of a machine right now: the last good look, and how many looks since then failed. */
export interface MachineView {
  readonly machine: Machine
  readonly reach: Reach
  readonly observation: Observation | null
  readonly misses: number
  readonly trouble: MachineTrouble | null
  /** Set when the boot id differs from the look before: the machine restarted at about this time (ms). */
  readonly rebootedAt: number | null
}

/** Another machine of the list with this host key. Where there is one, two places in the list are one machine, or a copy of it. */
export function keyOwner(machines: readonly Machine[], hostKey: string, except: string | null): Machine | null {
  return machines.find((one) => one.id !== except && one.hostKey === hostKey) ?? null
}

/** Looks that must fail in a row before a machine is called unreachable. */
export const missesUntilUnreachable = 3

/** True when the last good look is older than three polls. */
export function isStale(view: Pick<MachineView, 'observation'>, now: number, pollMs: number): boolean {
  return view.observation === null || now - view.observation.at > pollMs * missesUntilUnreachable
}
