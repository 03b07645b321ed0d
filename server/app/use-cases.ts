// What the app offers to the edge (http, pages, CLI): one interface a noun. Answers are shaped as the contract says,
// so a page and the API can never tell two stories. Failures are SparkError.
import type { EventPayload, EventType } from '../contract/events.ts'
import type { DeletionView, DisksView, DownloadView, GroundView } from '../contract/operations/download-shapes.ts'
import type { RecipeCheckView, RecipeDraftView, RecipeVersionView } from '../contract/operations/draft-shapes.ts'
import type {
  EngineView,
  EventView,
  LockView,
  LogLineView,
  MachineShape,
  ModelView,
  PlanView,
  RecipeView,
  StatusView,
  SurveyView,
  SwapView,
} from '../contract/operations/shapes.ts'
import type { LeftRecipe } from '../domain/launcher-mod.ts'
import type { RecipeDraft } from '../domain/recipe-draft.ts'
import type { RecipeForm } from '../domain/recipe-form.ts'
import type { Requester } from '../domain/swap.ts'
import type { AccessUse } from './access-use.ts'
import type { BotsUse } from './bot-use.ts'
import type { PassedAnswer, PassedRequest } from './engine-ports.ts'
import type { LogsUse } from './logs-use.ts'
import type { MachineFactsUse } from './machine-facts-use.ts'
import type { NamedMachinesUse } from './named-machine-use.ts'
import type { FileProblem, StoredEvent } from './ports.ts'
import type { WatchingUse } from './pressure-use.ts'
import type { ScheduleUse } from './schedule-use.ts'
import type { ServicesUse } from './service-use.ts'
import type { SettingsFileUse, SettingsUse } from './settings-use.ts'
import type { WebhooksUse } from './webhook-use.ts'

export type { SettingsFileUse, SettingsUse } from './settings-use.ts'

export interface EventsUse {
  /** The one way an event comes to be: stored (unless quiet), then every listener is nudged. */
  append<Type extends EventType>(type: Type, payload: EventPayload<Type>): void
  /** For calls inside a store transaction: stores now, nudges when `nudge()` is called after the commit. */
  stage<Type extends EventType>(type: Type, payload: EventPayload<Type>): { nudge(): void }
  subscribe(listener: (event: StoredEvent) => void): () => void
  /** Those of these types, or all, with the cursor of each. */
  after(id: number, limit: number, types?: readonly string[]): (EventView & { cursor: string })[]
  /** Where a reader left off, as a number; raises events_cursor_unknown for a place of another database. */
  placeOf(cursor: string): number
  /** A page for who was away: `next` goes on after it, `dropped` counts those within it that are no longer kept. */
  page(cursor: string, limit: number, types?: readonly string[]): { events: EventView[]; next: string; dropped: number }
  /** For Activity: newest first, quiet types left out. */
  recent(limit: number, kind?: string, before?: number): EventView[]
  last(): number
}

export interface MachineEdit {
  readonly name?: string | undefined
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly user?: string | undefined
  readonly fabricAddress?: string | null | undefined
  readonly launcherPath?: string | null | undefined
  readonly cachePath?: string | null | undefined
  readonly modelFolders?: readonly string[] | undefined
}

export interface MachinesUse {
  list(): MachineShape[]
  find(id: string): MachineShape
  publicKey(): string
  add(edit: MachineEdit & { readonly address: string; readonly user: string }): Promise<MachineShape>
  edit(id: string, edit: MachineEdit): Promise<MachineShape>
  remove(id: string): void
  /** Looks now; raises what went wrong. */
  check(id: string): Promise<MachineShape>
  survey(id: string): Promise<SurveyView>
  /** Accepts the key the machine presents now, if it is `fingerprint`. */
  acceptHostKey(id: string, fingerprint: string): Promise<MachineShape>
}

export interface ModelsUse {
  list(): ModelView[]
  find(id: string): ModelView
  scan(): Promise<ModelView[]>
  recipesOf(model: string): RecipeView[]
}

export interface DownloadAsk {
  /** Name on the Hub, or the address of its page. */
  readonly repo: string
  readonly revision?: string | undefined
  /** The first fetches; undefined: the first machine alone. */
  readonly machines?: readonly string[] | undefined
  /** Travels to the machine and is kept nowhere. */
  readonly token?: string | undefined
}

