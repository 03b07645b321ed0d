// What the house stands on: the adapters that main.ts opens, and that tests and the simulation bring themselves.
import type { WayIn } from './app/access.ts'
import type { BotSparks } from './app/bot-ports.ts'
import type { DownloadSparks } from './app/download-ports.ts'
import type { Engines } from './app/engine-ports.ts'
import type { LogSparks } from './app/log-ports.ts'
import type { InspectSparks } from './app/machine-ports.ts'
import type { Clock, Ids, Log, Sparks, Stores } from './app/ports.ts'
import type { RecipeFiles } from './app/recipe-ports.ts'
import type { CronTimes } from './app/schedule-ports.ts'
import type { Sealer } from './app/sealing-ports.ts'
import type { ServiceDoors, ServiceSparks } from './app/service-ports.ts'
import type { SettingsText } from './app/settings-file-ports.ts'
import type { OwnWatch, StreamSparks } from './app/stream-ports.ts'
import type { WebhookSender } from './app/webhook-ports.ts'
import type { FolderListing, Inference } from './domain/model.ts'

/** The world as the house is given it. Whoever opened these closes them, after `close()` of the graph. */
export interface Adapters {
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly stores: Stores
  readonly sparks: Sparks & DownloadSparks & ServiceSparks & StreamSparks & InspectSparks & LogSparks & BotSparks
  readonly engines: Engines
  readonly serviceDoors: ServiceDoors
  /** Seals what is secret before it is stored. */
  readonly webhookSender: WebhookSender
  readonly sealer: Sealer
  readonly cronTimes: CronTimes
  readonly recipeFiles: RecipeFiles
  readonly settingsText: SettingsText
  /** What a folder says of itself: domain's inferWith(families). */
  readonly infer: (listing: FolderListing) => Inference
  readonly generateKeyPair: () => { readonly privateKey: string; readonly publicKey: string }
  /** Environment variables that pin and seed settings; an unusable one raises setting_invalid here. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly wayIn: WayIn
  /** What this computer itself missed; absent in a world whose time never stands still. */
  readonly ownWatch?: OwnWatch
  /** Tests: an event whose payload is not as its row says is raised. */
  readonly checkEvents?: boolean
}
