// What the app offers of bots.
import type { BotHistoryView, BotView } from '../contract/operations/bot-shapes.ts'
import type { LogPageView } from '../contract/operations/logs.ts'
import type { Bot, BotActKind } from '../domain/bot.ts'
import type { Requester } from '../domain/swap.ts'
import type { LogReader } from './logs-use.ts'

/** What is left out stays, or is the usual. */
export type BotEdit = {
  readonly [Part in 'name' | 'machine' | 'user' | 'folder' | 'runs' | 'unit' | 'restartWords' | 'heal']?: Bot[Part] | undefined
}

export interface BotsUse {
  /** Those whose user is not said, too: they are not looked at. */
  list(): BotView[]
  /** Raises not_found, as all that name a bot do. */
  find(id: string): BotView
  history(id: string): BotHistoryView
  /** Raises bot_invalid, bot_exists. */
  add(edit: BotEdit, by: string): BotView
  /** Raises the same, and bot_busy while an act is under way and seen to be. */
  edit(id: string, edit: BotEdit, by: string): BotView
  /** Raises bot_busy. */
  remove(id: string, by: string): void
  /** Looks now; what keeps it from being seen is in the answer. */
  look(id: string): Promise<BotView>
  /** Raises bot_busy, bot_no_folder, bot_no_user, and what keeps the machine from answering. Resolves when it is under way. */
  act(id: string, kind: BotActKind, by: Requester): Promise<BotView>
  /** Logs raise bot_no_user, and what the logs of containers do. */
  readLog(id: string, ask: { readonly after?: string | undefined; readonly limit: number }, signal?: AbortSignal): Promise<LogPageView>
  searchLog(id: string, ask: { readonly words: string; readonly limit: number }, signal?: AbortSignal): Promise<LogPageView>
  followLog(id: string, after: string | undefined, signal: AbortSignal): LogReader
  downloadLog(id: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
}
