// The whole house as main.ts builds it, over a simulated cluster in memory, real SQLite and virtual time.

import { createRecipeFiles, readFamilies } from '../../server/adapters/files/recipe-files.ts'
import { shippedRecipes } from '../../server/adapters/files/shipped-dir.ts'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { generateKeyPair } from '../../server/adapters/ssh/key-pair.ts'
import type { Engines, Ids } from '../../server/app/ports.ts'
import { compose, type Graph } from '../../server/compose.ts'
import { type Client, createClient } from '../../server/contract/client.ts'
import { inferWith } from '../../server/domain/models.ts'
import { createAccess } from '../../server/http/access.ts'
import { type App, createApp } from '../../server/http/app.ts'
import { demoHub } from '../sim/core/demo-hub.ts'
import { demoNodes } from '../sim/core/demo-world.ts'
import type { SimNodeOptions, World } from '../sim/core/types.ts'
import { createWorld } from '../sim/core/world.ts'
import { createMemoryEngines, createMemorySparks, type MemorySparks } from '../sim/doors/memory.ts'
import { createFakeClock, type FakeClock } from './clock.ts'
import { createFakeIds } from './ids.ts'
import { createFakeLog, type FakeLog } from './log.ts'

export interface House {
  readonly graph: Graph
  readonly app: App
  readonly client: Client
  readonly clock: FakeClock
  readonly world: World
  readonly sparks: MemorySparks
  readonly engines: Engines
  readonly stores: OpenStores
  readonly log: FakeLog
  close(): Promise<void>
  /** Dies at this instant, as by kill -9: its calls never settle. Gives the disk as it was, for the next life's `from`. */
  crash(): HouseOptions['from']
}

export interface HouseOptions {
  readonly nodes?: readonly SimNodeOptions[]
  readonly timeScale?: number
  /** A database as an earlier life left it (stores.serialize()), and the cluster it was about. */
  readonly from?: { readonly bytes: Buffer; readonly before: Pick<House, 'clock' | 'world' | 'sparks'> } | undefined
  /** A file for the database; without it, it is in memory. */
  readonly path?: string
  /** Begins the ids: a second life must not give out the first one's again. */
  readonly idPrefix?: string
}

const ownerDir = '/nonexistent/recipes-of-the-owner'

/** Read once a process: real files take real time, which virtual time does not wait for, and reading them is most of a short life. */
const readShipped = async () => {
  const shipped = shippedRecipes()
  const files = createRecipeFiles({ shippedDir: shipped.models, ownerDir })
  const [{ families }, found] = await Promise.all([readFamilies(shipped.families), files.read()])
  return { recipeFiles: { ...files, read: async () => found }, infer: remembering(inferWith(families)), keyPair: generateKeyPair() }
}
/** Every life finds the same folders. */
function remembering<T extends object, R>(act: (of: T) => R): (of: T) => R {
  const known = new Map<string, R>()
  return (of) => {
    const key = JSON.stringify(of)
    const found = known.get(key) ?? act(of)
    known.set(key, found)
    return found
  }
}
let shippedOnce: ReturnType<typeof readShipped> | null = null

/** Not started: call `graph.start()`. */
export async function createHouse({
  nodes = demoNodes(),
  timeScale = 0.1,
  from,
  path = ':memory:',
  idPrefix = '',
}: HouseOptions = {}): Promise<House> {
  const clock = from?.before.clock ?? createFakeClock()
  const ids: Ids = createFakeIds(idPrefix)
  const log = createFakeLog()
  const world = from?.before.world ?? createWorld({ nodes, clock, timeScale, seed: 1, hub: demoHub })
  const life = new AbortController()
  const sparks = createMemorySparks(world, {
    life: life.signal,
    ...(from === undefined ? {} : { desk: from.before.sparks.desk, lines: from.before.sparks.lines }),
  })
  const engines = createMemoryEngines(world)
  const stores = openStores({ path: from?.bytes ?? path, ids, log })
  shippedOnce ??= readShipped()
  const { recipeFiles, infer, keyPair } = await shippedOnce
  const graph = compose({
    clock,
    ids,
    log,
    stores,
    sparks,
    engines,
    recipeFiles,
    infer,
    generateKeyPair: () => keyPair,
    env: {},
    version: '0.1.0',
    checkEvents: true,
  })
  const access = createAccess({ clock, ids, loopback: true, secret: 'test' })
  const app = createApp({ useCases: graph, clock, ids, log, access, parseOutput: true })
  const client = createClient((url, init) => app.request(url, init))
  const close = async (): Promise<void> => {
    await graph.close()
    stores.close()
  }
  const crash = (): HouseOptions['from'] => {
    const bytes = stores.serialize()
    life.abort()
    void graph.close()
    return { bytes, before: { clock, world, sparks } }
  }
  return { graph, app, client, clock, world, sparks, engines, stores, log, close, crash }
}
