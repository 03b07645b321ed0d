// What happens in one life, drawn from a seed: clicks, reservations, faults, losses of connection, restarts. Words first, so that a
// failing life can be told as a story and lived again.
import { createPrng } from '../core/prng.ts'
import type { Fault } from '../core/types.ts'

export type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'switch'; readonly model: string; readonly withToken: boolean; readonly breakLock: boolean }
  | { readonly kind: 'race'; readonly models: readonly [string, string] }
  | { readonly kind: 'stop'; readonly breakLock: boolean }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'reserve'; readonly seconds: number }
  | { readonly kind: 'release'; readonly how: 'token' | 'break' }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'heal'; readonly fault: Fault }
  | { readonly kind: 'cut'; readonly node: string; readonly how: 'refused' | 'hanging'; readonly ms: number }
  | { readonly kind: 'swarm' }
  | { readonly kind: 'mend'; readonly node: string }
  | { readonly kind: 'lose'; readonly node: string; readonly times: number }
  | { readonly kind: 'freeze'; readonly node: string; readonly ms: number }
  | { readonly kind: 'reboot'; readonly node: string; readonly ms: number }
  | { readonly kind: 'crash' }
  | { readonly kind: 'foreign'; readonly node: string; readonly port: number }
  | { readonly kind: 'by-hand'; readonly node: string; readonly model: string }
  | { readonly kind: 'setting'; readonly key: string; readonly value: unknown }

export interface Schedule {
  readonly seed: number
  readonly startAfterReboot: boolean
  readonly steps: readonly Step[]
}

export const small = 'Qwen/Qwen3-8B'
export const other = 'openai/gpt-oss-20b'
export const wide = 'nvidia/Qwen3-235B-A22B-NVFP4'
const nodes = ['spark-1', 'spark-2'] as const
const faults = ['F3', 'F4', 'F5', 'F6', 'F7', 'F8', 'F9', 'F10', 'F11', 'F12', 'F13', 'F14', 'F15', 'F16', 'F25', 'F28'] as const

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

type Drawn = readonly [weight: number, draw: (dice: Dice) => Step]

const model = (dice: Dice): string => (dice.chance(0.3) ? wide : dice.oneOf([small, other]))

/** Mostly shorter than the owner's patience, sometimes longer. */
const drawCutMs = (dice: Dice): number => (dice.chance(0.15) ? dice.whole(200_000, 600_000) : dice.whole(500, 60_000))

const drawFault = (dice: Dice): Fault => {
  const name = dice.oneOf(faults)
  // Memory that is pinned for good would end every life at the same place.
  const times = name === 'F12' || dice.chance(0.7) ? 1 : undefined
  const node = name === 'F28' || name === 'F12' || name === 'F6' || dice.chance(0.3) ? dice.oneOf(nodes) : undefined
  const forMs = name === 'F14' || name === 'F15' ? { forMs: dice.whole(20, 400) * 1000 } : {}
  return { name, ...(node === undefined ? {} : { node }), ...(times === undefined ? {} : { times }), ...forMs }
}

const table: readonly Drawn[] = [
  [26, (dice) => ({ kind: 'switch', model: model(dice), withToken: dice.chance(0.4), breakLock: dice.chance(0.15) })],
  [4, (dice) => ({ kind: 'race', models: [model(dice), model(dice)] })],
  [6, (dice) => ({ kind: 'stop', breakLock: dice.chance(0.2) })],
  [9, () => ({ kind: 'cancel' })],
  [3, (dice) => ({ kind: 'reserve', seconds: dice.whole(5, 120) })],
  [3, (dice) => ({ kind: 'release', how: dice.oneOf(['token', 'break'] as const) })],
  [14, (dice) => ({ kind: 'fault', fault: drawFault(dice) })],
  [5, (dice) => ({ kind: 'heal', fault: drawFault(dice) })],
  [8, (dice) => ({ kind: 'cut', node: dice.oneOf(nodes), how: dice.oneOf(['refused', 'hanging'] as const), ms: drawCutMs(dice) })],
  [1, (dice) => ({ kind: 'mend', node: dice.oneOf(nodes) })],
  [3, () => ({ kind: 'swarm' })],
  [6, (dice) => ({ kind: 'lose', node: dice.oneOf(nodes), times: dice.whole(1, 3) })],
  [4, (dice) => ({ kind: 'freeze', node: dice.oneOf(nodes), ms: dice.whole(10, dice.chance(0.2) ? 4000 : 400) * 1000 })],
  [4, (dice) => ({ kind: 'reboot', node: dice.oneOf(nodes), ms: dice.whole(30, dice.chance(0.2) ? 4000 : 400) * 1000 })],
  [12, () => ({ kind: 'crash' })],
  [2, (dice) => ({ kind: 'foreign', node: dice.oneOf(nodes), port: dice.oneOf([8000, 8000, 9001]) })],
  [2, (dice) => ({ kind: 'by-hand', node: dice.oneOf(nodes), model: small })],
  [2, (dice) => ({ kind: 'setting', key: 'engine.containerName', value: dice.oneOf(['vllm_node', 'vllm_other']) })],
  [1, (dice) => ({ kind: 'setting', key: 'engine.port', value: dice.oneOf([8000, 8100]) })],
  [1, (dice) => ({ kind: 'setting', key: 'swap.restorePrevious', value: dice.chance(0.5) })],
]
const weights = table.reduce((sum, [weight]) => sum + weight, 0)

