// What happens in one life, drawn from a seed: clicks, programs, reservations, edits, faults, losses of connection, deaths of the
// appliance. Words first, so that a failing life can be told as a story, made shorter, and lived again.
import { createPrng } from '../core/prng.ts'
import { type Switch, switches } from '../core/switches.ts'
import type { Fault } from '../core/types.ts'

export type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'switch'; readonly model: string; readonly withToken: boolean; readonly breakLock: boolean; readonly maxLen?: number }
  | { readonly kind: 'race'; readonly models: readonly [string, string] }
  | { readonly kind: 'stop'; readonly breakLock: boolean }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'swarm' }
  | { readonly kind: 'reserve'; readonly seconds: number }
  | { readonly kind: 'renew'; readonly seconds: number }
  | { readonly kind: 'release'; readonly how: 'token' | 'break' }
  | { readonly kind: 'recipe'; readonly model: string; readonly maxLen: number }
  | { readonly kind: 'unrecipe'; readonly model: string }
  | { readonly kind: 'confirm'; readonly model: string }
  | { readonly kind: 'setting'; readonly key: string; readonly value: unknown }
  | { readonly kind: 'remove'; readonly node: string }
  | { readonly kind: 'add'; readonly node: string }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'heal'; readonly fault: Fault }
  | { readonly kind: 'cut'; readonly node: string; readonly how: 'refused' | 'hanging'; readonly ms: number }
  | { readonly kind: 'mend'; readonly node: string }
  | { readonly kind: 'lose'; readonly node: string; readonly times: number }
  | { readonly kind: 'freeze'; readonly node: string; readonly ms: number }
  | { readonly kind: 'reboot'; readonly node: string; readonly ms: number }
  /** `after`: so many more points (tests/sim/lives/points.ts) are reached before it dies; 0: at once. */
  | { readonly kind: 'crash'; readonly after: number; readonly downMs: number }
  | { readonly kind: 'backup' }
  | { readonly kind: 'restore' }
  | { readonly kind: 'rival'; readonly model: string }
  | { readonly kind: 'foreign'; readonly node: string; readonly port: number }
  | { readonly kind: 'by-hand'; readonly node: string; readonly model: string }

export interface Schedule {
  readonly seed: number
  readonly startAfterReboot: boolean
  readonly steps: readonly Step[]
}

export const small = 'Qwen/Qwen3-8B'
export const other = 'openai/gpt-oss-20b'
export const wide = 'nvidia/Qwen3-235B-A22B-NVFP4'
/** The one whose recipe the owner has not looked at yet. */
export const unread = 'example/Qwen3-4B'
const nodes = ['spark-1', 'spark-2'] as const
/** Nothing here downloads, no services run, no recipe here has a mod (F26), and nvidia-smi (F27) is not run where a life is lived. */
const canStrike = switches.filter(
  (one) => one.group !== 'downloads' && one.group !== 'services' && one.name !== 'F26' && one.name !== 'F27',
)
/** Seldom met by chance: they need a start over both machines, or an engine that was stopped just before. */
const seldom: ReadonlySet<string> = new Set(['F3', 'F4', 'F5', 'F8', 'F12', 'F23', 'F25'])
const drawn = canStrike.flatMap((one) => (seldom.has(one.name) ? [one, one, one] : [one]))
/** Faults of a start that spans both machines. */
const ofBoth: ReadonlySet<string> = new Set(['F4', 'F5', 'F25'])
/** Faults that strike while something is started, or stopped for it. */
const ofStart: ReadonlySet<string> = new Set(
  canStrike.filter((one) => one.group === 'start' || one.group === 'engine' || one.name === 'F12').map((one) => one.name),
)

interface Dice {
  chance(share: number): boolean
  whole(low: number, high: number): number
  oneOf<T>(list: readonly T[]): T
}

function diceOf(seed: number): Dice {
  const { next } = createPrng(seed, 'a life')
  const whole = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return {
    chance: (share) => next() < share,
    whole,
    oneOf: (list) => list[whole(0, list.length - 1)] as (typeof list)[number],
  }
}

