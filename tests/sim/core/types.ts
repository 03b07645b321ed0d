// The faces of the simulated cluster. The core is a state machine over a given clock and seed; doors only carry calls to it.
import type { Clock } from '../../../server/app/ports.ts'
import type { MachineFacts } from '../../../server/domain/machine-facts.ts'
import type { SimCondition } from './condition.ts'
import type { SimService } from './service.ts'
import type { EngineAnswer, EngineRequest } from './vllm-answers.ts'

/** One call of an executable on a node: what the shell client on the node's PATH sends. */
export interface ToolCall {
  readonly node: string
  /** launch-cluster.sh, docker, nvidia-smi, ibdev2netdev, hf-download.sh, uvx, ip, git. */
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

/** What a model on a simulated disk is. */
export interface SimModel {
  readonly repo: string
  readonly weightsBytes: number
  readonly config: Record<string, unknown>
  /** Extra small files of the snapshot by name. */
  readonly files?: Readonly<Record<string, string>>
  /** complete (default), downloading, interrupted. */
  readonly state?: 'complete' | 'downloading' | 'interrupted'
  /** Of a download that is not complete: bytes of weights that came so far; absent: a little more than half. */
  readonly arrivedBytes?: number
  /** On the Hub: files only for those its owner let in, with a token. */
  readonly gated?: boolean
  /** Commit of the snapshot, 40 hex digits; absent: derived from the repo's name. */
  readonly revision?: string
}

/** MemTotal of a 64 GB unit. */
export const smallUnitBytes = 63_000_000 * 1024

export type Era = 'E1' | 'E2' | 'E3'

export interface SimNodeOptions {
  readonly name: string
  /** The node's address as the appliance knows it; loopback literals such as 127.0.1.1 behind doors 2 and 3. */
  readonly address: string
  /** MemTotal; absent: a 128 GB unit. */
  readonly totalBytes?: number
  readonly models: readonly SimModel[]
  readonly images?: readonly string[]
  readonly era?: Era
  readonly links?: 0 | 2 | 4
  /** Address on the CX7 link, the one the launcher calls local; absent: 192.168.177.11 and up; ignored without links. */
  readonly fabricAddress?: string
  /** Address of an interface tailscale0; absent: there is none. */
  readonly vpnAddress?: string
  /** Keys of the launcher's .env; absent: there is no .env. */
  readonly dotenv?: Readonly<Record<string, string>>
  /** Commit of the launcher's checkout; absent: a typical one of the era. null: there is no launcher. */
  readonly launcher?: { readonly commit: string; readonly date: string } | null
  readonly launcherPath?: string
  /** Files in the folder recipes of the launcher's checkout: text by name. */
  readonly launcherRecipes?: Readonly<Record<string, string>>
  /** Folders in the folder mods of the launcher's checkout: text by file, by name of the mod. A test may change them. */
  readonly launcherMods?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Disk that holds the cache. */
  readonly disk?: { readonly totalBytes: number; readonly freeBytes: number }
  /** The owner installed the sudoers line for drop_caches; absent: no. */
  readonly mayDropCaches?: boolean
  /** What else differs from a usual Spark; see condition.ts. */
  readonly condition?: Partial<SimCondition>
  /** False: the user is not in the group docker (like F6 for good). */
  readonly dockerGroup?: boolean
  /** False: uvx is not installed. */
  readonly uvx?: boolean
  /** Reading weights; absent: 250 MB/s. */
  readonly diskBytesPerSecond?: number
  /** False: the cache folder belongs to another user (like F20 for good). */
  readonly cacheWritable?: boolean
  /** What sshd runs for this user; fish understands no bash, but starts a `bash -s`. */
  readonly loginShell?: 'bash' | 'fish'
  /** True: start files print words of welcome before every command, and `stdin: is not a tty`. */
  readonly banner?: boolean
  /** What runs beside vLLM from the start. */
  readonly services?: readonly SimService[]
}

/** How far a start has come: the launcher begins, its containers are up, so much of the weights is read, it serves. `now`: at once. */
export type Moment = 'now' | 'launcher' | 'containers' | 'weights' | 'serving'

/** A failure switch, numbered as in the reference. Per node and moment, with an optional number of times. */
export type FaultName = `F${number}`
export interface Fault {
  readonly name: FaultName
  readonly node?: string
  /** Only for this model id. */
  readonly model?: string
  /** Only for the service in this container; absent: for every one (a scene or a deed: the first). */
  readonly container?: string
  /** How often it strikes; absent: until switched off. */
  readonly times?: number
  /** How long it lasts, unscaled ms (F14: silence, F15: power off, F23: no SSH); a state that lasts is mended by itself after it. */
  readonly forMs?: number
  /** From which moment of a start it counts; absent: the switch's own (`switches.ts`). */
  readonly at?: Moment
  /** With `weights`: at the first step from so many percent on; absent: 50. */
  readonly percent?: number
  /** Waits so long after the moment, unscaled ms. */
  readonly afterMs?: number
}

export interface SimOptions {
  readonly nodes: readonly SimNodeOptions[]
  readonly clock: Clock
  /** All durations of the reference are multiplied by this; 1 = real time. */
  readonly timeScale: number
  readonly seed: number
  /** What hf-download.sh can fetch. */
  readonly hub?: readonly SimModel[]
}

/** Something serves (or stopped serving) at a node's address: doors 2 and 3 open and close real listeners by it. */
export interface Serve {
  readonly node: string
  readonly address: string
  /** Name of the container it runs in. */
  readonly container: string
  readonly port: number
  /** The first served name. */
  readonly model: string
  /** Every name in /v1/models. */
  readonly names: readonly string[]
  readonly maxModelLen: number
  readonly wedged: boolean
  readonly since: number
}

/** A service listens at a node's address. */
export interface Listening {
  readonly node: string
  readonly address: string
  readonly container: string
  readonly port: number
  readonly service: SimService
  readonly since: number
}

export interface ArgvRecord {
  readonly at: number
  readonly node: string
  readonly tool: string
  readonly argv: readonly string[]
}

/** up; frozen: connections hang, nothing moves; down: connections are refused. */
export type Reach = 'up' | 'frozen' | 'down'

export interface ContainerLook {
  readonly name: string
  readonly image: string
  /** running, restarting or exited. */
  readonly state: string
  /** As docker ps writes them: 0.0.0.0:8880->8880/tcp. */
  readonly ports: string
  /** Up 3 minutes, Exited (137) 5 seconds ago. */
  readonly status: string
  /** argv text of a live `vllm serve` inside. */
  readonly serving: string | null
  readonly log: string
}

export interface GpuLook {
  readonly loadPercent: number
  readonly temperatureC: number
  readonly powerW: number
  readonly smMHz: number
  readonly pstate: string
}

/** Everything a door may read of a node without calling a tool. A copy: it does not change. */
export interface NodeLook {
  readonly name: string
  readonly address: string
  readonly fabricAddress: string | null
  readonly vpnAddress: string | null
  readonly bootId: string
  readonly uptimeSeconds: number
  readonly memory: {
    readonly totalBytes: number
    readonly availableBytes: number
    readonly freeBytes: number
    readonly cachedBytes: number
  }
  /** PSI some avg10, percent. */
  readonly pressure: number
  readonly gpu: GpuLook
  readonly driver: string
  readonly condition: SimCondition
  readonly facts: MachineFacts
  readonly containers: readonly ContainerLook[]
  readonly images: readonly { readonly ref: string; readonly id: string }[]
  readonly models: readonly SimModel[]
  readonly dockerAllowed: boolean
  readonly launcher: { readonly path: string; readonly era: Era; readonly commit: string; readonly date: string } | null
  readonly dotenv: Readonly<Record<string, string>>
  readonly hubPath: string
  readonly disk: { readonly totalBytes: number; readonly freeBytes: number }
  readonly uvx: boolean
  readonly cacheWritable: boolean
  readonly loginShell: 'bash' | 'fish'
  readonly banner: boolean
}

/** What a node's kernel tells of its memory, at little cost. */
export interface Pulse {
  readonly bootId: string
  readonly uptimeMs: number
  readonly totalBytes: number
  readonly availableBytes: number
  readonly freeBytes: number
  /** PSI of memory, avg10, percent. */
  readonly some: number
  readonly full: number
  readonly kills: number
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
  /** How often each switch really struck; a condition that lasts counts once. */
  struck(): ReadonlyMap<FaultName, number>
  /** Containers gone, memory back, new boot id, uptime small; unreachable for `downMs` (unscaled). */
  /** `asked`: somebody restarted it in the usual way, so its records have a shut-down. */
  reboot(node: string, downMs?: number, asked?: boolean): void
  /** Changes what a node has and tells from now on. */
  condition(node: string, change: Partial<SimCondition>): void
  /** Files of /sys of a node by their path below /sys. */
  sys(node: string): Readonly<Record<string, string>>
  /** Nothing on the node moves and nothing answers for `ms` (unscaled); then it goes on with the same boot id. */
  freeze(node: string, ms: number): void
  /** False while a node is down, frozen or cut off (F14, F15, reboot): doors refuse or hold connections. */
  isReachable(node: string): boolean
  /** Which of both it is: doors hold connections of a frozen node and refuse those of one that is down. */
  reach(node: string): Reach
  /** As `reach`, for SSH alone: down also while only its sshd is gone (F23). */
  sshReach(node: string): Reach
  /** /proc files of a node by their path below /proc: meminfo, pressure/memory, vmstat, uptime, sys/kernel/random/boot_id. */
  proc(node: string): Readonly<Record<string, string>>
  look(node: string): NodeLook
  pulse(node: string): Pulse
  bootId(node: string): string
  /** What serves right now. */
  serving(): readonly Serve[]
  /** Services whose port is open right now. */
  listening(): readonly Listening[]
  /** What a service answers a request, and what it writes about it; null: it never answers. */
  ask(listening: Listening, request: EngineRequest): EngineAnswer | null
  /** Called after every change of what serves, of memory, of models or of reachability. */
  onChange(listener: () => void): () => void
  /** A container started by hand, not by the launcher (a foreign one, or one to be adopted). */
  startForeign(node: string, container: { name: string; image: string; command: readonly string[] }): void
  /** A container with a service in it, as if it had been made a moment ago; it loads first. */
  startService(node: string, service: SimService): void
  /** Puts a model on a node's disk in an instant. */
  addModel(node: string, model: SimModel): void
  /** What the Hub answers a node that asks it. */
  hub(node: string, path: string, hasToken: boolean): { readonly status: number; readonly body: string }
  /** Takes it off a node's disk: its folder was removed. */
  removeModel(node: string, repo: string): void
  models(node: string): readonly SimModel[]
  readonly options: SimOptions
}
