// A running appliance over the simulated cluster in virtual time, with the words a story about switches needs.
import type { SwapAsk } from '../../server/app/use-cases.ts'
import type { SwapView } from '../../server/contract/operations/shapes.ts'
import { demoNodes } from '../sim/core/demo-world.ts'
import type { SimNodeOptions } from '../sim/core/types.ts'
import { createWorld } from '../sim/core/world.ts'
import { createMemorySparks } from '../sim/doors/memory.ts'
import { createFakeClock } from './clock.ts'
import { createHouse, type House, type HouseOptions } from './house.ts'

export interface Life extends House {
  /** Asks for a switch as the owner would, confirming an inferred recipe first; returns its id. */
  ask(model: string, more?: Partial<SwapAsk>): Promise<string>
  /** Lets virtual time pass until the switch has ended. */
  outcome(id: string, limitMs?: number): Promise<SwapView>
  /** Lets virtual time pass in small steps until the switch is in this phase. */
  phase(id: string, phase: string): Promise<void>
  /** Calls of a tool on all nodes that hold these words. */
  calls(tool: string, ...words: string[]): number
  /** The appliance dies at this instant; a new one opens the database as it was on the disk. */
  rise(bytes?: Buffer): Promise<Life>
}

export const owner = { kind: 'owner', name: 'owner', address: null } as const
export const small = 'Qwen/Qwen3-8B'
export const other = 'openai/gpt-oss-20b'
/** Needs both Sparks. */
export const wide = 'nvidia/Qwen3-235B-A22B-NVFP4'

const stepMs = 20

export async function startLife(
  nodes: readonly SimNodeOptions[] = demoNodes(),
  more: Pick<HouseOptions, 'path' | 'idPrefix' | 'streamMs' | 'env' | 'refusal'> = {},
): Promise<Life> {
  const life = await begin({ nodes, idPrefix: 'a', ...more })
  const { clock, graph } = life
  for (const node of nodes) await passing(life, graph.machines.add({ address: node.address, user: 'alice', name: node.name }))
  await clock.advance(3000)
  await passing(life, graph.models.scan())
  return life
}

/** An appliance that was set up once, as a database: every life of a simulation begins from it. */
export interface Birth {
  readonly nodes: readonly SimNodeOptions[]
  readonly bytes: Buffer
  readonly at: number
}

/** `prepare`: what the owner has done before the story begins. */
export async function giveBirth(nodes: readonly SimNodeOptions[], prepare: (life: Life) => void, idPrefix = 'a'): Promise<Birth> {
  const life = await startLife(nodes, { idPrefix })
  prepare(life)
  const born = { nodes, bytes: life.stores.serialize(), at: life.clock.now() }
  await life.close()
  return born
}

/** A world at rest, and the appliance that was set up for it, started. `idPrefix`: another one than at its birth. */
export async function liveFrom({ nodes, bytes, at }: Birth, around?: HouseOptions['around']): Promise<Life> {
  const clock = createFakeClock(at)
  const world = createWorld({ nodes, clock, timeScale: 0.1, seed: 1 })
  const sparks = createMemorySparks(world)
  const life = await begin({
    ...(around === undefined ? {} : { around }),
    idPrefix: 'b',
    from: { bytes, before: { clock, world, sparks, ownerRecipes: new Map() } },
  })
  await life.clock.advance(3000)
  return life
}

/** A second appliance with a database of its own comes to the same machines. */
export async function rivalOf({ clock, world, sparks }: Life, { bytes }: Birth): Promise<Life> {
  return begin({ idPrefix: 'r', from: { bytes, before: { clock, world, sparks, ownerRecipes: new Map() } } })
}

/** Waits for something that needs virtual time to pass. */
async function passing<T>({ clock }: Pick<House, 'clock'>, promise: Promise<T>, limitMs = 120_000): Promise<T> {
  let settled = false
  const mark = (): void => {
    settled = true
  }
  promise.then(mark, mark)
  await clock.until(() => settled, limitMs)
  return promise
}

async function begin(options: HouseOptions): Promise<Life> {
  const house = await createHouse(options)
  const { clock, graph, world } = house
  await passing(house, graph.start())
  const find = (id: string): SwapView => graph.swaps.find(id)
  return {
    ...house,
    async ask(model, more = {}) {
      const recipe = graph.recipes.list(model).recipes[0]
      if (recipe !== undefined && !recipe.confirmed) graph.recipes.confirm(recipe.id, 'owner')
      return (await passing(house, graph.swaps.start({ model, requestedBy: owner, ...more }))).id
    },
    async outcome(id, limitMs = 3 * 3_600_000) {
      await clock.until(() => find(id).state !== 'running', limitMs)
      await clock.advance(1000)
      return find(id)
    },
    async phase(id, phase) {
      for (let waited = 0; find(id).phase !== phase; waited += stepMs) {
        if (waited > 300_000 || find(id).state !== 'running') throw new Error(`${id} is never seen in ${phase}`)
        await clock.advance(stepMs)
      }
    },
    calls: (tool, ...words) =>
      world.argvLog.filter((call) => call.tool.endsWith(tool) && words.every((word) => call.argv.includes(word))).length,
    async rise(bytes) {
      const left = house.crash()
      const from = bytes === undefined ? left : left && { ...left, bytes }
      return begin({ ...options, from, idPrefix: `${options.idPrefix ?? ''}a` })
    },
    async close() {
      await passing(house, graph.close(), 60_000)
      house.stores.close()
    },
  }
}

/** Short words for stories about an appliance that may die and rise: `now` is its life at that moment. */
export function wordsOf(now: () => Life) {
  return {
    /** Models that answer in the world, whatever the appliance says. */
    answers: (): string[] =>
      now()
        .world.serving()
        .map((one) => one.model),
    launches: (): number => now().calls('launch-cluster.sh', 'exec'),
    containers: (node: string): string[] =>
      now()
        .world.look(node)
        .containers.map((one) => one.name),
    set: (key: string, value: unknown): void => void now().graph.settings.change(key, value, undefined, 'owner'),
    /** A switch that succeeds. */
    async serve(model: string): Promise<void> {
      const swap = await now().outcome(await now().ask(model))
      if (swap.state !== 'succeeded') throw new Error(`the switch to ${model} ended as ${JSON.stringify(swap)}`)
    },
  }
}
