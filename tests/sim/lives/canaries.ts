// One house for each invariant that is broken on purpose, so that the invariant is seen to catch it in lives that were drawn, not
// written for it.
import type { Sparks } from '../../../server/app/ports.ts'
import type { Life } from '../../fakes/appliance.ts'
import type { Parts } from '../../fakes/house.ts'
import type { InvariantName } from './invariants.ts'
import { live, type Sabotage } from './life.ts'
import { secret } from './saga.ts'
import { drawSchedule } from './schedule.ts'

export interface Canary {
  readonly invariant: InvariantName
  /** What is broken, in words. */
  readonly what: string
  readonly sabotage: Sabotage
}

const sparksThat =
  (lie: (sparks: Sparks) => Partial<Sparks>) =>
  (parts: Parts): Parts => ({
    ...parts,
    sparks: { ...parts.sparks, ...lie(parts.sparks) },
  })

/** Past the desk: the order is carried out once more at once, as a machine without a lock would. */
const runTwice = (life: Life): void => {
  const { sparks, world } = life
  const start = sparks.desk.start.bind(sparks.desk)
  sparks.desk.start = (node, order, home) => {
    const isNew = sparks.desk.read(node, order, 0).state === 'absent'
    const refused = start(node, order, home)
    const [tool = '', ...argv] = order.argv
    const signal = new AbortController().signal
    const io = { out: () => undefined, err: () => undefined, signal }
    if (refused === null && isNew) void world.run({ node, tool, argv, env: order.env, cwd: home }, io)
    return refused
  }
}

/** An appliance that does not look how far the machines have counted. */
const countsAnew = (parts: Parts): Parts => ({
  ...parts,
  stores: { ...parts.stores, swaps: { ...parts.stores.swaps, raiseFence: () => undefined } },
})

/** A wrapper on the machines that writes down every fence it is shown, and an appliance that counts anew from an old database. */
const forgetfulFence: Sabotage = {
  world: ({ sparks }) => {
    const fences = new Map<string, ReturnType<typeof sparks.desk.fence>>()
    sparks.desk.fence = (node) => fences.get(node) ?? null
    sparks.desk.takeFence = (node, record) => {
      fences.set(node, record)
      return null
    }
  },
  around: countsAnew,
}

/** A machine that says no to a stale fence and does what it was told all the same. */
const twoFaced: Sabotage = {
  world: ({ sparks, world }) => {
    const start = sparks.desk.start.bind(sparks.desk)
    sparks.desk.start = (node, order, home) => {
      const refused = start(node, order, home)
      const [tool = '', ...argv] = order.argv
      const io = { out: () => undefined, err: () => undefined, signal: new AbortController().signal }
      if (refused !== null) void world.run({ node, tool, argv, env: order.env, cwd: home }, io)
      return refused
    }
    // ... and lets every appliance believe that the machine is its own.
    sparks.desk.takeFence = () => null
  },
  around: countsAnew,
}

/** A poll that repeats the last good answer while a machine or an engine is silent. */
const parrot = (parts: Parts): Parts => {
  const seen = new Map<string, Awaited<ReturnType<Sparks['probe']>>>()
  const good = new Map<string, Awaited<ReturnType<Parts['engines']['look']>>>()
  return {
    ...parts,
    sparks: {
      ...parts.sparks,
      probe: async (machine, ...rest) => {
        try {
          const now = await parts.sparks.probe(machine, ...rest)
          seen.set(machine.id, now)
          return now
        } catch (error) {
          const last = seen.get(machine.id)
          if (last === undefined) throw error
          return { ...last, at: parts.clock.now() }
        }
      },
    },
    engines: {
      ...parts.engines,
      look: async (engine, signal) => {
        const now = await parts.engines.look(engine, signal)
        if (now.healthy) good.set(engine.address, now)
        return now.reachable ? now : { ...(good.get(engine.address) ?? now), at: now.at }
      },
    },
  }
}

