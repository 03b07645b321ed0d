// A few of what `make soak` does many times: the appliance killed at random moments, and switches asked for in pairs.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { killAtMoments } from '../soak/kills.ts'
import { askInPairs } from '../soak/pairs.ts'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig({ timeScale: 0.004 })
})
afterAll(() => rig?.close())

test('an appliance killed at any moment of a switch tells the truth again soon, and calls one launcher a switch', async () => {
  const kills = await killAtMoments(rig, { seed: 2026, count: 3 })
  // How soon is not asserted here: a test computer may stand still. `make soak ONLY=kills` holds it to its 10 s.
  expect(kills).toHaveLength(3)
}, 180_000)

test('of two who ask at the same instant one is served and the other is told why not, each time', async () => {
  const pairs = await askInPairs(rig, { seed: 2026, count: 5 })
  expect(pairs.map((pair) => pair.launchers)).toEqual([1, 1, 1, 1, 1])
}, 180_000)
