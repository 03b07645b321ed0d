// What the app needs from the world. Adapters and the simulator implement these; nothing here knows how.
import type { Download } from '../domain/download.ts'
import type { Serving } from '../domain/engine.ts'
import type { LauncherCheckout } from '../domain/launcher-mod.ts'
import type { FenceRecord, Machine, Observation } from '../domain/machine.ts'
import type { MeasuredStart } from '../domain/memory-learning.ts'
import type { FolderListing } from '../domain/model.ts'
import type { Recipe } from '../domain/recipe.ts'
import type { StoredEvent } from '../domain/stored-event.ts'
import type { Swap, SwapStep } from '../domain/swap.ts'
import type { AccessStore, AuditStore } from './access-ports.ts'
import type { BotStore } from './bot-ports.ts'
import type { NamedMachineStore } from './named-machine-ports.ts'
import type { RecipeStore, SpeedStore } from './recipe-ports.ts'
import type { ScheduleStore } from './schedule-ports.ts'
import type { ServiceStore } from './service-ports.ts'
import type { Backups, WritingState } from './storage-ports.ts'
import type { BaselineStore, ConnectivityStore, HistoryStore } from './stream-ports.ts'
import type { WebhookStore } from './webhook-ports.ts'

export type { StoredEvent } from '../domain/stored-event.ts'
export type { FileProblem } from './recipe-ports.ts'

/** The only source of time and of waiting. */
export interface Clock {
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `fn` every `ms` (next call only after the last one settled) until aborted; `ms` is read before each wait. */
  every(ms: () => number, fn: () => Promise<void>, signal: AbortSignal): void
}

export interface Ids {
  /** A new id, `[a-z0-9]{12}`, sortable by time within a process is not promised. */
  next(): string
  /** An unguessable token for a reservation, 32 hex bytes. */
  secret(): string
  /** SHA-256 of a text as hex: how tokens and plans are compared. */
  digest(text: string): string
}

export interface Log {
  info(message: string, facts?: Record<string, unknown>): void
  warn(message: string, facts?: Record<string, unknown>): void
  error(message: string, facts?: Record<string, unknown>): void
}

/** Where a job of a swap lives on a machine: `~/.spark-control/jobs/<swap>/<step>/`. Both are `[a-z0-9_-]+`. */
export interface JobKey {
  readonly swap: string
  readonly step: string
}

export interface JobOrder extends FenceRecord {
  readonly step: string
  readonly argv: readonly string[]
  readonly cwd: string | null
  readonly env: Readonly<Record<string, string>>
}

/**
 * `absent`: no such job was ever started there. `running`: its process lives. `ended`: it wrote its exit code.
 * `lost`: the process is gone (killed, or the machine restarted) and left no exit code.
 */
export interface JobReading {
  readonly state: 'absent' | 'running' | 'ended' | 'lost'
  readonly exitCode: number | null
  /** Output (stdout and stderr together) from `offset` on, at most 64 KiB. */
  readonly text: string
  readonly nextOffset: number
}

/** One look at a machine during a swap, over one exec channel. */
export interface WatchReading {
  readonly bootId: string
  readonly job: JobReading | null
  /** docker state of the container of that exact name: 'absent' or docker's State; null when docker did not answer. */
  readonly container: string | null
  /** argv text of a live `vllm serve` process inside the container; null when there is none. */
  readonly serving: string | null
  /** Container log from `logOffset` on, at most 64 KiB. */
  readonly log: string
  readonly nextLogOffset: number
  readonly availableBytes: number
  readonly freeBytes: number
}

export interface WatchOrder {
  readonly containerName: string
  readonly logOffset: number
  readonly job: { readonly key: JobKey; readonly offset: number } | null
}

/** One row of the set-up check: what was found and the command that mends it. */
export interface SurveyRow {
  readonly id: string
  readonly title: string
  readonly state: 'good' | 'warning' | 'missing'
  readonly sentence: string
  /** A command to run on the machine, null when nothing needs mending. */
  readonly mend: string | null
}

export interface Survey {
  readonly rows: readonly SurveyRow[]
  /** Settings read from the launcher's .env, by key. */
  readonly dotenv: Readonly<Record<string, string>>
  /** Other GB10 machines seen behind the cable: IP addresses this machine can reach by SSH. */
  readonly peers: readonly string[]
  readonly fabricAddress: string | null
  readonly images: readonly { readonly ref: string; readonly id: string }[]
}

