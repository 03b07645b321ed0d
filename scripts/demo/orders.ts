// What may be done to the simulated machines of a running demo, by break.ts and by its page alike.
import { momentWords, switchOf } from '../../tests/sim/core/switches.ts'
import type { Fault, FaultName, Moment, World } from '../../tests/sim/core/types.ts'

/** Times in seconds of the one who watches. */
export type Order =
  | { readonly act: 'list' }
  | { readonly act: 'mend'; readonly fault: FaultName | null; readonly node: string | null }
  | { readonly act: 'freeze'; readonly node: string; readonly seconds: number }
  | { readonly act: 'reboot'; readonly node: string; readonly seconds: number }
  | {
      readonly act: 'break'
      readonly fault: FaultName
      readonly node: string | null
      readonly model: string | null
      readonly container: string | null
      readonly times: number | null
      readonly seconds: number | null
      readonly at: Moment | null
      readonly percent: number | null
    }

export interface OrderAnswer {
  readonly sentence: string
  readonly broken: readonly string[]
}

/** Does it and says what was done; throws a sentence when it cannot be. */
export function obey(world: World, order: Order): string {
  if (order.act === 'list') return ''
  if (order.act === 'mend') return mend(world, order.fault, order.node)
  if (order.act === 'break') return breakIt(world, order)
  const node = nodeOf(world, order.node)
  if (order.act === 'freeze') {
    world.freeze(node, simulated(world, order.seconds))
    return `${node} is frozen for ${order.seconds} s.`
  }
  world.reboot(node, simulated(world, order.seconds))
  return `${node} lost power and is back in ${order.seconds} s.`
}

const simulated = (world: World, seconds: number): number => Math.round((seconds * 1000) / world.options.timeScale)

function mend(world: World, fault: FaultName | null, node: string | null): string {
  const all = fault === null ? [...new Set(world.faults().map((one) => one.name))] : [fault]
  for (const name of all) world.clearFault(name, node ?? undefined)
  return all.length === 0 ? 'Nothing was broken.' : `Mended: ${all.join(', ')}.`
}

function breakIt(world: World, order: Order & { readonly act: 'break' }): string {
  const { fault: name, node, model, container, times, seconds, at, percent } = order
  if (node !== null) nodeOf(world, node)
  const forMs = seconds === null ? null : simulated(world, seconds)
  // What was not said is not in the fault: undefined would be a value.
  const given = Object.entries({ name, node, model, container, times, forMs, at, percent }).filter(([, value]) => value !== null)
  world.setFault(Object.fromEntries(given) as unknown as Fault)
  return `${name} is on.`
}

function nodeOf(world: World, name: string): string {
  const names = world.options.nodes.map((node) => node.name)
  if (!names.includes(name)) throw new Error(`There is no "${name}". There are ${names.join(' and ')}.`)
  return name
}

/** Each broken thing in a line. */
export function brokenNow(world: World): readonly string[] {
  const away = world.options.nodes.filter((node) => world.sshReach(node.name) !== 'up')
  return [...world.faults().map(faultWords), ...away.map((node) => `${node.name} is ${reachWords(world, node.name)}`)]
}

export const reachWords = (world: World, node: string): string => (world.reach(node) === 'up' ? 'without SSH' : world.reach(node))

export function faultWords({ name, node, model, container, times, at, percent }: Fault): string {
  const moment = at ?? switchOf(name)?.moment ?? 'now'
  return [
    name,
    node === undefined ? 'anywhere' : `on ${node}`,
    ...(model === undefined ? [] : [`for ${model}`]),
    ...(container === undefined ? [] : [`for ${container}`]),
    ...(moment === 'now' ? [] : [`${momentWords[moment]}${percent === undefined ? '' : ` (${percent} %)`}`]),
    times === undefined ? 'until mended' : `${times} more`,
  ].join(', ')
}
