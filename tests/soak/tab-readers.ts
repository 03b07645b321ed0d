// Tabs of Home as a process of its own: each loads the page and follows its stream on a connection of its own, as browsers do.
// Arguments: URL COUNT. Says "open" when every stream has said its first words; asked to close, what they saw.
import { Agent, get } from 'node:http'
import { window } from './tabs-measure.ts'

export interface TabsSaid {
  readonly open: number
  readonly updates: number
  readonly bytes: number
  /** Updates of one fragment in one tab within the window, the most. */
  readonly most: number
  readonly sawSwitch: number
}

interface Tab {
  readonly times: Map<string, number[]>
  bytes: number
  most: number
  updates: number
  sawSwitch: boolean
  alive: boolean
}

const [url = '', count = '0'] = process.argv.slice(2)
const patienceMs = 60_000

function openTab(): Promise<Tab> {
  const tab: Tab = { times: new Map(), bytes: 0, most: 0, updates: 0, sawSwitch: false, alive: true }
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error('a tab got no words')), patienceMs)
    const agent = new Agent({ keepAlive: false })
    const asked = get(`${url}/live?page=home`, { agent, headers: { accept: 'text/event-stream' } }, (answer) => {
      answer.setEncoding('utf8')
      answer.on('data', (text: string) => {
        clearTimeout(limit)
        hear(tab, text)
        resolve(tab)
      })
      answer.on('close', () => {
        tab.alive = false
      })
    })
    asked.on('error', (error) => {
      tab.alive = false
      reject(error)
    })
  })
}

function hear(tab: Tab, text: string): void {
  const now = performance.now()
  tab.bytes += text.length
  if (text.includes('aria-label="The running switch"')) tab.sawSwitch = true
  for (const [, id = ''] of text.matchAll(/<hx-partial hx-target="#([\w-]+)"/g)) {
    const times = (tab.times.get(id) ?? []).filter((at) => now - at < window.seconds * 1000)
    times.push(now)
    tab.times.set(id, times)
    tab.updates += 1
    tab.most = Math.max(tab.most, times.length)
  }
}

const tabs: Tab[] = []
for (let at = 0; at < Number(count); at += 1) tabs.push(await openTab())
process.on('message', () => {
  const sum = (of: (tab: Tab) => number): number => tabs.reduce((all, tab) => all + of(tab), 0)
  const said: TabsSaid = {
    open: tabs.filter((tab) => tab.alive).length,
    updates: sum((tab) => tab.updates),
    bytes: sum((tab) => tab.bytes),
    most: Math.max(...tabs.map((tab) => tab.most)),
    sawSwitch: tabs.filter((tab) => tab.sawSwitch).length,
  }
  process.send?.(said, () => process.exit(0))
})
process.on('disconnect', () => process.exit(0))
process.send?.('open')
