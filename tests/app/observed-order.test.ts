// Looks that arrive late: what the world cannot be made to do in order, said look by look.
import { expect, test } from 'vitest'
import { createObserved } from '../../server/app/observed.ts'
import type { SettingValue } from '../../server/contract/settings.ts'
import type { EngineLook, Serving } from '../../server/domain/engine.ts'
import { noSigns } from '../../server/domain/engine-signs.ts'
import { type EngineSite, findSites } from '../../server/domain/engine-sites.ts'
import { buildModel, buildView } from '../fakes/builders.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { createFakeLog } from '../fakes/log.ts'
import { buildSwap } from '../fakes/swap-builders.ts'

/** An appliance whose last switch ended at `endedAt`; `look` hands it one look at a container of our name that answers. */
function createCase(endedAt: number) {
  const clock = createFakeClock(endedAt)
  let stored: Serving | null = null
  let at = 0
  let hear: (site: EngineSite) => void = () => undefined
  const container = { name: 'vllm_node', image: 'vllm-node', state: 'running', status: 'Up', serving: 'vllm serve Qwen/Qwen3-8B' }
  const views = () => [buildView({}, { at, containers: [container] })]
  const sites = () => findSites({ views: views(), serving: stored, containerName: 'vllm_node', defaultPort: 8000 })
  const answer = (): EngineLook => ({
    at,
    reachable: true,
    healthy: true,
    models: ['Qwen/Qwen3-8B'],
    runningRequests: 0,
    waitingRequests: 0,
    promptTokens: 0,
    generatedTokens: 0,
    cacheUsage: 0,
  })
  const observed = createObserved({
    clock,
    appliance: 'us',
    fleet: { views, onObserved: () => () => undefined },
    watch: {
      sites,
      signsAt: () => ({ ...noSigns, look: answer(), good: answer() }),
      sendCanary: async () => undefined,
      lookAll: async () => undefined,
      start: () => undefined,
      onLooked: (listener) => {
        hear = listener
        return () => undefined
      },
    },
    store: {
      serving: {
        find: () => stored,
        set: (serving) => {
          stored = serving
        },
        clear: () => {
          stored = null
        },
      },
      swaps: {
        live: () => null,
        recent: () => [{ ...buildSwap({ state: 'failed', endedAt }), fence: 1, steps: [] }],
        find: () => null,
        highestFence: () => 1,
        raiseFence: () => undefined,
      },
      reservations: { find: () => null },
    },
    models: { models: () => [buildModel()] },
    recipes: { of: () => [] },
    settings: { get: (key) => (key === 'engine.containerName' ? 'vllm_node' : false) as SettingValue<typeof key> },
    events: { append: () => undefined },
    log: createFakeLog(),
    startAgain: () => undefined,
    takeUp: () => undefined,
    clearUp: () => undefined,
  })
  observed.start(new AbortController().signal)
  return {
    clock,
    stored: () => stored,
    look(lookAt: number): void {
      at = lookAt
      const [site] = sites()
      if (site !== undefined) hear(site)
    },
  }
}

const ended = Date.UTC(2026, 0, 1)

test('looks from before the end of the last switch adopt nothing, however often and late they come', async () => {
  const one = createCase(ended)
  for (let times = 0; times < 5; times += 1) one.look(ended - times)
  await one.clock.advance(61_000)
  one.look(ended)
  expect(one.stored()).toBeNull()
})

test('right after a switch two looks must agree, and the same one twice is one', () => {
  const one = createCase(ended)
  one.look(ended + 1000)
  one.look(ended + 1000)
  expect(one.stored()).toBeNull()
  one.look(ended + 6000)
  expect(one.stored()).toMatchObject({ adopted: true, model: 'Qwen/Qwen3-8B' })
})

test('a minute after a switch one look is enough', async () => {
  const one = createCase(ended)
  await one.clock.advance(61_000)
  one.look(ended + 61_000)
  expect(one.stored()).not.toBeNull()
})
