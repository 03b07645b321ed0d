import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createSystemIds } from '../../server/adapters/system/ids.ts'
import type { Log } from '../../server/app/ports.ts'
import type { Plan } from '../../server/domain/plan.ts'
import { type Recipe, recipeWords } from '../../server/domain/recipe.ts'
import type { Swap } from '../../server/domain/swap.ts'

const ids = createSystemIds()
const log: Log = { info: () => {}, warn: () => {}, error: () => {} }
const nothing = (): void => {}
let stores: OpenStores

const recipe: Recipe = {
  id: 'shipped:Qwen/Qwen3-8B',
  source: 'shipped',
  model: 'Qwen/Qwen3-8B',
  title: 'Qwen3 8B',
  description: null,
  image: null,
  port: null,
  nodes: 1,
  flags: [{ name: 'max-model-len', value: 32768, reason: 'fits', source: 'config.json' }],
  env: { B: '2', A: '1' },
  confirmed: true,
  file: null,
}

const planOf = (machines: readonly string[], of: Recipe = recipe): Plan => ({
  fingerprint: 'f',
  cluster: 'default',
  engine: 'main',
  verdict: 'ready',
  reasons: [],
  stops: [],
  starts: {
    model: of.model,
    recipe: of,
    machines,
    containerName: 'vllm_node',
    port: 8000,
    servedName: of.model,
    argv: ['launch-cluster.sh', "it's", 'a "word"'],
    stopArgv: [],
    env: {},
  },
  memory: [],
  etaSeconds: null,
  etaFrom: 'none',
  pastMs: [],
  wayBack: { kind: 'none', why: 'nothing ran' },
  warnings: [],
  inFlight: 0,
})

const wanted = (id: string, more: Partial<Swap> = {}): Omit<Swap, 'fence' | 'steps'> => ({
  id,
  cluster: 'default',
  engine: 'main',
  model: 'Qwen/Qwen3-8B',
  previousModel: null,
  recipeId: recipe.id,
  plan: planOf(['m1']),
  wayBack: null,
  state: 'running',
  phase: 'check',
  restored: null,
  progress: { percent: null, sentence: 'Looking' },
  startedAt: 1000,
  endedAt: null,
  requestedBy: { kind: 'app', name: "Alice's app; DROP TABLE swaps", address: '192.0.2.7' },
  why: null,
  cancelRequestedAt: null,
  trouble: null,
  ...more,
})
const done = { state: 'succeeded', restored: null, trouble: null, progress: { percent: 100, sentence: 'Answering' } } as const
/** A life that ends here and a new one that opens what the disk held. */
const crash = (): OpenStores => {
  const left = stores.serialize()
  stores.close()
  stores = openStores({ path: left, ids, log })
  return stores
}

beforeEach(() => {
  stores = openStores({ path: ':memory:', ids, log })
})
afterEach(() => {
  stores.close()
})