export interface DownloadsUse {
  list(): DownloadView[]
  find(id: string): DownloadView
  /** Raises repo_unreadable, and what keeps a machine from answering. */
  check(ask: DownloadAsk): Promise<GroundView>
  /** Raises download_running, download_blocked, download_not_needed as well. */
  start(ask: DownloadAsk & { readonly requestedBy: Requester }): Promise<DownloadView>
  /** How copies that differ would be made one; raises download_not_needed, and download_blocked where nobody has it whole. */
  checkTogether(model: string): Promise<GroundView>
  /** `commit`: the version that was shown; raises plan_stale when it would be another one. */
  bringTogether(model: string, ask: { readonly commit?: string | undefined; readonly requestedBy: Requester }): Promise<DownloadView>
  cancel(id: string): DownloadView
  resume(id: string, token: string | undefined): Promise<DownloadView>
}

export interface DeletionsUse {
  plan(model: string): DeletionView
  /** Raises deletion_name_wrong, deletion_refused, deletion_stopped, and what the lock raises. */
  remove(
    model: string,
    how: { readonly name: string; readonly partsOnly: boolean; readonly by: string },
  ): Promise<{ model: string; bytes: number; machines: string[] }>
}

export interface RecipeAsk {
  readonly draft: RecipeDraft
  /** The owner's recipe to change; undefined: the one of that title, or a new one. */
  readonly recipe?: string | undefined
  /** The version that was read; another one there now raises recipe_saved_meanwhile. undefined: whatever is true now. */
  readonly version?: number | undefined
  /** The owner's word to what asks for it. */
  readonly word?: boolean | undefined
  readonly cameFrom?: number | undefined
  readonly by: string
}

export interface DraftAsk {
  readonly model: string
  /** undefined: begins from a recipe. */
  readonly draft?: string | undefined
  /** The recipe to begin from; undefined: the best one. */
  readonly recipe?: string | undefined
  /** The revision that the window shows, and its mark. */
  readonly revision?: number | undefined
  /** Version of the recipe that the window shows, before anything was changed. */
  readonly base?: number | undefined
  readonly editor?: string | undefined
}

/** What was typed, in one of the two views; then a step. */
export interface DraftChange {
  readonly form?: RecipeForm | undefined
  readonly text?: string | undefined
  readonly step?: 'undo' | 'redo' | undefined
  /** Kept even where nothing was changed: it is about to be saved. */
  readonly keep?: boolean | undefined
}

/** What the owner is writing, kept from the first change on. Raises draft_unknown. */
export interface DraftsUse {
  show(ask: DraftAsk): RecipeDraftView
  edit(ask: DraftAsk, change: DraftChange): RecipeDraftView
  /** Of a model, newest first. */
  open(model: string): RecipeDraftView[]
  forget(id: string): void
  /** Raises recipe_invalid, recipe_needs_word, recipe_saved_meanwhile. `version`: instead of the one it began with. */
  save(id: string, how: { readonly word: boolean; readonly version?: number | undefined; readonly by: string }): Promise<RecipeView>
}

export interface RecipesUse {
  /** `left`: recipes of the launcher that cannot be used here, with the reason. */
  list(model?: string): { recipes: RecipeView[]; problems: FileProblem[]; left: LeftRecipe[] }
  /** Raises recipe_invalid, recipe_needs_word, recipe_saved_meanwhile. */
  save(ask: RecipeAsk): Promise<RecipeView>
  /** What would be told on saving; nothing is saved. */
  check(model: string, what: { readonly draft: RecipeDraft } | { readonly text: string }): RecipeCheckView
  /** Raises recipe_unknown, recipe_saved_meanwhile. */
  remove(id: string, how: { readonly version?: number | undefined; readonly by: string }): Promise<void>
  /** Newest first. */
  versions(id: string): RecipeVersionView[]
  goBack(id: string, to: number, how: { readonly version?: number | undefined; readonly by: string }): Promise<RecipeView>
  /** Recipes of a model that were removed. */
  gone(model: string): { id: string; title: string; version: number; at: string }[]
  /** `shown`: digest of the recipe as it was shown; raises recipe_changed when it is another one now. */
  confirm(id: string, by: string, shown?: string): RecipeView
  readonly drafts: DraftsUse
}