const model = (dice: Dice): string => (dice.chance(0.3) ? wide : dice.chance(0.07) ? unread : dice.oneOf([small, other]))

/** Mostly shorter than the owner's patience, sometimes longer. */
const drawCutMs = (dice: Dice): number => (dice.chance(0.15) ? dice.whole(200_000, 600_000) : dice.whole(500, 60_000))

const ofOneNode: ReadonlySet<string> = new Set(['F1', 'F2', 'F6', 'F12', 'F22', 'F24', 'F28', 'F29'])

const drawFault = (dice: Dice, { faults }: Mood): Fault => {
  const one = dice.chance(0.7) ? dice.oneOf(faults) : dice.oneOf(drawn)
  const { name } = one
  // Memory that is pinned for good would end every life at the same place.
  const times = name === 'F12' || (one.counts && dice.chance(0.7)) ? 1 : undefined
  const node = ofOneNode.has(name) || (!ofBoth.has(name) && dice.chance(0.3)) ? dice.oneOf(nodes) : undefined
  const forMs = one.lasts ? { forMs: dice.whole(20, 400) * 1000 } : {}
  const at = one.moments.length > 0 && dice.chance(0.6) ? { at: dice.oneOf(one.moments) } : {}
  return { name, ...(node === undefined ? {} : { node }), ...(times === undefined ? {} : { times }), ...forMs, ...at }
}

const settings: readonly (readonly [key: string, values: readonly unknown[]])[] = [
  ['engine.containerName', ['vllm_node', 'vllm_other']],
  ['engine.containerName', ['vllm_node', 'vllm_other']],
  ['engine.port', [8000, 8100]],
  ['swap.restorePrevious', [true, false]],
  ['swap.silenceMinutes', [1, 4, 10]],
  ['swap.memoryBackSeconds', [5, 10, 60]],
  ['machines.pollSeconds', [2, 5]],
]

function drawSetting(dice: Dice): Step {
  const [key, values] = dice.oneOf(settings)
  return { kind: 'setting', key, value: dice.oneOf(values) }
}

function drawSwitch(dice: Dice): Extract<Step, { kind: 'switch' }> {
  const drawn = { kind: 'switch', model: model(dice), withToken: dice.chance(0.4), breakLock: dice.chance(0.15) } as const
  return dice.chance(0.1) ? { ...drawn, maxLen: dice.oneOf([4096, 16_384]) } : drawn
}

/** Mostly in the middle of something, within the few hundred points of a switch; sometimes between two steps. */
function drawCrash(dice: Dice): Step {
  const after = dice.chance(0.25) ? 0 : dice.chance(0.5) ? dice.whole(1, 12) : dice.whole(12, 250)
  return { kind: 'crash', after, downMs: dice.chance(0.7) ? dice.whole(0, 3000) : dice.whole(3000, 90_000) }
}

type Drawn = readonly [weight: number, draw: (dice: Dice, mood: Mood) => Step]

