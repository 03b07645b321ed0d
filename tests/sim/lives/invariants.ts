// What must hold in every life, each under its own name. A check returns what is wrong in words, or null. When a check is made is
// written at its face: at a launch, at a stop, after every slice of time, at an outcome, at a death, when all trouble is over.
import type { JobOrder } from '../../../server/app/ports.ts'
import { recipeWords } from '../../../server/domain/recipe.ts'
import type { Swap } from '../../../server/domain/swap.ts'
import type { ToolCall } from '../core/types.ts'
import { readyIsTrue, saysWhatIsTrue } from './outcome-truth.ts'
import { pageIsTrue, quietPageIsTrue } from './page-truth.ts'
import { finals, ourNames, type Saga, secret } from './saga.ts'
import type { Launch } from './watchman.ts'

type Wrong = string | null

export interface Checks {
  launch(saga: Saga, launch: Launch): Wrong
  touch(saga: Saga, call: ToolCall, names: readonly string[]): Wrong
  job(saga: Saga, node: string, order: JobOrder): Wrong
  slice(saga: Saga): Wrong
  begun(saga: Saga, swap: Swap): Wrong
  outcome(saga: Saga, swap: Swap): Wrong
  /** The database as it is on the disk. */
  disk(saga: Saga, bytes: Buffer): Wrong
  /** After a rising, now and then, and at the end. */
  memory(saga: Saga): Wrong
  /** All trouble is over, and much time has passed. */
  quiet(saga: Saga): Wrong
}

export interface Invariant {
  readonly promise: string
  readonly checks: Partial<Checks>
}

function oneLauncher(_saga: Saga, { alive }: Launch): Wrong {
  return alive > 1 ? 'two launchers are alive at once' : null
}

/** What the world puts there between the last look and the launch is seen by nobody; of a name, the launcher itself refuses. */
const unseenMs = 1000

const wasUnseen = ({ life, watchman }: Saga): boolean => life.clock.now() - watchman.harmedAt() < unseenMs

function nameIsGone({ life }: Saga, { nodes, containerName }: Launch): Wrong {
  const node = nodes.find((one) => life.world.look(one).containers.some((container) => container.name === containerName))
  return node === undefined ? null : `a start began while ${containerName} was still there on ${node}`
}

/** What vLLM will take by its own fraction must be free when it starts, unless somebody else has just taken some. */
function memoryIsBack(saga: Saga, { call, nodes }: Launch): Wrong {
  const share = Number(call.argv[call.argv.indexOf('--gpu-memory-utilization') + 1] ?? Number.NaN)
  if (!Number.isFinite(share)) return null
  const began = saga.life.stores.swaps.live('default')?.startedAt ?? 0
  const short = nodes.find((node) => {
    const { memory } = saga.life.world.look(node)
    return memory.availableBytes < share * memory.totalBytes && saga.watchman.foreignAt(node) < began
  })
  return short === undefined ? null : `a start began on ${short} before its memory was back`
}

function foreignUntouched(saga: Saga, call: ToolCall, names: readonly string[]): Wrong {
  const name = names.find((one) => !ourNames.has(one) || saga.watchman.isGuarded(call.node, one))
  return name === undefined ? null : `${name} is not ours and was told to stop on ${call.node}`
}

function fenceGoesForward({ watchman }: Saga): Wrong {
  const back = watchman.fences().find(({ before, now }) => now < before)
  return back === undefined ? null : `the fence on ${back.node} went back from ${back.before} to ${back.now}`
}

function staleDoesNothing({ life }: Saga, node: string, order: JobOrder): Wrong {
  const there = life.sparks.desk.fence(node)
  if (there === null || (there.appliance === order.appliance && there.fence <= order.fence)) return null
  return `an order with the stale fence ${order.fence} took effect on ${node}, where ${there.fence} of ${there.appliance} is written`
}

function oneFinalEvent({ life }: Saga, swap: Swap): Wrong {
  const count = life.stores.events.recent(5000, finals).filter((event) => event.payload['swap'] === swap.id).length
  if (swap.state === 'running' || swap.endedAt === null) return `${swap.id} told its outcome and is still running`
  return count === 1 ? null : `${swap.id} has ${count} final events`
}

function everyOneEnded(saga: Saga): Wrong {
  const { swaps } = saga.life.stores
  const all = swaps.recent(1000)
  const running = all.find((swap) => swap.state === 'running')
  if (running !== undefined) return `a switch never ends: ${running.progress.sentence}`
  const open = all.find((swap) => swap.steps.some((step) => step.endedAt === null))
  if (open !== undefined) return `${open.id} has a step that never ended`
  for (const swap of all) {
    const wrong = oneFinalEvent(saga, swap)
    if (wrong !== null) return wrong
  }
  return saga.life.graph.lock.find().by === 'swap' ? 'quiet, and a switch still holds the lock' : null
}

/** A promise is kept by what is written down with it: the plan to start again, of a model that is whole on the disks it names. */
function wayBackIsPossible({ life }: Saga, swap: Swap): Wrong {
  const promise = swap.plan.wayBack
  if (promise.kind !== 'previous') return null
  const back = swap.wayBack?.starts
  if (back == null) return `a way back to ${promise.model} was promised, and no plan for it was kept`
  if (back.model !== promise.model) return `a way back to ${promise.model} was promised, and a plan for ${back.model} was kept`
  for (const id of back.machines) {
    const address = life.stores.machines.find(id)?.address
    const node = life.world.options.nodes.find((one) => one.address === address)
    if (node === undefined) return `a way back to ${promise.model} was promised on a machine that is not in the list`
    // A part that somebody takes away is seen at the next scan of the disks, not before.
    if (life.world.faults().some((one) => one.name === 'F22')) continue
    const model = life.world.models(node.name).find((one) => one.repo === promise.model)
    if (model === undefined || (model.state ?? 'complete') !== 'complete')
      return `a way back to ${promise.model} was promised, and it is not whole on ${node.name}`
  }
  return null
}

