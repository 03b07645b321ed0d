// What every story stands on: simulated Sparks behind a real sshd each, the appliance as its own process, and a real browser.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { createSystemClock } from '../../server/adapters/system/clock.ts'
import { type Client, createClient } from '../../server/contract/client.ts'
import type { SwapView } from '../../server/contract/operations/shapes.ts'
import { demoHub } from '../sim/core/demo-hub.ts'
import { qwen3Small } from '../sim/core/demo-models.ts'
import { demoNodes } from '../sim/core/demo-world.ts'
import type { ArgvRecord, SimModel, SimNodeOptions, World } from '../sim/core/types.ts'
import { createWorld } from '../sim/core/world.ts'
import { loopbackAddresses } from '../sim/doors/addresses.ts'
import type { Door } from '../sim/doors/node-site.ts'
import { openSshdDoor } from '../sim/doors/sshd-door.ts'
import { beginAndKill, beginLife, type Life } from './life.ts'

const browserArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Where pictures of the pages go; unset: none are taken. */
const shotsDir = process.env['E2E_SHOTS']

/** A model for which no recipe is shipped: how to start it is worked out from its files. */
export const homeMade: SimModel = {
  ...qwen3Small,
  repo: 'example/Qwen3-4B',
  weightsBytes: 8_060_000_000,
  config: { ...qwen3Small.config, hidden_size: 2560, intermediate_size: 9728 },
}

/** Two Sparks at home, and the home-made model on the first. */
export function e2eNodes(addresses: readonly [string, string]): readonly SimNodeOptions[] {
  return demoNodes(addresses).map((node, at) => (at === 0 ? { ...node, models: [...node.models, homeMade] } : node))
}

export interface RigOptions {
  /** All of the simulator's durations times this. A load of the small models takes two and a half minutes at 1. */
  readonly timeScale?: number
  readonly nodes?: (addresses: readonly [string, string]) => readonly SimNodeOptions[]
  /** False: the appliance knows no machine yet. */
  readonly joined?: boolean
  /** True: sshd listens on the same port of every Spark, as real ones do. */
  readonly onePort?: boolean
  readonly env?: Readonly<Record<string, string>>
  /** The appliance as `make build` made it, with its usual polls, instead of its sources. */
  readonly built?: boolean
}

export interface Rig {
  readonly world: World
  readonly door: Door
  readonly client: Client
  readonly dataDir: string
  /** The appliance's life now; another one after `restart`. */
  life(): Life
  /** Starts the appliance again on the same data and port. */
  restart(): Promise<void>
  /** Starts the appliance, and kills it so long after, ready or not. */
  stumble(ms: number): Promise<void>
  /** A tab of a browser with a profile of its own; what it complains of is collected. */
  tab(options?: BrowserContextOptions): Promise<Page>
  /** Errors of scripts, refusals by the content security policy, answers of 500 and above. */
  readonly complaints: readonly string[]
  /** Calls of the launcher by what they do, oldest first. */
  launches(action?: 'exec' | 'stop'): readonly ArgvRecord[]
  /** A switch by the API, to its end. */
  switchTo(model: string): Promise<SwapView>
  /** The switch as the API tells it, once `done` holds. */
  swapWhen(id: string, what: string, done: (swap: SwapView) => boolean, limitMs?: number): Promise<SwapView>
  /** Pictures of the page in both themes, narrow and wide, when they are asked for. */
  shots(page: Page, name: string): Promise<void>
  close(): Promise<void>
}

