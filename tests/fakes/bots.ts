// A bot behind the use cases of the edge's tests.
import type { BotsUse } from '../../server/app/bot-use.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { type BotView, botHistorySample, botSample } from '../../server/contract/operations/bot-shapes.ts'

export function fakeBots(note: (what: string, ask: unknown) => void): BotsUse {
  const find = (id: string): BotView => {
    if (id !== botSample.id) throw new SparkError('not_found', { what: `bot "${id}"` })
    return botSample
  }
  const page = { lines: [{ at: '2026-01-01T00:00:30.000Z', text: 'bridged' }], more: false }
  return {
    list: () => [botSample],
    find,
    history: (id) => {
      find(id)
      return botHistorySample
    },
    add(edit, by) {
      note('bots.add', { ...edit, by })
      return botSample
    },
    edit(id, edit, by) {
      note('bots.edit', { id, ...edit, by })
      return find(id)
    },
    remove(id, by) {
      note('bots.remove', { id, by })
      find(id)
    },
    look: async (id) => find(id),
    async act(id, kind, by) {
      note('bots.act', { id, kind, by: by.name })
      return find(id)
    },
    async readLog(id) {
      find(id)
      return page
    },
    async searchLog(id, ask) {
      note('bots.searchLog', ask)
      find(id)
      return page
    },
    followLog(id) {
      find(id)
      let left = [...page.lines]
      return {
        take: () => ({ lines: left.splice(0), left: 0, trouble: null, next: '2026-01-01T00:00:30.000000000Z~1' }),
        news: async () => left.length > 0 || new Promise<boolean>(() => (left = [])),
      }
    },
    async downloadLog(id) {
      find(id)
      return new Response('bridged\n').body ?? new ReadableStream()
    },
  }
}