describe('a swap in the database', () => {
  it('is read back exactly as it was written, with its fence and its first step', () => {
    const begun = stores.swaps.begin(wanted('s1'), nothing)
    expect(begun).toEqual({ ...wanted('s1'), fence: 1, steps: [{ phase: 'check', startedAt: 1000, endedAt: null }] })
    expect(stores.swaps.find('s1')).toEqual(begun)
    expect(stores.swaps.live('default')).toEqual(begun)
    expect(stores.swaps.live('other')).toBeNull()
    expect(stores.swaps.find('nothing')).toBeNull()
  })

  it('is the only live one of its cluster, and another cluster has its own', () => {
    stores.swaps.begin(wanted('s1'), nothing)
    const told: string[] = []
    expect(stores.swaps.begin(wanted('s2'), (swap) => told.push(swap.id))).toBeNull()
    expect(told).toEqual([])
    expect(stores.swaps.find('s2')).toBeNull()
    expect(stores.swaps.begin(wanted('s3', { cluster: 'other' }), nothing)?.fence).toBe(2)
    stores.swaps.end('s1', 2000, done, nothing)
    expect(stores.swaps.begin(wanted('s4'), nothing)?.fence).toBe(3)
  })

  it('does not begin at all when what is written alongside fails', () => {
    const fails = (): never => {
      stores.events.append('swap_started', 1, {})
      throw new Error('no')
    }
    expect(() => stores.swaps.begin(wanted('s1'), fails)).toThrow('no')
    expect(stores.swaps.live('default')).toBeNull()
    expect(stores.events.after(0, 10)).toEqual([])
  })

  it('raises for a reused id instead of calling it a live swap', () => {
    stores.swaps.begin(wanted('s1'), nothing)
    stores.swaps.end('s1', 2000, done, nothing)
    expect(() => stores.swaps.begin(wanted('s1'), nothing)).toThrow('UNIQUE constraint failed: swaps.id')
  })

  it('closes a step and opens the next when the phase changes, and only then', () => {
    stores.swaps.begin(wanted('s1'), nothing)
    expect(stores.swaps.update('s1', 1500, { phase: 'make_room' })).toBe(true)
    expect(stores.swaps.update('s1', 1600, { phase: 'make_room', progress: { percent: 5, sentence: 'Draining' } })).toBe(true)
    expect(stores.swaps.update('s1', 1700, { cancelRequestedAt: 1700 })).toBe(true)
    const swap = stores.swaps.find('s1')
    expect(swap?.steps).toEqual([
      { phase: 'check', startedAt: 1000, endedAt: 1500 },
      { phase: 'make_room', startedAt: 1500, endedAt: null },
    ])
    expect(swap?.progress).toEqual({ percent: 5, sentence: 'Draining' })
    expect(swap?.cancelRequestedAt).toBe(1700)
  })

  it('ends once: the first outcome stays, and the second writes nothing alongside', () => {
    stores.swaps.begin(wanted('s1'), nothing)
    const trouble = { code: 'engine_died', happened: 'It died.', now: 'Nothing runs.', next: 'Try again.', line: 'OOM' }
    const failed = { ...done, state: 'failed', restored: true, trouble } as const
    expect(stores.swaps.end('s1', 2000, failed, () => stores.events.append('swap_failed', 2000, {}))).toBe(true)
    expect(stores.swaps.end('s1', 3000, done, () => stores.events.append('swap_complete', 3000, {}))).toBe(false)
    expect(stores.swaps.update('s1', 3000, { phase: 'load' })).toBe(false)
    expect(stores.swaps.find('s1')).toMatchObject({ state: 'failed', restored: true, endedAt: 2000, trouble, phase: 'check' })
    expect(stores.swaps.find('s1')?.steps).toEqual([{ phase: 'check', startedAt: 1000, endedAt: 2000 }])
    expect(stores.events.after(0, 10).map((event) => event.type)).toEqual(['swap_failed'])
    expect(stores.swaps.end('nothing', 3000, done, nothing)).toBe(false)
  })

  it('stays live when what ends alongside fails', () => {
    stores.swaps.begin(wanted('s1'), nothing)
    const fails = (): never => {
      throw new Error('no')
    }
    expect(() => stores.swaps.end('s1', 2000, done, fails)).toThrow('no')
    expect(stores.swaps.live('default')?.state).toBe('running')
  })

  it('is found again after a crash in the middle, with everything it was told', () => {
    stores.swaps.begin(wanted('s1'), () => stores.events.append('swap_started', 1000, { swap: 's1' }))
    stores.swaps.update('s1', 1500, { phase: 'load', progress: { percent: 43, sentence: 'Weights 43 %' } })
    stores.swaps.appendLog('s1', [{ at: 1501, text: 'Loading safetensors' }])
    const before = stores.swaps.live('default')
    const appliance = stores.appliance
    crash()
    expect(stores.swaps.live('default')).toEqual(before)
    expect(stores.swaps.log('s1', 0, 10)).toEqual([{ number: 1, at: 1501, text: 'Loading safetensors' }])
    expect(stores.events.last()).toBe(1)
    expect(stores.appliance).toBe(appliance)
    expect(stores.swaps.begin(wanted('s2'), nothing)).toBeNull()
  })

  it('is listed newest first, page by page', () => {
    for (const n of [1, 2, 3, 4]) {
      stores.swaps.begin(wanted(`s${n}`, { startedAt: n * 1000 }), nothing)
      stores.swaps.end(`s${n}`, n * 1000 + 1, done, nothing)
    }
    expect(stores.swaps.recent(2).map((swap) => swap.id)).toEqual(['s4', 's3'])
    expect(stores.swaps.recent(5, 3000).map((swap) => swap.id)).toEqual(['s2', 's1'])
  })
})

describe('the fence', () => {
  it('rises with every swap and never comes back, whatever is raised, refused, crashed or deleted', () => {
    expect(stores.swaps.highestFence()).toBe(0)
    expect(stores.swaps.begin(wanted('s1'), nothing)?.fence).toBe(1)
    stores.swaps.raiseFence(40)
    expect(stores.swaps.highestFence()).toBe(40)
    stores.swaps.raiseFence(7)
    expect(stores.swaps.highestFence()).toBe(40)
    expect(stores.swaps.renewFence('s1')).toBe(41)
    expect(stores.swaps.find('s1')?.fence).toBe(41)
    stores.swaps.begin(wanted('s2'), nothing)
    crash()
    stores.swaps.end('s1', 2000, done, nothing)
    expect(stores.swaps.begin(wanted('s3'), nothing)?.fence).toBe(42)
  })

  it('is not renewed for a swap that has ended', () => {
    stores.swaps.begin(wanted('s1'), nothing)
    stores.swaps.end('s1', 2000, done, nothing)
    expect(() => stores.swaps.renewFence('s1')).toThrow('not live')
    expect(stores.swaps.highestFence()).toBe(1)
  })
})

