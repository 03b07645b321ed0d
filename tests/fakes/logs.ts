// Logs behind the use cases of the edge's tests: every container of every machine wrote one line.
import type { UseCases } from '../../server/app/use-cases.ts'
import type { MachineShape } from '../../server/contract/operations/shapes.ts'

export function fakeLogs(machine: (id: string) => MachineShape): UseCases['logs'] {
  const line = { at: '2026-01-01T00:00:30.000Z', text: 'started' }
  const next = '2026-01-01T00:00:30.000000000Z~1'
  const page = { lines: [line], next, more: false }
  return {
    title: (of) => ({ machine: { id: machine(of.machine).id, name: machine(of.machine).name }, container: of.container }),
    read: async (of, { after }) => {
      machine(of.machine)
      return after === undefined ? page : { ...page, lines: [] }
    },
    search: async (of, { words }) => {
      machine(of.machine)
      return { lines: line.text.includes(words) ? [line] : [], more: false }
    },
    follow(of) {
      machine(of.machine)
      const news = [{ lines: [line], left: 0, trouble: null, next }]
      return { take: () => news.pop() ?? { lines: [], left: 0, trouble: null, next }, news: async () => news.length > 0 }
    },
    async download(of) {
      machine(of.machine)
      return new Response(`${line.at} ${line.text}\n`).body ?? new ReadableStream()
    },
  }
}