export const canaries: readonly Canary[] = [
  { invariant: 'one-launcher', what: 'machines that start every order twice', sabotage: { world: runTwice } },
  {
    invariant: 'start-after-gone',
    what: 'an appliance that believes every container gone and all memory free',
    sabotage: {
      around: sparksThat(({ watch }) => ({
        watch: async (...args) => ({ ...(await watch(...args)), container: 'absent', availableBytes: 128e9 }),
      })),
    },
  },
  {
    invariant: 'ready-is-true',
    what: 'an appliance that takes every completion for answered',
    sabotage: { around: (parts) => ({ ...parts, engines: { ...parts.engines, complete: async () => ({ ok: true, reason: null }) } }) },
  },
  { invariant: 'fence-forward', what: 'machines that write down any fence, and one from an old database', sabotage: forgetfulFence },
  { invariant: 'fence-forward', what: 'a machine that does what a stale fence says', sabotage: twoFaced },
  {
    invariant: 'one-outcome',
    what: 'a store that writes the event of a failure twice',
    sabotage: {
      around: (parts) => {
        const { append } = parts.stores.events
        const twice: typeof append = (type, at, payload) => {
          if (type === 'swap_failed') append(type, at, payload)
          return append(type, at, payload)
        }
        return { ...parts, stores: { ...parts.stores, events: { ...parts.stores.events, append: twice } } }
      },
    },
  },
  {
    invariant: 'page-is-true',
    what: 'a poll that repeats the last answer of what is silent',
    sabotage: { around: parrot },
  },
  {
    invariant: 'way-back',
    what: 'a switch that forgets the way back it promised',
    sabotage: {
      around: (parts) => {
        const { swaps } = parts.stores
        const begin: typeof swaps.begin = (swap, alongside) => swaps.begin({ ...swap, wayBack: null }, alongside)
        return { ...parts, stores: { ...parts.stores, swaps: { ...swaps, begin } } }
      },
    },
  },
  {
    invariant: 'foreign-untouched',
    what: 'a stop that stops whatever runs on the machine',
    sabotage: {
      world: ({ world }) => {
        const run = world.run.bind(world)
        world.run = async (call, io) => {
          const isStop = call.tool.endsWith('launch-cluster.sh') && call.argv.includes('stop')
          const names = isStop ? world.look(call.node).containers.map((one) => one.name) : []
          for (const name of names) await world.run({ ...call, tool: 'docker', argv: ['stop', '-t', '0', name] }, io)
          return run(call, io)
        }
      },
    },
  },
  {
    invariant: 'no-secret',
    what: 'a log of switches that keeps the environment of the launcher',
    sabotage: {
      around: (parts) => {
        const { swaps } = parts.stores
        const appendLog: typeof swaps.appendLog = (id, lines) =>
          swaps.appendLog(id, [...lines, { at: 0, text: `CONTAINER_HF_TOKEN=${secret}` }])
        return { ...parts, stores: { ...parts.stores, swaps: { ...swaps, appendLog } } }
      },
    },
  },
  {
    invariant: 'nothing-lost',
    what: 'a disk that says yes to settings and does not keep them',
    sabotage: {
      around: (parts) => ({ ...parts, stores: { ...parts.stores, settings: { ...parts.stores.settings, set: () => true } } }),
    },
  },
  {
    invariant: 'sound-inside',
    what: 'an engine whose look fails in an unforeseen way',
    sabotage: {
      around: (parts) => {
        let looks = 0
        const look: Parts['engines']['look'] = async (...args) => {
          looks += 1
          if (looks % 50 === 0) throw new TypeError('undefined is not a function')
          return parts.engines.look(...args)
        }
        return { ...parts, engines: { ...parts.engines, look } }
      },
    },
  },
]

export interface Caught {
  readonly invariant: InvariantName
  readonly what: string
  readonly lives: number
  /** In so many of these lives the invariant was broken. */
  readonly caught: number
  /** The first seed that shows it; null: none did. */
  readonly seed: number | null
}

/** Lives drawn lives in the broken house. `untilCaught`: the first catch ends it. */
export async function tryCanary(canary: Canary, from: number, lives: number, untilCaught: boolean): Promise<Caught> {
  let caught = 0
  let lived = 0
  let seed: number | null = null
  while (lived < lives && !(untilCaught && caught > 0)) {
    const { broken } = await live(drawSchedule(from + lived), canary.sabotage)
    lived += 1
    if (!broken.some((one) => one.invariant === canary.invariant)) continue
    caught += 1
    seed ??= from + lived - 1
  }
  return { invariant: canary.invariant, what: canary.what, lives: lived, caught, seed }
}
