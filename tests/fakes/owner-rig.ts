// The read side of an appliance over the simulated cluster, as main.ts builds it, in virtual time: for tests of machines, models and status.

import { launcherRecipe } from '../../server/adapters/files/launcher-recipe.ts'
import { readFamilies } from '../../server/adapters/files/recipe-files.ts'
import { recipeTexts } from '../../server/adapters/files/recipe-text.ts'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { generateKeyPair } from '../../server/adapters/ssh/key-pair.ts'
import { createDiscovery } from '../../server/app/discovery.ts'
import { createEngineWatch } from '../../server/app/engine-watch.ts'
import { createEvents } from '../../server/app/events.ts'
import { createFleet } from '../../server/app/fleet.ts'
import { createHealth } from '../../server/app/health.ts'
import { createMachines } from '../../server/app/machines.ts'
import { createModels } from '../../server/app/models.ts'
import { createObserved } from '../../server/app/observed.ts'
import type { RecipeFiles } from '../../server/app/recipe-ports.ts'
import { createRecipes } from '../../server/app/recipes.ts'
import { createSettings } from '../../server/app/settings.ts'
import { createStatus } from '../../server/app/status.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { freeLockSample } from '../../server/contract/operations/samples.ts'
import type { SwapView } from '../../server/contract/operations/shapes.ts'
import type { Serving } from '../../server/domain/engine.ts'
import { inferWith } from '../../server/domain/models.ts'
import type { Recipe } from '../../server/domain/recipe.ts'
import type { SimModel, SimNodeOptions, World } from '../sim/core/types.ts'
import { createWorld } from '../sim/core/world.ts'
import { createMemoryEngines, createMemorySparks, type MemorySparks } from '../sim/doors/memory.ts'
import { createFakeClock, type FakeClock } from './clock.ts'
import { createFakeIds } from './ids.ts'
import { createFakeLog, type FakeLog } from './log.ts'
import { noKnowledge } from './machine-facts.ts'
import { createFakeSealer } from './sealer.ts'

/** A model that inference knows well: 16 GB, tools and reasoning. */
export const qwen: SimModel = {
  repo: 'Qwen/Qwen3-8B',
  weightsBytes: 16e9,
  config: {
    architectures: ['Qwen3ForCausalLM'],
    model_type: 'qwen3',
    torch_dtype: 'bfloat16',
    hidden_size: 4096,
    num_hidden_layers: 36,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 40960,
    vocab_size: 151936,
  },
}

export const twoNodes = (models: readonly SimModel[] = [qwen]): SimNodeOptions[] => [
  { name: 'spark-1', address: '127.0.1.1', models, links: 2 },
  { name: 'spark-2', address: '127.0.1.2', models: [], links: 2 },
]

export interface OwnerRigOptions {
  readonly nodes?: readonly SimNodeOptions[]
  /** An earlier life's database and clock: the appliance starts again over the same machines. */
  readonly before?: Pick<OwnerRig, 'clock' | 'world' | 'stores'>
  /** The owner's folder of that life. */
  readonly files?: MemoryFiles
  readonly recipes?: readonly Recipe[]
}

/** What is told broken, and a disk without room. */
type MemoryFiles = RecipeFiles & { broken: boolean; full: boolean }

export type OwnerRig = Awaited<ReturnType<typeof createOwnerRig>>