const table: readonly Drawn[] = [
  [34, drawSwitch],
  [4, (dice) => ({ kind: 'race', models: [model(dice), model(dice)] })],
  [6, (dice) => ({ kind: 'stop', breakLock: dice.chance(0.2) })],
  [9, () => ({ kind: 'cancel' })],
  [3, () => ({ kind: 'swarm' })],
  [4, (dice) => ({ kind: 'reserve', seconds: dice.whole(5, 120) })],
  [1, (dice) => ({ kind: 'renew', seconds: dice.whole(5, 120) })],
  [3, (dice) => ({ kind: 'release', how: dice.oneOf(['token', 'break'] as const) })],
  [2, (dice) => ({ kind: 'recipe', model: model(dice), maxLen: dice.oneOf([2048, 8192, 16_384]) })],
  [1, (dice) => ({ kind: 'unrecipe', model: model(dice) })],
  [1, () => ({ kind: 'confirm', model: unread })],
  [4, drawSetting],
  [1, (dice) => ({ kind: 'remove', node: dice.oneOf(nodes) })],
  [2, (dice) => ({ kind: 'add', node: dice.oneOf(nodes) })],
  [26, (dice, mood) => ({ kind: 'fault', fault: drawFault(dice, mood) })],
  [4, (dice, mood) => ({ kind: 'heal', fault: drawFault(dice, mood) })],
  [8, (dice) => ({ kind: 'cut', node: dice.oneOf(nodes), how: dice.oneOf(['refused', 'hanging'] as const), ms: drawCutMs(dice) })],
  [1, (dice) => ({ kind: 'mend', node: dice.oneOf(nodes) })],
  [6, (dice) => ({ kind: 'lose', node: dice.oneOf(nodes), times: dice.whole(1, 3) })],
  [4, (dice) => ({ kind: 'freeze', node: dice.oneOf(nodes), ms: dice.whole(10, dice.chance(0.2) ? 4000 : 400) * 1000 })],
  [4, (dice) => ({ kind: 'reboot', node: dice.oneOf(nodes), ms: dice.whole(30, dice.chance(0.2) ? 4000 : 400) * 1000 })],
  [14, drawCrash],
  [2, () => ({ kind: 'backup' })],
  [2, () => ({ kind: 'restore' })],
  [1, (dice) => ({ kind: 'rival', model: dice.oneOf([small, wide]) })],
  [2, (dice) => ({ kind: 'foreign', node: dice.oneOf(nodes), port: dice.oneOf([8000, 8000, 9001]) })],
  [2, (dice) => ({ kind: 'by-hand', node: dice.oneOf(nodes), model: small })],
]

/**
 * Every life has a mood of its own: some things happen often in it, some never, a few faults again and again. Lives in which
 * everything happens a little meet far fewer of the deep combinations.
 */
interface Mood {
  readonly weights: readonly number[]
  readonly faults: readonly Switch[]
}

function drawMood(dice: Dice): Mood {
  const weights = table.map(([weight]) => weight * dice.oneOf([0, 1, 1, 4]))
  const faults = Array.from({ length: dice.whole(1, 4) }, () => dice.oneOf(drawn))
  return { weights: weights.some((one) => one > 0) ? weights : table.map(([weight]) => weight), faults }
}

function drawStep(dice: Dice, mood: Mood): Step {
  let at = dice.whole(
    1,
    mood.weights.reduce((sum, weight) => sum + weight, 0),
  )
  for (const [index, [, draw]] of table.entries()) {
    at -= mood.weights[index] ?? 0
    if (at <= 0) return draw(dice, mood)
  }
  return { kind: 'cancel' }
}

/** After a fault of a start mostly a start, or it would never strike. */
function drawNext(dice: Dice, mood: Mood, before: Step): Step {
  const fault = before.kind === 'fault' ? before.fault.name : ''
  if (!ofStart.has(fault) || dice.chance(0.4)) return drawStep(dice, mood)
  const start = drawSwitch(dice)
  return ofBoth.has(fault) ? { ...start, model: wide } : start
}

/** Mostly short waits, so that things happen inside of phases; sometimes long enough for a switch to end. */
function drawWait(dice: Dice): Step {
  if (dice.chance(0.4)) return { kind: 'wait', ms: dice.whole(0, 400) }
  if (dice.chance(0.65)) return { kind: 'wait', ms: dice.whole(400, 8000) }
  return { kind: 'wait', ms: dice.whole(8000, 60_000) }
}

export function drawSchedule(seed: number): Schedule {
  const dice = diceOf(seed)
  const count = dice.whole(4, 14)
  const startAfterReboot = dice.chance(0.3)
  const first: Step = { kind: 'switch', model: model(dice), withToken: false, breakLock: false }
  const mood = drawMood(dice)
  const steps: Step[] = [first, drawWait(dice)]
  for (let last: Step = first; steps.length < 2 * (count + 1); ) {
    last = drawNext(dice, mood, last)
    steps.push(last, drawWait(dice))
  }
  return { seed, startAfterReboot, steps }
}
