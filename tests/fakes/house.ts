// The whole house as main.ts builds it, over a simulated cluster in memory, real SQLite and virtual time.

import { createCronTimes } from '../../server/adapters/calendar/cron-times.ts'
import { createRecipeFiles, readFamilies } from '../../server/adapters/files/recipe-files.ts'
import { recipeTexts } from '../../server/adapters/files/recipe-text.ts'
import { settingsText } from '../../server/adapters/files/settings-text.ts'
import { shippedRecipes } from '../../server/adapters/files/shipped-dir.ts'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { generateKeyPair } from '../../server/adapters/ssh/key-pair.ts'
import type { Engines } from '../../server/app/engine-ports.ts'
import type { Clock, FileProblem, Ids } from '../../server/app/ports.ts'
import type { RecipeFiles } from '../../server/app/recipe-ports.ts'
import type { ServiceDoors } from '../../server/app/service-ports.ts'
import { compose, type Graph } from '../../server/compose.ts'
import { type Client, createClient } from '../../server/contract/client.ts'
import { inferWith } from '../../server/domain/models.ts'
import type { Recipe } from '../../server/domain/recipe.ts'
import { type App, createApp } from '../../server/http/app.ts'
import type { Adapters } from '../../server/world.ts'
import { demoHub } from '../sim/core/demo-hub.ts'
import { demoNodes } from '../sim/core/demo-world.ts'
import type { SimNodeOptions, World } from '../sim/core/types.ts'
import { createWorld } from '../sim/core/world.ts'
import { createMemoryEngines, createMemorySparks, type MemorySparks } from '../sim/doors/memory.ts'
import { createMemoryServiceDoors } from '../sim/doors/memory-service-doors.ts'
import { fakeWayIn } from './access.ts'
import { createFakeClock, type FakeClock } from './clock.ts'
import { createFakeIds } from './ids.ts'
import { createFakeLog, type FakeLog } from './log.ts'
import { createFakeSealer } from './sealer.ts'
import { createFakeWebhookSender, type FakeWebhookSender } from './webhook-sender.ts'

/** What the house stands on; `around` of its options may put something before each. */
export interface Parts {
  readonly clock: Clock
  readonly sparks: Adapters['sparks']
  readonly engines: Engines
  readonly stores: OpenStores
  readonly recipeFiles: RecipeFiles
}

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
  /** Receivers of webhooks: they accept everything until they are told otherwise. */
  readonly webhookSender: FakeWebhookSender
  /** The owner's folder of recipes, by id: it outlives a crash, and the owner may take a file away. */
  readonly ownerRecipes: Map<string, Recipe>
  close(): Promise<void>
  /** Dies at this instant, as by kill -9: its calls never settle. Gives the disk as it was at its death, for the next life's `from`. */
  crash(): HouseOptions['from']
}

export interface HouseOptions {
  readonly nodes?: readonly SimNodeOptions[]
  readonly timeScale?: number
  /** A database as an earlier life left it (stores.serialize()), and the cluster it was about. */
  readonly from?: { readonly bytes: Buffer; readonly before: Pick<House, 'clock' | 'world' | 'sparks' | 'ownerRecipes'> } | undefined
  /** A file for the database; without it, it is in memory. */
  readonly path?: string
  /** The streams about memory speak so often, ms; absent: as seldom as they may. */
  readonly streamMs?: number
  /** Begins the ids: a second life must not give out the first one's again. */
  readonly idPrefix?: string
  readonly around?: (parts: Parts) => Parts
  /** As main.ts finds it; absent: empty. */
  readonly env?: Readonly<Record<string, string>>
  /** Why no place may be asked now; null: it may. */
  readonly refusal?: () => string | null
  /** Instead of those of the simulated cluster. */
  readonly serviceDoors?: ServiceDoors
}

const ownerDir = '/nonexistent/recipes-of-the-owner'

/** Read once a process: real files take real time, which virtual time does not wait for, and reading them is most of a short life. */
const readShipped = async () => {
  const shipped = shippedRecipes()
  const files = createRecipeFiles({ shippedDir: shipped.models, ownerDir })
  const [{ families }, found] = await Promise.all([readFamilies(shipped.families), files.read()])
  return { files, found, infer: remembering(inferWith(families)), keyPair: generateKeyPair() }
}
type Found = Awaited<ReturnType<RecipeFiles['read']>>