export interface PlanAsk {
  readonly model: string
  readonly recipe?: string | undefined
  readonly engine?: string | undefined
  readonly overrides?: Readonly<Record<string, string | number | boolean>> | undefined
}

export interface PlansUse {
  preview(ask: PlanAsk): Promise<PlanView>
  /** What a removal by force would remove now. `machines`: only there. */
  previewRemoval(engine?: string, machines?: readonly string[]): Promise<PlanView>
}

export interface SwapAsk extends PlanAsk {
  readonly fingerprint?: string | undefined
  readonly lockToken?: string | undefined
  readonly breakLock?: boolean | undefined
  readonly why?: string | undefined
  readonly requestedBy: Requester
}

export interface StopAsk {
  readonly engine?: string | undefined
  readonly lockToken?: string | undefined
  readonly breakLock?: boolean | undefined
  readonly requestedBy: Requester
}

export interface RemovalAsk extends StopAsk {
  /** Ids; left out: every machine. */
  readonly machines?: readonly string[] | undefined
  readonly why?: string | null | undefined
  /** Asked after the fresh look at the machines; false: plan_stale. */
  readonly still?: (() => boolean) | undefined
}

export interface SwapsUse {
  /** Raises plan_stale, plan_blocked, recipe_unconfirmed, swap_running, swap_locked, lock_token_wrong. */
  start(ask: SwapAsk): Promise<SwapView>
  stop(ask: StopAsk): Promise<SwapView>
  /** Removes our containers by force: the owner's explicit act, or what provably answers nobody (domain/left-behind.ts). */
  remove(ask: RemovalAsk): Promise<SwapView>
  find(id: string): SwapView
  current(cluster?: string): SwapView | null
  recent(limit: number, before?: number): SwapView[]
  cancel(id: string, by: Requester): SwapView
  log(id: string, after: number, limit: number): LogLineView[]
}

export interface LockUse {
  find(cluster?: string): LockView
  /** `inLine` false: not a program, so it neither waits in line nor for who does. Raises swap_locked, lock_turn, swap_running. */
  take(ask: { holder: string; reason: string; ttlSeconds: number; inLine?: boolean }): LockView & { token: string }
  /** Raises lock_ended, lock_token_wrong, lock_not_held; so does `release`. */
  renew(token: string, ttlSeconds: number): LockView
  release(how: { token?: string | undefined; breakLock?: boolean | undefined; by: string }): LockView
}

export interface StatusUse {
  status(): StatusView
  engine(id?: string): EngineView
}

/** /v1 passed through to whatever serves. */
export interface ChatUse {
  /** Raises engine_stopped, engine_switching, engine_unreachable. */
  pass(request: PassedRequest): Promise<PassedAnswer>
  inFlight(engine: string): number
}

export interface StorageUse {
  /** A checked copy of the database, kept in the folder of backups. Raises storage_full, storage_denied. */
  backUp(): Promise<{ readonly name: string; readonly path: string; readonly sizeBytes: number }>
  readBackup(name: string): Uint8Array<ArrayBuffer>
}

export interface UseCases {
  readonly access: AccessUse
  readonly settings: SettingsUse
  readonly settingsFile: SettingsFileUse
  readonly events: EventsUse
  readonly machines: MachinesUse
  readonly machineFacts: MachineFactsUse
  readonly namedMachines: NamedMachinesUse
  readonly watching: WatchingUse
  readonly models: ModelsUse
  readonly recipes: RecipesUse
  readonly downloads: DownloadsUse
  readonly deletions: DeletionsUse
  readonly disks: () => DisksView
  readonly plans: PlansUse
  readonly swaps: SwapsUse
  readonly lock: LockUse
  readonly schedules: ScheduleUse
  readonly status: StatusUse
  readonly chat: ChatUse
  readonly storage: StorageUse
  readonly webhooks: WebhooksUse
  readonly services: ServicesUse
  readonly logs: LogsUse
  readonly bots: BotsUse
  /** True once the database is open and the first recovery is done. */
  readonly isReady: () => boolean
  readonly version: string
}