function noSecret({ ledger }: Saga, bytes: Buffer): Wrong {
  if (bytes.includes(secret)) return "a secret of a launcher's .env is in the database"
  return ledger.token !== null && bytes.includes(ledger.token) ? 'the token of a reservation is in the database' : null
}

function nothingIsLost(saga: Saga): Wrong {
  return switchesAreThere(saga) ?? settingsAreThere(saga) ?? recipesAreThere(saga) ?? machinesAreThere(saga) ?? reservationHolds(saga)
}

function switchesAreThere({ life, ledger }: Saga): Wrong {
  const lost = [...ledger.swaps].find((id) => life.stores.swaps.find(id) === null)
  return lost === undefined ? null : `the switch ${lost} was accepted and is not there`
}

function settingsAreThere({ life, ledger }: Saga): Wrong {
  const list = life.graph.settings.list()
  for (const [key, value] of ledger.settings) {
    const now = list.find((one) => one.key === key)?.value
    if (now !== value) return `${key} was set to ${JSON.stringify(value)} and is ${JSON.stringify(now)}`
  }
  return null
}

function recipesAreThere({ life, ledger }: Saga): Wrong {
  if (ledger.recipes.size === 0 && ledger.confirmed.size === 0) return null
  const recipes = life.graph.recipes.list().recipes
  for (const [id, maxLen] of ledger.recipes) {
    const flag = recipes.find((one) => one.id === id)?.flags.find((one) => one.name === 'max-model-len')
    if (flag?.value !== maxLen) return `the recipe ${id} was saved with a context of ${maxLen} and has ${String(flag?.value)}`
  }
  for (const [id, words] of ledger.confirmed) {
    const recipe = recipes.find((one) => one.id === id)
    if (recipe?.confirmed === false && recipeWords(recipe) === words) return `the yes to ${id} is forgotten`
  }
  return null
}

function machinesAreThere({ life, ledger }: Saga): Wrong {
  const listed = new Set(life.stores.machines.list().map((one) => one.address))
  for (const [node, isListed] of ledger.machines) {
    const address = life.world.options.nodes.find((one) => one.name === node)?.address ?? ''
    if (listed.has(address) !== isListed) return `${node} was ${isListed ? 'put on' : 'taken off'} the list, and that is forgotten`
  }
  return null
}

function reservationHolds({ life, ledger }: Saga): Wrong {
  const held = ledger.reservation
  if (held === null || held.until <= life.clock.now()) return null
  const lock = life.graph.lock.find()
  return lock.by === 'swap' || lock.holder === held.holder ? null : `the reservation of ${held.holder} is forgotten`
}

/** What goes wrong inside is written to the log as an error; none of these stories should bring that about. */
function nothingBreaksInside({ life }: Saga): Wrong {
  const line = life.log.lines.find((one) => one.level === 'error')
  return line === undefined ? null : `inside: ${line.message}: ${String(line.facts['error'] ?? '')}`
}

export const invariants = {
  'one-launcher': { promise: 'Never two launchers alive in a cluster', checks: { launch: oneLauncher } },
  'start-after-gone': {
    promise: 'No start before every node reports the name absent and the memory back',
    checks: { launch: (saga, launch) => (wasUnseen(saga) ? null : (nameIsGone(saga, launch) ?? memoryIsBack(saga, launch))) },
  },
  'ready-is-true': { promise: '"Ready" only while the right model answers a completion', checks: { outcome: readyIsTrue } },
  'fence-forward': {
    promise: 'A fence never goes back, and a stale one changes nothing',
    checks: { slice: fenceGoesForward, job: staleDoesNothing },
  },
  'one-outcome': {
    promise: 'Every switch ends in exactly one outcome, with one final event',
    checks: { outcome: oneFinalEvent, quiet: everyOneEnded },
  },
  'page-is-true': {
    promise: 'What the page says is what is true, or that it is not known',
    checks: { slice: pageIsTrue, outcome: saysWhatIsTrue, quiet: quietPageIsTrue },
  },
  'way-back': { promise: 'A promised way back was possible when it was promised', checks: { begun: wayBackIsPossible } },
  'foreign-untouched': { promise: 'Containers of others are never touched', checks: { touch: foreignUntouched } },
  'no-secret': { promise: 'No secret is in any stored byte', checks: { disk: noSecret } },
  'nothing-lost': { promise: 'Nothing that was accepted is lost', checks: { memory: nothingIsLost, slice: reservationHolds } },
  'sound-inside': { promise: 'Nothing breaks inside of the appliance', checks: { memory: nothingBreaksInside } },
} as const satisfies Readonly<Record<string, Invariant>>

export type InvariantName = keyof typeof invariants

const all: readonly [string, Invariant][] = Object.entries(invariants)

/** Makes every check of that kind; each broken one is written down under its name. */
export function examine<Kind extends keyof Checks>(saga: Saga, kind: Kind, ...facts: Rest<Parameters<Checks[Kind]>>): void {
  for (const [name, { checks }] of all) {
    const check = checks[kind] as ((saga: Saga, ...facts: unknown[]) => Wrong) | undefined
    const wrong = check?.(saga, ...facts) ?? null
    if (wrong !== null) saga.break(name, wrong)
  }
}

type Rest<T extends readonly unknown[]> = T extends readonly [unknown, ...infer R] ? R : never