/** What has been opened is closed in reverse, whatever fails on the way. */
function createClosing(): { add(close: () => unknown): void; all(): Promise<void> } {
  const open: (() => unknown)[] = []
  return {
    add: (close) => void open.push(close),
    async all() {
      const failures: unknown[] = []
      for (const close of open.splice(0).reverse()) {
        try {
          await close()
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
    },
  }
}

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const closing = createClosing()
  try {
    return await build(options, closing)
  } catch (error) {
    await closing.all().catch(() => undefined)
    throw error
  }
}

async function build(options: RigOptions, closing: ReturnType<typeof createClosing>): Promise<Rig> {
  const [one = '', two = ''] = loopbackAddresses(2)
  const clock = createSystemClock({
    onError: (error) => {
      throw error
    },
  })
  const world = createWorld({
    nodes: (options.nodes ?? e2eNodes)([one, two]),
    clock,
    timeScale: options.timeScale ?? 0.012,
    seed: 11,
    hub: demoHub,
  })
  const folder = mkdtempSync(join(tmpdir(), 'spark-e2e-'))
  closing.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const port = options.onePort === true ? { basePort: await freePort(one, two) } : {}
  const door = await openSshdDoor({ world, dir: join(folder, 'sparks'), ...port })
  closing.add(() => door.stop())
  const dataDir = join(folder, 'data')
  const how = { dataDir, env: options.env ?? {}, built: options.built ?? false }
  let life = await beginLife(how)
  closing.add(() => life.stop())
  const client = createClient(fetch, life.url)
  const browsing = createBrowsing(closing, life.url)
  if (options.joined !== false) await joinAll(client, door)

  const swapWhen: Rig['swapWhen'] = async (id, what, done, limitMs = 30_000) => {
    const end = Date.now() + limitMs
    for (;;) {
      const swap = await client['swaps.find']({ params: { id } })
      if (done(swap)) return swap
      if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}\n${JSON.stringify(swap, null, 2)}\n${life.log()}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return {
    world,
    door,
    client,
    dataDir,
    life: () => life,
    restart: async () => {
      life = await beginLife({ ...how, port: life.port })
    },
    stumble: (ms) => beginAndKill({ ...how, port: life.port }, ms),
    ...browsing,
    launches: (action) => launches(world, action),
    swapWhen,
    async switchTo(model) {
      await confirmRecipe(client, model)
      const started = await client['swaps.start']({ body: { model } })
      if (!('steps' in started)) throw new Error('that was only a plan')
      const ended = await swapWhen(started.id, `a switch to ${model}`, (swap) => swap.state !== 'running')
      if (ended.state !== 'succeeded') throw new Error(`the switch to ${model} ended as ${JSON.stringify(ended)}`)
      return ended
    },
    close: () => closing.all(),
  }
}

/** A port that nothing listens on at either address. */
async function freePort(one: string, two: string): Promise<number> {
  for (;;) {
    const port = await bound(one, 0)
    if (port !== null && (await bound(two, port)) !== null) return port
  }
}

function bound(address: string, port: number): Promise<number | null> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(null))
    server.listen(port, address, () => {
      const got = (server.address() as AddressInfo).port
      server.close(() => resolve(got))
    })
  })
}

/** Lets the appliance in on every Spark and adds it. */
async function joinAll(client: Client, door: Door): Promise<void> {
  const { publicKey } = await client['machines.publicKey']()
  door.authorize(publicKey)
  for (const { address, port, user } of door.machines) {
    const machine = await client['machines.add']({ body: { address, port, user } })
    await client['machines.check']({ params: { id: machine.id } })
  }
  await client['models.scan']()
}

/** The owner's yes to a recipe that was worked out. */
async function confirmRecipe(client: Client, model: string): Promise<void> {
  const { recipe } = await client['models.find']({ params: { id: model } })
  if (recipe !== null && !recipe.confirmed) await client['recipes.confirm']({ params: { id: recipe.id } })
}

function launches(world: World, action?: 'exec' | 'stop'): readonly ArgvRecord[] {
  const calls = world.argvLog.filter((call) => call.tool === 'launch-cluster.sh' && !call.argv.includes('--help'))
  return action === undefined ? calls : calls.filter((call) => call.argv.includes(action))
}

function createBrowsing(closing: ReturnType<typeof createClosing>, baseURL: string): Pick<Rig, 'tab' | 'complaints' | 'shots'> {
  const complaints: string[] = []
  let browser: Promise<Browser> | undefined
  const open = async (): Promise<Browser> => {
    const opened = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: browserArgs })
    closing.add(() => opened.close())
    return opened
  }
  return {
    complaints,
    async tab(options = {}) {
      browser ??= open()
      const context: BrowserContext = await (await browser).newContext({ baseURL, viewport: { width: 1280, height: 900 }, ...options })
      const page = await context.newPage()
      page.setDefaultTimeout(15_000)
      page.on('pageerror', (error) => complaints.push(`script: ${error.message}`))
      page.on('console', (message) => {
        if (message.type() === 'error' && /Content Security Policy/.test(message.text())) complaints.push(message.text())
      })
      page.on('response', (response) => {
        if (response.status() >= 500) complaints.push(`${response.status()} ${response.url()}`)
      })
      return page
    },
    async shots(page, name) {
      if (shotsDir === undefined) return
      mkdirSync(shotsDir, { recursive: true })
      const before = page.viewportSize() ?? { width: 1280, height: 900 }
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        for (const width of [390, 1280]) {
          await page.setViewportSize({ width, height: 844 })
          await page.screenshot({ path: join(shotsDir, `${name}-${colorScheme}-${width}.png`), fullPage: true })
        }
      }
      await page.emulateMedia({ colorScheme: null })
      await page.setViewportSize(before)
    },
  }
}
