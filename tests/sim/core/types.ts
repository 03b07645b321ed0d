// The faces of the simulated cluster. The core is a state machine over a given clock and seed; doors only carry calls to it.
import type { Clock } from '../../../server/app/ports.ts'

/** One call of an executable on a node: what the shell client on the node's PATH sends. */
export interface ToolCall {
  readonly node: string
  /** launch-cluster.sh, docker, nvidia-smi, ibdev2netdev, hf-download.sh, uvx, ip, ... */
  readonly tool: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

export interface ToolIo {
  out(text: string): void
  err(text: string): void
  /** Aborted when the caller's process died (SIGHUP, connection lost, killed). */
  readonly signal: AbortSignal
}

/** What a model on a simulated disk is; `behaviour` picks how its load goes. */
export interface SimModel {
  readonly repo: string
  readonly weightsBytes: number
  readonly config: Record<string, unknown>
  /** Extra small files of the snapshot by name. */
  readonly files?: Readonly<Record<string, string>>
  /** complete (default), downloading, interrupted. */
  readonly state?: 'complete' | 'downloading' | 'interrupted'
}

export interface SimNodeOptions {
  readonly name: string
  /** The node's address as the appliance knows it; loopback literals such as 127.0.1.1 behind doors 2 and 3. */
  readonly address: string
  readonly totalBytes?: number
  readonly models: readonly SimModel[]
  readonly images?: readonly string[]
  readonly era?: 'E1' | 'E2' | 'E3'
  readonly links?: 0 | 2 | 4
}

/** The failure switches of the reference: F3, F5, F7, F9, F10 to begin with. Per node, with an optional number of times. */
export type FaultName = `F${number}`
export interface Fault {
  readonly name: FaultName
  readonly node?: string
  /** Only for this model id. */
  readonly model?: string
  /** How often it strikes; absent: until switched off. */
  readonly times?: number
}

export interface SimOptions {
  readonly nodes: readonly SimNodeOptions[]
  readonly clock: Clock
  /** All durations of the reference are multiplied by this; 1 = real time. */
  readonly timeScale: number
  readonly seed: number
}

/** Something serves (or stopped serving) at a node's address: doors 2 and 3 open and close real listeners by it. */
export interface Serve {
  readonly node: string
  readonly address: string
  readonly port: number
  readonly model: string
  readonly maxModelLen: number
  readonly wedged: boolean
}

export interface ArgvRecord {
  readonly at: number
  readonly node: string
  readonly tool: string
  readonly argv: readonly string[]
}

/** The simulated cluster. */
export interface World {
  /** Runs one executable to its end; resolves with its exit code. */
  run(call: ToolCall, io: ToolIo): Promise<number>
  /** Every argv it was given, oldest first. */
  readonly argvLog: readonly ArgvRecord[]
  setFault(fault: Fault): void
  clearFault(name: FaultName, node?: string): void
  faults(): readonly Fault[]
  /** Containers gone, memory back, new boot id, uptime small; unreachable for `downMs`. */
  reboot(node: string, downMs?: number): void
  /** False while a node is down, frozen or cut off (F14, F15, reboot): doors refuse or hold connections. */
  isReachable(node: string): boolean
  /** /proc files of a node by their path below /proc: meminfo, pressure/memory, uptime, sys/kernel/random/boot_id. */
  proc(node: string): Readonly<Record<string, string>>
  /** What serves right now. */
  serving(): readonly Serve[]
  /** Called after every change of what serves, of memory, or of reachability. */
  onChange(listener: () => void): () => void
  /** A container started by hand, not by the launcher (a foreign one, or one to be adopted). */
  startForeign(node: string, container: { name: string; image: string; command: readonly string[] }): void
  /** Puts a model on a node's disk in an instant. */
  addModel(node: string, model: SimModel): void
  readonly options: SimOptions
}
