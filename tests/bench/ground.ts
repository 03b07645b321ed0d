// What measurements stand on: simulated Sparks behind a real sshd each, and the built appliance as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSystemClock } from '../../server/adapters/system/clock.ts'
import { type Client, createClient } from '../../server/contract/client.ts'
import { demoNodes } from '../sim/core/demo-world.ts'
import type { World } from '../sim/core/types.ts'
import { createWorld } from '../sim/core/world.ts'
import { loopbackAddresses } from '../sim/doors/addresses.ts'
import type { Door } from '../sim/doors/node-site.ts'
import { openSshdDoor } from '../sim/doors/sshd-door.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const main = join(root, 'dist/server/main.js')
const startMs = 30_000
/** After this long a child that was asked to end is killed, ms. */
const patienceMs = 10_000

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

export interface Built {
  readonly url: string
  readonly client: Client
  /** From the start of the process to the first 200 of /readyz, ms. */
  readonly readyMs: number
  /** Resident memory now, bytes. */
  memory(): number
  stop(): Promise<void>
}

export interface BuiltOptions {
  readonly dataDir: string
  readonly env?: Readonly<Record<string, string>>
}

/** Starts what `make build` made, and waits until it says that it is ready. */
export async function startBuilt(closing: Closing, { dataDir, env = {} }: BuiltOptions): Promise<Built> {
  if (!existsSync(main)) throw new Error('There is no dist/: run make build first.')
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [main], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDir,
      LOG_LEVEL: 'error',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const stop = (): Promise<void> => end(child)
  closing.add(stop)
  const url = `http://127.0.0.1:${port}`
  await ready(`${url}/readyz`, child)
  return {
    url,
    client: createClient(fetch, url),
    readyMs: performance.now() - began,
    memory: () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? Number.NaN) * 1024,
    stop,
  }
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const until = performance.now() + startMs
  for (;;) {
    const isReady = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isReady) return
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the appliance ended with ${child.exitCode}`)
    if (performance.now() > until) throw new Error('the appliance is not ready in time')
    await pause(5)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await ended
  clearTimeout(timer)
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

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof bound === 'object' && bound !== null ? bound.port : 0
}