export async function createOwnerRig(options: OwnerRigOptions = {}) {
  const clock: FakeClock = options.before?.clock ?? createFakeClock()
  const world: World = options.before?.world ?? createWorld({ clock, seed: 1, timeScale: 1, nodes: options.nodes ?? twoNodes() })
  const log: FakeLog = createFakeLog()
  const ids = createFakeIds('r')
  const stores: OpenStores = openStores({
    path: options.before === undefined ? ':memory:' : options.before.stores.serialize(),
    ids,
    log,
  })
  const sparks: MemorySparks = createMemorySparks(world)
  const engines = createMemoryEngines(world)
  const life = new AbortController()
  const events = createEvents({ store: stores.events, clock, log, checkPayloads: true })
  const settings = createSettings({ store: stores.settings, clock, env: {}, sealer: createFakeSealer(), events })
  const files = options.files ?? createMemoryFiles(options.recipes ?? [])
  const { families } = await readFamilies(new URL('../../recipes/families/', import.meta.url).pathname)
  const startedAgain: Serving[] = []
  let swap: SwapView | null = null

  const fleet = createFleet({
    clock,
    sparks,
    store: stores.machines,
    settings,
    events,
    log,
    watchNames: () => [settings.get('engine.containerName')],
  })
  const discovery = createDiscovery({
    clock,
    sparks,
    store: stores,
    fleet,
    settings,
    events,
    log,
    infer: inferWith(families),
  })
  const recipes = createRecipes({
    clock,
    ids,
    files,
    store: stores.recipes,
    models: discovery,
    events,
    log,
    fitOf: () => null,
    speedOf: () => null,
  })
  const models = createModels({ clock, discovery, recipes, fleet, store: stores, settings, measured: () => null, speedOf: () => null })
  const machines = createMachines({
    clock,
    ids,
    sparks,
    store: stores,
    fleet,
    settings,
    events,
    log,
    generateKeyPair,
    scan: (machine) => discovery.scanOne(machine),
    inspect: async () => undefined,
    knowledge: () => noKnowledge,
    forgetModels: discovery.forget,
    pressureOf: () => null,
  })
  const watch = createEngineWatch({ clock, engines, fleet, store: stores, settings, log })
  const health = createHealth({ clock, fleet, watch, store: stores, settings, log })
  const observed = createObserved({
    clock,
    appliance: stores.appliance,
    fleet,
    watch,
    store: stores,
    models: discovery,
    recipes,
    settings,
    events,
    log,
    startAgain: (serving) => void startedAgain.push(serving),
    takeUp: () => undefined,
    clearUp: () => undefined,
  })
  const status = createStatus({
    clock,
    version: '0.1.0',
    appliance: stores.appliance,
    fleet,
    watch,
    health,
    pressure: { attention: () => null },
    observed,
    store: stores,
    models: discovery,
    recipes,
    settings,
    events,
    elsewhere: () => [],
    currentSwap: () => swap,
    speedOf: () => null,
    lockView: () => freeLockSample,
    storage: { attention: () => null },
    alsoNeedsOwner: [],
    machineNotes: () => [],
    differences: () => [],
  })

  return {
    clock,
    world,
    log,
    stores,
    sparks,
    events,
    settings,
    files,
    fleet,
    discovery,
    recipes,
    models,
    machines,
    watch,
    status,
    startedAgain,
    /** Everything that runs by itself. */
    async start(): Promise<void> {
      await recipes.start(life.signal)
      observed.start(life.signal)
      status.start(life.signal)
      health.start(life.signal)
      discovery.start(life.signal)
      fleet.start(life.signal)
      watch.start(life.signal)
      await clock.advance(0)
    },
    /** Adds every node of the world and waits for the first looks. */
    async addAll(): Promise<void> {
      for (const node of world.options.nodes) await machines.add({ address: node.address, user: 'alice' })
      await clock.advance(100)
    },
    idOf: (name: string): string => stores.machines.list().find((one) => one.name === name)?.id ?? 'none',
    /** What a live switch would show; null: none. */
    showSwap: (view: SwapView | null): void => {
      swap = view
    },
    told: (type: string): Record<string, unknown>[] => stores.events.recent(1000, [type]).map((event) => event.payload),
    close(): void {
      life.abort(new DOMException('the test is over', 'AbortError'))
      stores.close()
    },
  }
}

/** Files in memory: what is written is read again. */
function createMemoryFiles(shipped: readonly Recipe[]): MemoryFiles {
  let written: readonly Recipe[] = []
  const texts = new Map<string, string>()
  return {
    broken: false,
    full: false,
    async read() {
      const problems = this.broken ? [{ file: 'mine.yaml', line: 3, sentence: 'flagz is not known here.' }] : []
      return { recipes: [...written, ...shipped], problems, texts }
    },
    readLauncher: launcherRecipe,
    async write(recipe, text = recipeTexts.write(recipe)) {
      if (this.full) throw new SparkError('storage_full', {})
      written = [...written.filter((one) => one.id !== recipe.id), { ...recipe, file: 'mine.yaml' }]
      texts.set(recipe.id, text)
      return 'mine.yaml'
    },
    async remove(id) {
      written = written.filter((one) => one.id !== id)
      texts.delete(id)
    },
    texts: recipeTexts,
  }
}