function drawStep(dice: Dice): Step {
  let at = dice.whole(1, weights)
  for (const [weight, draw] of table) {
    at -= weight
    if (at <= 0) return draw(dice)
  }
  return { kind: 'cancel' }
}

/** Mostly short waits, so that things happen inside of phases; sometimes long enough for a switch to end. */
function drawWait(dice: Dice): Step {
  if (dice.chance(0.3)) return { kind: 'wait', ms: dice.whole(0, 400) }
  if (dice.chance(0.6)) return { kind: 'wait', ms: dice.whole(400, 8000) }
  return { kind: 'wait', ms: dice.whole(8000, 60_000) }
}

export function drawSchedule(seed: number): Schedule {
  const dice = diceOf(seed)
  const count = dice.whole(4, 14)
  const startAfterReboot = dice.chance(0.3)
  const first: Step = { kind: 'switch', model: model(dice), withToken: false, breakLock: false }
  const steps = Array.from({ length: count }, () => [drawStep(dice), drawWait(dice)]).flat()
  return { seed, startAfterReboot, steps: [first, drawWait(dice), ...steps] }
}

const faultWords = ({ name, node, times, forMs }: Fault): string =>
  [
    name,
    node === undefined ? '' : ` on ${node}`,
    times === undefined ? '' : `, ${times} time(s)`,
    forMs === undefined ? '' : ` for ${forMs / 1000} s`,
  ].join('')

/** The step as a line of the story. */
export function tellStep(step: Step): string {
  switch (step.kind) {
    case 'wait':
      return `${step.ms} ms pass`
    case 'switch':
      return `the owner switches to ${step.model}${step.withToken ? ', with the token' : ''}${step.breakLock ? ', breaking a lock' : ''}`
    case 'race':
      return `two ask at once: ${step.models.join(' and ')}`
    case 'stop':
      return `the owner stops the model${step.breakLock ? ', breaking a lock' : ''}`
    case 'cancel':
      return 'the owner cancels'
    case 'reserve':
      return `recap reserves the cluster for ${step.seconds} s`
    case 'release':
      return step.how === 'token' ? 'recap releases it' : 'the owner breaks the reservation'
    case 'fault':
      return `fault ${faultWords(step.fault)}`
    case 'heal':
      return `no more ${step.fault.name}`
    case 'cut':
      return `the line to ${step.node} is cut (${step.how}) for ${step.ms / 1000} s`
    case 'swarm':
      return 'six clicks at once: switch, stop, cancel, switch, cancel, stop'
    case 'mend':
      return `the line to ${step.node} is whole`
    case 'lose':
      return `${step.times} answer(s) of ${step.node} get lost`
    case 'freeze':
      return `${step.node} freezes for ${step.ms / 10_000} s`
    case 'reboot':
      return `${step.node} loses power for ${step.ms / 10_000} s`
    case 'crash':
      return 'the appliance is killed and rises again'
    case 'foreign':
      return `someone else's engine starts on ${step.node}, port ${step.port}`
    case 'by-hand':
      return `a container of our name is started by hand on ${step.node}`
    case 'setting':
      return `${step.key} is set to ${JSON.stringify(step.value)}`
  }
}
