// What the app offers of bots.
import type { BotView } from '../contract/operations/bots.ts'
import type { LogPageView } from '../contract/operations/logs.ts'
import type { BotActKind } from '../domain/bot.ts'
import type { LogReader } from './logs-use.ts'

export interface BotsUse {
  /** None while no user is set. */
  list(): BotView[]
  /** Raises not_found. */
  find(id: string): BotView
  /** Looks now; what keeps it from being seen is in the answer. */
  look(id: string): Promise<BotView>
  /** Raises bot_busy, bot_no_folder, and what keeps the machine from answering. Resolves when it is under way. */
  act(id: string, kind: BotActKind, by: string): Promise<BotView>
  readLog(id: string, ask: { readonly after?: string | undefined; readonly limit: number }, signal?: AbortSignal): Promise<LogPageView>
  searchLog(id: string, ask: { readonly words: string; readonly limit: number }, signal?: AbortSignal): Promise<LogPageView>
  followLog(id: string, after: string | undefined, signal: AbortSignal): LogReader
  downloadLog(id: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
}
