// What measurements stand on: simulated Sparks behind a real sshd each, and the built appliance as a process of its own.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createSystemClock } from '../../server/adapters/system/clock.ts'
import { type Client, createClient } from '../../server/contract/client.ts'
import { beginLife, type Life, type LifeOptions } from '../e2e/life.ts'
import { demoNodes } from '../sim/core/demo-world.ts'
import type { World } from '../sim/core/types.ts'
import { createWorld } from '../sim/core/world.ts'
import { loopbackAddresses } from '../sim/doors/addresses.ts'
import type { Door } from '../sim/doors/node-site.ts'
import { openSshdDoor } from '../sim/doors/sshd-door.ts'

/** What has been opened is closed in reverse, whatever fails on the way. */
export interface Closing {
  add(close: () => unknown): void
  all(): Promise<void>
}

export function createClosing(): Closing {
  const open: (() => unknown)[] = []
  return {
    add: (close) => void open.push(close),
    async all() {
      for (const close of open.splice(0).reverse()) {
        try {
          await close()
        } catch (error) {
          console.error(error)
        }
      }
    },
  }
}

export function openFolder(closing: Closing): string {
  const folder = mkdtempSync(join(tmpdir(), 'spark-figures-'))
  closing.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** Two Sparks; what takes minutes there takes a fraction of a second here, so that what is ours shows. */
export async function openSparks(closing: Closing, timeScale = 0.002): Promise<{ readonly world: World; readonly door: Door }> {
  const [one = '', two = ''] = loopbackAddresses(2)
  const clock = createSystemClock({ onError: (error) => console.error(error) })
  const world = createWorld({ nodes: demoNodes([one, two]), clock, timeScale, seed: 3 })
  const door = await openSshdDoor({ world, dir: join(openFolder(closing), 'sparks') })
  closing.add(() => door.stop())
  return { world, door }
}

/** Channels that were opened and logins that were let in at one machine's sshd, by its own log. */
export function countAtSshd(door: Door, machine: number): { readonly channels: number; readonly logins: number } {
  const log = readFileSync(join(dirname(door.machines[machine]?.home ?? ''), 'sshd/log'), 'utf8')
  return { channels: log.match(/^Starting session: /gm)?.length ?? 0, logins: log.match(/^Accepted publickey for /gm)?.length ?? 0 }
}

export interface Built extends Life {
  readonly client: Client
}

/** Starts what `make build` made, and waits until it says that it is ready. */
export async function startBuilt(closing: Closing, options: Pick<LifeOptions, 'dataDir' | 'env'>): Promise<Built> {
  const life = await beginLife({ ...options, built: true, env: { LOG_LEVEL: 'error', ...options.env } })
  closing.add(() => life.stop())
  return { ...life, client: createClient(fetch, life.url) }
}

/** Lets the appliance in on every Spark, adds each and has its disks read. */
export async function joinAll(client: Client, door: Door): Promise<void> {
  const { publicKey } = await client['machines.publicKey']()
  door.authorize(publicKey)
  for (const { address, port, user } of door.machines) {
    const machine = await client['machines.add']({ body: { address, port, user } })
    await client['machines.check']({ params: { id: machine.id } })
  }
  await client['models.scan']()
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits in real time; throws with `what` after `limitMs`. */
export async function until<T>(what: string, found: () => T | undefined | null | false, limitMs = 20_000): Promise<T> {
  const end = performance.now() + limitMs
  for (;;) {
    const it = found()
    if (it !== undefined && it !== null && it !== false) return it
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`)
    await pause(2)
  }
}