/** The text a recipe was written as, also for the next life. */
const written = new WeakMap<Recipe, string>()

/** The owner's folder in memory: virtual time does not wait for a disk. Files and YAML have tests of their own. */
function ownerFolder(recipes: Map<string, Recipe>, shipped: Found): Pick<RecipeFiles, 'read' | 'write' | 'remove'> {
  const problems: readonly FileProblem[] = shipped.problems
  return {
    read: async () => ({
      recipes: [...recipes.values(), ...shipped.recipes.filter((one) => !recipes.has(one.id))],
      problems,
      texts: new Map([...recipes].map(([id, recipe]) => [id, written.get(recipe) ?? ''])),
    }),
    write: async (recipe, text) => {
      const file = `${recipe.id.replaceAll(/[^a-z0-9]+/gi, '-')}.yaml`
      const kept = { ...recipe, file }
      written.set(kept, text ?? recipeTexts.write(recipe))
      recipes.set(recipe.id, kept)
      return file
    },
    remove: async (id) => void recipes.delete(id),
  }
}

/** More than two Sparks hold; a folder that grows is another one at each scan. */
const mostRemembered = 64

/** Every life finds the same folders. */
function remembering<T extends object, R>(act: (of: T) => R): (of: T) => R {
  const known = new Map<string, R>()
  return (of) => {
    const key = JSON.stringify(of)
    const found = known.get(key) ?? act(of)
    if (known.size >= mostRemembered) known.clear()
    known.set(key, found)
    return found
  }
}
const cronTimes = createCronTimes()
let shippedOnce: ReturnType<typeof readShipped> | null = null

/** Not started: call `graph.start()`. */
export async function createHouse(options: HouseOptions = {}): Promise<House> {
  const { nodes = demoNodes(), timeScale = 0.1, from, path = ':memory:', idPrefix = '' } = options
  const around = options.around ?? ((parts: Parts): Parts => parts)
  const clock = from?.before.clock ?? createFakeClock()
  const ids: Ids = createFakeIds(idPrefix)
  const log = createFakeLog()
  const world = from?.before.world ?? createWorld({ nodes, clock, timeScale, seed: 1, hub: demoHub })
  const life = new AbortController()
  const sparks = createMemorySparks(world, {
    life: life.signal,
    ...(options.streamMs === undefined ? {} : { streamMs: options.streamMs }),
    ...(from === undefined ? {} : { desk: from.before.sparks.desk, lines: from.before.sparks.lines }),
  })
  const engines = createMemoryEngines(world)
  const webhookSender = createFakeWebhookSender()
  const stores = openStores({ path: from?.bytes ?? path, ids, log })
  shippedOnce ??= readShipped()
  const { files, found, infer, keyPair } = await shippedOnce
  const ownerRecipes = from?.before.ownerRecipes ?? new Map<string, Recipe>()
  const recipeFiles: RecipeFiles = { ...files, ...ownerFolder(ownerRecipes, found) }
  const graph = compose({
    ...around({ clock, sparks, engines, stores, recipeFiles }),
    serviceDoors: options.serviceDoors ?? createMemoryServiceDoors(world, options.refusal),
    ids,
    log,
    webhookSender,
    sealer: createFakeSealer(),
    settingsText,
    cronTimes,
    infer,
    generateKeyPair: () => keyPair,
    env: options.env ?? {},
    version: '0.1.0',
    wayIn: fakeWayIn(),
    checkEvents: true,
  })
  const app = createApp({ useCases: graph, clock, ids, log, parseOutput: true })
  const client = createClient((url, init) => app.request(url, init))
  const close = async (): Promise<void> => {
    await graph.close()
    stores.close()
  }
  let left: HouseOptions['from']
  const crash = (): HouseOptions['from'] => {
    if (left !== undefined) return left
    left = { bytes: stores.serialize(), before: { clock, world, sparks, ownerRecipes } }
    life.abort()
    void graph.close()
    return left
  }
  return { graph, app, client, clock, world, sparks, engines, stores, log, webhookSender, ownerRecipes, close, crash }
}
