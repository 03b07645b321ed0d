// What many Sparks cost the appliance: its processor time and memory, by /proc, while it looks at each of them every five seconds.
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Built, type Closing, openFolder, pause, startBuilt } from '../bench/ground.ts'
import type { Door } from '../sim/doors/node-site.ts'
import type { FleetOrder, FleetSaid } from './fleet-world.ts'

const worldScript = fileURLToPath(new URL('./fleet-world.ts', import.meta.url))
const pollSeconds = 5
/** First logins, first scans and compiling are over, ms. */
const warmUpMs = 30_000
const patienceMs = 30_000

export interface FleetCost {
  readonly seconds: number
  /** Scripts that the machines answered in that time: looks, and a few scans of disks. */
  readonly answered: number
  /** Of one core, percent. */
  readonly processorPercent: number
  /** Resident, the most that was seen, bytes. */
  readonly memoryBytes: number
}

export interface Fleet {
  readonly built: Built
  /** Measures for so long; throws when a machine is not shown as answering afterwards. */
  measure(seconds: number): Promise<FleetCost>
}

interface Child {
  readonly machines: Door['machines']
  tell(order: FleetOrder): void
  answered(): Promise<number>
}

async function openMachines(closing: Closing, count: number): Promise<Child> {
  const child = fork(worldScript, [String(count), join(openFolder(closing), 'sparks')])
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const tell = (order: FleetOrder): void => void child.send(order)
  const said = (): Promise<FleetSaid> =>
    new Promise((resolve, reject) => {
      child.once('message', (message) => resolve(message as FleetSaid))
      void ended.then(() => reject(new Error('the simulated Sparks ended')))
    })
  closing.add(async () => {
    if (child.connected) tell('stop')
    const insist = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    await ended
    clearTimeout(insist)
  })
  const first = await said()
  return {
    machines: 'machines' in first ? first.machines : [],
    tell,
    async answered() {
      const heard = said()
      tell('count')
      const answer = await heard
      return 'answered' in answer ? answer.answered : Number.NaN
    },
  }
}

/** `count` Sparks that the built appliance knows and has looked at for a while. */
export async function openFleet(closing: Closing, count: number): Promise<Fleet> {
  const child = await openMachines(closing, count)
  const built = await startBuilt(closing, { dataDir: join(openFolder(closing), 'data'), env: { POLL_SECONDS: String(pollSeconds) } })
  const { publicKey } = await built.client['machines.publicKey']()
  child.tell({ authorize: publicKey })
  for (const { address, port, user } of child.machines) await built.client['machines.add']({ body: { address, port, user } })
  await pause(warmUpMs)
  return {
    built,
    async measure(seconds) {
      const from = performance.now()
      const [spentBefore, answeredBefore] = [built.processorMs(), await child.answered()]
      let memoryBytes = 0
      while (performance.now() - from < seconds * 1000) {
        memoryBytes = Math.max(memoryBytes, built.memory())
        await pause(500)
      }
      const ms = performance.now() - from
      const cost = {
        processorPercent: (100 * (built.processorMs() - spentBefore)) / ms,
        answered: (await child.answered()) - answeredBefore,
      }
      const { machines } = await built.client['machines.list']()
      const fresh = machines.filter((machine) => machine.state === 'reachable' && !machine.stale).length
      if (fresh !== count) throw new Error(`only ${fresh} of ${count} machines are shown as answering`)
      return { ...cost, seconds: ms / 1000, memoryBytes }
    },
  }
}