/**
 * The machines, in the app's words. Every call is bounded in time by the adapter and rejects with SparkError:
 * `machine_unreachable`, `machine_timeout`, `machine_refused_key`, `host_key_changed`, `machine_answer_unreadable`,
 * and `fence_refused` where a fence is presented.
 */
export interface Sparks {
  /** One poll: one script, one exec channel. `watch`: container names to look inside of for a vllm process. */
  probe(machine: Machine, watch: readonly string[], signal?: AbortSignal): Promise<Observation>
  /** Every model folder of the hub and of the machine's `modelFolders`. */
  scan(machine: Machine, signal?: AbortSignal): Promise<readonly FolderListing[]>
  /** Recipes of the launcher's checkout and the mods they name, by name; none where there is no launcher. */
  launcherFiles(machine: Machine, signal?: AbortSignal): Promise<LauncherCheckout>
  /** The set-up check. `image`: the image a start would use. `peers`: addresses the head must reach by SSH. */
  survey(machine: Machine, image: string, peers: readonly string[], signal?: AbortSignal): Promise<Survey>
  /** First contact: the host key as the machine presents it now, without logging in. */
  hostKey(address: string, port: number, signal?: AbortSignal): Promise<string>
  /** Writes the fence if it is not lower than the one there, and that one is ours; `fence_refused` otherwise. Never ends a job. */
  takeFence(machine: Machine, record: FenceRecord, signal?: AbortSignal): Promise<void>
  /**
   * Starts a detached job, once: a job of the same swap and step that was ever started is left as it is.
   * The wrapper on the machine refuses a lower fence, ends a live job of a lower fence first, and holds the lock for the job's whole life.
   */
  startJob(machine: Machine, order: JobOrder, signal?: AbortSignal): Promise<void>
  readJob(machine: Machine, key: JobKey, offset: number, signal?: AbortSignal): Promise<JobReading>
  /** Ends a job's whole process group (TERM, then KILL); no error when it is gone already. */
  endJob(machine: Machine, key: JobKey, signal?: AbortSignal): Promise<void>
  watch(machine: Machine, order: WatchOrder, signal?: AbortSignal): Promise<WatchReading>
  /** Forgets pooled connections of a machine (its address or key changed, or it was removed). */
  forget(machine: string): void
}

// ---- stores: one a noun, SQL behind them; all synchronous (better-sqlite3), so a transaction is a plain call

export interface MachineStore {
  list(): readonly Machine[]
  find(id: string): Machine | null
  insert(machine: Machine): void
  update(machine: Machine): void
  remove(id: string): void
  /** The appliance's own key pair in OpenSSH form; made at first need by the caller. */
  keyPair(): { readonly privateKey: string; readonly publicKey: string } | null
  setKeyPair(pair: { readonly privateKey: string; readonly publicKey: string }): void
}

export interface SwapStore {
  /**
   * One transaction: inserts the swap (state running) with a new fence and calls `alongside` (events).
   * Returns null when the cluster has a live swap (unique index one_live_swap).
   */
  begin(swap: Omit<Swap, 'fence' | 'steps'>, alongside: (swap: Swap) => void): Swap | null
  find(id: string): Swap | null
  live(cluster: string): Swap | null
  /** Newest first. */
  recent(limit: number, before?: number): readonly Swap[]
  /** Changes a live swap; the phase's step is opened and the last one closed when the phase differs. No effect on an ended swap: returns false. */
  update(id: string, now: number, change: Partial<Pick<Swap, 'phase' | 'progress' | 'cancelRequestedAt' | 'trouble'>>): boolean
  /** One transaction: writes the outcome, closes the open step, calls `alongside`. Returns false when it had ended already. */
  end(
    id: string,
    now: number,
    outcome: Pick<Swap, 'restored' | 'trouble' | 'progress'> & { readonly state: 'succeeded' | 'failed' | 'cancelled' },
    alongside: () => void,
  ): boolean
  /** Appends lines to the swap's log ring (2,000 lines kept). */
  appendLog(id: string, lines: readonly { readonly at: number; readonly text: string }[]): void
  /** Lines numbered from 1; those after `after`, at most `limit` newest. */
  log(id: string, after: number, limit: number): readonly { readonly number: number; readonly at: number; readonly text: string }[]
  /** The newest `limit` successful swaps of that recipe text on those machines: durations and steps, newest first. */
  history(
    recipeWords: string,
    machines: readonly string[],
    limit: number,
  ): readonly { readonly durationMs: number; readonly steps: readonly SwapStep[] }[]
  /** Highest fence given out; `raiseFence` makes sure the next one is above `floor`. */
  highestFence(): number
  raiseFence(floor: number): void
  /** A new fence for a live swap taken up again after a restart; returns it. */
  renewFence(id: string): number
}

