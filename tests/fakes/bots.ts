// A bot behind the use cases of the edge's tests.
import type { BotsUse } from '../../server/app/bot-use.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { type BotView, botSample } from '../../server/contract/operations/bots.ts'

export function fakeBots(note: (what: string, ask: unknown) => void): BotsUse {
  const find = (id: string): BotView => {
    if (id !== botSample.id) throw new SparkError('not_found', { what: `bot "${id}"` })
    return botSample
  }
  const page = { lines: [{ at: '2026-01-01T00:00:30.000Z', text: 'bridged' }], more: false }
  return {
    list: () => [botSample],
    find,
    look: async (id) => find(id),
    async act(id, kind, by) {
      note('bots.act', { id, kind, by })
      return find(id)
    },
    async readLog(id) {
      find(id)
      return page
    },
    async searchLog(id) {
      find(id)
      return page
    },
    followLog(id) {
      find(id)
      return { take: () => ({ lines: [], left: 0, trouble: null, next: null }), news: async () => false }
    },
    async downloadLog(id) {
      find(id)
      return new Response('bridged\n').body ?? new ReadableStream()
    },
  }
}