describe('the log of a swap', () => {
  it('keeps the newest 2,000 lines under their own numbers', () => {
    stores.swaps.begin(wanted('s1'), nothing)
    for (let block = 0; block < 5; block += 1) {
      stores.swaps.appendLog(
        's1',
        Array.from({ length: 500 }, (_, n) => ({ at: block, text: `line ${block * 500 + n + 1}` })),
      )
    }
    const kept = stores.swaps.log('s1', 0, 5000)
    expect(kept.length).toBe(2000)
    expect(kept[0]).toEqual({ number: 501, at: 1, text: 'line 501' })
    expect(kept.at(-1)).toEqual({ number: 2500, at: 4, text: 'line 2500' })
    expect(stores.swaps.log('s1', 2498, 100).map((line) => line.number)).toEqual([2499, 2500])
    expect(stores.swaps.log('s1', 0, 2).map((line) => line.number)).toEqual([2499, 2500])
    stores.swaps.appendLog('s1', [{ at: 9, text: 'one more' }])
    expect(stores.swaps.log('s1', 2500, 10)).toEqual([{ number: 2501, at: 9, text: 'one more' }])
  })

  it('is dropped for the oldest swaps only, whose rows stay', () => {
    for (let n = 1; n <= 301; n += 1) {
      stores.swaps.begin(wanted(`s${n}`, { startedAt: n }), nothing)
      stores.swaps.appendLog(`s${n}`, [{ at: n, text: 'x' }])
      stores.swaps.end(`s${n}`, n, done, nothing)
    }
    expect(stores.swaps.log('s1', 0, 10)).toEqual([])
    expect(stores.swaps.log('s2', 0, 10).length).toBe(1)
    expect(stores.swaps.find('s1')?.state).toBe('succeeded')
  })
})

describe('the history of a recipe', () => {
  const run = (id: string, startedAt: number, tookMs: number, plan: Plan, state: 'succeeded' | 'failed' = 'succeeded'): void => {
    stores.swaps.begin(wanted(id, { startedAt, plan }), nothing)
    stores.swaps.update(id, startedAt + 1, { phase: 'load' })
    stores.swaps.end(id, startedAt + tookMs, { ...done, state }, nothing)
  }

  it('tells the newest successful swaps of the same words on the same machines, newest first', () => {
    run('s1', 1000, 100, planOf(['m1', 'm2']))
    run('s2', 2000, 200, planOf(['m2', 'm1']))
    run('s3', 3000, 300, planOf(['m1', 'm2']), 'failed')
    run('s4', 4000, 400, planOf(['m1']))
    run('s5', 5000, 500, planOf(['m1', 'm2'], { ...recipe, nodes: 2 }))
    run('s6', 6000, 600, planOf(['m1', 'm2'], { ...recipe, title: 'Another title', confirmed: false }))
    const past = stores.swaps.history(recipeWords(recipe), ['m1', 'm2'], 10)
    expect(past.map((swap) => swap.durationMs)).toEqual([600, 200, 100])
    expect(past[0]?.steps.map((step) => step.phase)).toEqual(['check', 'load'])
    expect(stores.swaps.history(recipeWords(recipe), ['m1', 'm2'], 1).length).toBe(1)
  })

  it('means by "the same words" what the domain means, for any recipe', () => {
    const anyRecipe = fc.record({
      model: fc.string(),
      image: fc.option(fc.string()),
      port: fc.option(fc.nat()),
      nodes: fc.integer({ min: 1, max: 4 }),
      flags: fc.array(fc.record({ name: fc.string(), value: fc.oneof(fc.string(), fc.nat(), fc.constant(true as const)) })),
      env: fc.dictionary(fc.string(), fc.string()),
    })
    let n = 0
    fc.assert(
      fc.property(anyRecipe, (words) => {
        n += 1
        const any: Recipe = { ...recipe, ...words, flags: words.flags.map((flag) => ({ ...flag, reason: 'r', source: 's' })) }
        run(`p${n}`, n, n, planOf(['m1'], any))
        expect(stores.swaps.history(recipeWords(any), ['m1'], 1)[0]?.durationMs).toBe(n)
      }),
      { numRuns: 200 },
    )
  })
})