/** What each engine serves by our doing. */
export interface ServingStore {
  find(engine: string): Serving | null
  set(serving: Serving): void
  clear(engine: string): void
}

export interface Reservation {
  readonly cluster: string
  readonly holder: string
  readonly reason: string
  readonly tokenHash: string
  readonly since: number
  readonly until: number
  /** How often it was kept longer, and when last. */
  readonly renewals: number
  readonly renewedAt: number | null
}

/** A reservation that is over, so that its holder can be told how it ended. */
export interface EndedReservation {
  readonly tokenHash: string
  readonly cluster: string
  readonly holder: string
  readonly endedAt: number
  readonly how: 'released' | 'expired' | 'broken'
  readonly by: string
}

export interface ReservationStore {
  find(cluster: string): Reservation | null
  set(reservation: Reservation): void
  /** One transaction: takes it away and remembers how it ended (the newest 50). */
  end(ended: EndedReservation): void
  ended(tokenHash: string): EndedReservation | null
}

export interface EventStore {
  /** Appends and returns the row; ids grow by one and are never reused. */
  append(type: string, at: number, payload: Record<string, unknown>): StoredEvent
  /** `types`: only those. */
  after(id: number, limit: number, types?: readonly string[]): readonly StoredEvent[]
  find(id: number): StoredEvent | null
  /** How many are kept with after < id <= upTo. */
  count(after: number, upTo: number): number
  /** Newest first. */
  recent(limit: number, types?: readonly string[], before?: number): readonly StoredEvent[]
  last(): number
}

export interface StoredSetting {
  /** undefined: taken away again. */
  readonly value: unknown
  /** undefined: the default, or not kept. */
  readonly before: unknown
  readonly version: number
  readonly setAt: number
  readonly setBy: string
}

export interface SettingStore {
  all(): Readonly<Record<string, StoredSetting>>
  /** Returns false when `version` is not the stored one (0: never stored). `value` undefined removes it. `before`: for `before` of the row. */
  set(key: string, value: unknown, version: number, now: number, by: string, before?: unknown): boolean
  /** One transaction. */
  together<T>(act: () => T): T
}

export interface ModelStore {
  /** Last complete scan of a machine. */
  listings(): readonly { readonly machine: string; readonly at: number; readonly folders: readonly FolderListing[] }[]
  setListings(machine: string, at: number, folders: readonly FolderListing[]): void
  removeListings(machine: string): void
  lastUsed(): Readonly<Record<string, number>>
  markUsed(model: string, at: number): void
}

export interface MeasuredStore {
  /** `recipeWords`: recipeWords() of the recipe; `memoryBytes`: plannedMemory() of the machine. */
  find(recipeWords: string, memoryBytes: number): MeasuredStart | null
  set(recipeWords: string, memoryBytes: number, start: MeasuredStart, at: number): void
}

/** What finished starts of a recipe taught about machines of this much memory. */
export type Measured = (recipe: Recipe, totalBytes: number) => MeasuredStart | null

export interface DownloadStore {
  /** False: that model is being downloaded already (unique index one_live_download). */
  insert(download: Download): boolean
  /** Writes all of it. False: another download of that model runs, so this one cannot begin again. */
  update(download: Download): boolean
  find(id: string): Download | null
  live(): readonly Download[]
  /** Newest first. */
  recent(limit: number): readonly Download[]
}

export interface Stores {
  readonly access: AccessStore
  readonly audit: AuditStore
  readonly namedMachines: NamedMachineStore
  readonly machines: MachineStore
  readonly swaps: SwapStore
  readonly serving: ServingStore
  readonly reservations: ReservationStore
  readonly schedules: ScheduleStore
  readonly events: EventStore
  readonly settings: SettingStore
  readonly models: ModelStore
  readonly recipes: RecipeStore
  readonly downloads: DownloadStore
  readonly measured: MeasuredStore
  readonly speeds: SpeedStore
  readonly webhooks: WebhookStore
  readonly baselines: BaselineStore
  readonly services: ServiceStore
  readonly bots: BotStore
  readonly connectivity: ConnectivityStore
  readonly history: HistoryStore
  /** The appliance's own id, made once per database. */
  readonly appliance: string
  readonly writing: WritingState
  readonly backups: Backups
  close(): void
}
