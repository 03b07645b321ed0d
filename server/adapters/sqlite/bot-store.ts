import type { Database } from 'better-sqlite3'
import type { BotChange, BotStore } from '../../app/bot-ports.ts'
import type { Bot } from '../../domain/bot.ts'
import type { BotAct } from '../../domain/bot-act.ts'
import { createWatchedRows } from './watched-rows.ts'

export function createBotStore(db: Database): BotStore {
  return createWatchedRows<Bot, BotChange, BotAct>(
    db,
    { rows: 'bots', changes: 'bot_changes', acts: 'bot_acts', of: 'bot' },
    (act) => act.bot,
  )
}
