// Plays the steps of a schedule: what a person, a program, the world or bad luck does. Nothing here waits but a rising appliance.
import { SparkError } from '../../../server/contract/errors.ts'
import { recipeWords } from '../../../server/domain/recipe.ts'
import { type Birth, rivalOf } from '../../fakes/appliance.ts'
import { copyLedger, type Ledger } from './ledger.ts'
import { going, meet, type Saga } from './saga.ts'
import { other, type Step, small } from './schedule.ts'

const owner = { kind: 'owner', name: 'owner', address: null } as const
const app = { kind: 'app', name: 'recap', address: '192.0.2.9' } as const
const holder = 'recap'
const recipeTitle = 'By the owner'

type Of<Kind extends Step['kind']> = Step & { readonly kind: Kind }

/** What only the stage that holds the saga can do. */
export interface Stage {
  readonly saga: Saga
  /** Lets the appliance die after so many more points; 0: now. */
  fuse(after: number, downMs: number): Promise<void>
  /** Kills it now and lets it rise from these bytes. */
  riseFrom(bytes: Buffer, ledger: Ledger): Promise<void>
  /** The database of a second appliance, set up for the same machines. */
  readonly rival: () => Promise<Birth>
  /** The newest one; at first the database as it was set up. */
  backup: { readonly bytes: Buffer; readonly ledger: Ledger }
  rivals: { close(): Promise<void> }[]
  foreigners: number
}

type Players = { readonly [Kind in Exclude<Step['kind'], 'wait'>]: (stage: Stage, step: Of<Kind>) => unknown }

/** Steps of the world happen with or without an appliance; the others find nobody while it is down. */
const ofTheWorld: ReadonlySet<Step['kind']> = new Set(['fault', 'heal', 'cut', 'mend', 'lose', 'freeze', 'reboot', 'foreign', 'by-hand'])

export async function play(stage: Stage, step: Exclude<Step, Of<'wait'>>): Promise<void> {
  const { saga } = stage
  meet(saga, `${step.kind}${step.kind === 'fault' ? ` ${step.fault.name}` : ''} @ ${going(saga)}`)
  if (saga.down && !ofTheWorld.has(step.kind)) return saga.tell('-> nobody is there')
  await (players[step.kind] as (stage: Stage, step: Step) => unknown)(stage, step)
}

const players: Players = {
  switch: ({ saga }, step) => {
    const { life, ledger } = saga
    const overrides = step.maxLen === undefined ? {} : { overrides: { 'max-model-len': step.maxLen } }
    const token = step.withToken && ledger.token !== null ? { lockToken: ledger.token } : {}
    asked(saga, step.model, step.breakLock, () =>
      life.graph.swaps.start({ model: step.model, requestedBy: owner, breakLock: step.breakLock, ...token, ...overrides }),
    )
  },
  race: ({ saga }, { models }) => {
    for (const model of models) asked(saga, model, false, () => saga.life.graph.swaps.start({ model, requestedBy: app }))
  },
  stop: ({ saga }, { breakLock }) => asked(saga, 'stop', breakLock, () => saga.life.graph.swaps.stop({ requestedBy: owner, breakLock })),
  cancel: ({ saga }) => cancel(saga),
  swarm: ({ saga }) => {
    const { swaps } = saga.life.graph
    asked(saga, other, false, () => swaps.start({ model: other, requestedBy: app }))
    asked(saga, 'stop', false, () => swaps.stop({ requestedBy: owner }))
    cancel(saga)
    asked(saga, small, false, () => swaps.start({ model: small, requestedBy: owner }))
    void saga.life.clock.sleep(1).then(() => cancel(saga))
    asked(saga, 'stop', false, () => swaps.stop({ requestedBy: owner }))
  },

  reserve: ({ saga }, { seconds }) => {
    const until = saga.life.clock.now() + seconds * 1000
    const taken = said(saga, () => saga.life.graph.lock.take({ holder, reason: 'nightly', ttlSeconds: seconds }))
    if (taken === 'refused') return
    // One that was cut short may hold or not.
    saga.ledger.reservation = taken === 'unknown' ? null : { holder, until }
    if (taken !== 'unknown') saga.ledger.token = taken.token
  },
  renew: ({ saga }, { seconds }) => {
    const until = saga.life.clock.now() + seconds * 1000
    const before = saga.ledger.reservation
    saga.ledger.reservation = null
    const renewed = said(saga, () => saga.life.graph.lock.renew(saga.ledger.token ?? '', seconds))
    if (renewed === 'refused') saga.ledger.reservation = before
    else if (renewed !== 'unknown') saga.ledger.reservation = { holder, until }
  },
  release: ({ saga }, { how }) => {
    const { lock } = saga.life.graph
    const done = said(saga, () =>
      lock.release(how === 'token' ? { token: saga.ledger.token ?? '', by: holder } : { breakLock: true, by: 'owner' }),
    )
    if (done !== 'refused') saga.ledger.reservation = null
  },

  recipe: async ({ saga }, { model, maxLen }) => {
    const { life, ledger } = saga
    const ground = life.graph.recipes.list(model).recipes[0]
    if (ground === undefined) return
    const flags = ground.flags.filter((flag) => flag.name !== 'max-model-len')
    const flag = { name: 'max-model-len', value: maxLen, reason: 'The owner wants it.', source: 'owner' }
    const { description, image, port, nodes, env } = ground
    for (const id of ledger.recipes.keys()) if (id.endsWith(model)) ledger.recipes.delete(id)
    const draft = { model, title: recipeTitle, description, image, port, nodes, env, flags: [...flags, flag] }
    await accepted(saga, life.graph.recipes.save({ draft, word: true, by: 'owner' }), (saved) => saga.ledger.recipes.set(saved.id, maxLen))
  },
  unrecipe: ({ saga }, { model }) => {
    for (const recipe of [...saga.life.ownerRecipes.values()]) {
      if (recipe.model !== model) continue
      saga.life.ownerRecipes.delete(recipe.id)
      saga.ledger.recipes.delete(recipe.id)
    }
  },
  confirm: ({ saga }, { model }) => {
    const recipe = saga.life.graph.recipes.list(model).recipes[0]
    if (recipe === undefined) return
    const done = said(saga, () => saga.life.graph.recipes.confirm(recipe.id, 'owner'))
    if (typeof done === 'object') saga.ledger.confirmed.set(recipe.id, recipeWords(recipe))
  },
  setting: ({ saga }, { key, value }) => {
    saga.watchman.disturb()
    saga.ledger.settings.delete(key)
    const done = said(saga, () => saga.life.graph.settings.change(key, value, undefined, 'owner'))
    if (typeof done === 'object') saga.ledger.settings.set(key, value)
  },
  remove: ({ saga }, { node }) => {
    const address = saga.life.world.options.nodes.find((one) => one.name === node)?.address
    const machine = saga.life.graph.machines.list().find((one) => one.address === address)
    if (machine === undefined) return
    const before = saga.ledger.machines.get(node)
    saga.ledger.machines.delete(node)
    const done = said(saga, () => saga.life.graph.machines.remove(machine.id) ?? true)
    if (done === true) saga.ledger.machines.set(node, false)
    else if (done === 'refused' && before !== undefined) saga.ledger.machines.set(node, before)
  },
  add: ({ saga }, { node }) => {
    const address = saga.life.world.options.nodes.find((one) => one.name === node)?.address ?? ''
    if (saga.life.graph.machines.list().some((one) => one.address === address)) return
    saga.watchman.disturb(node)
    saga.ledger.machines.delete(node)
    void accepted(saga, saga.life.graph.machines.add({ address, user: 'alice', name: node }), () => saga.ledger.machines.set(node, true))
  },

  fault: ({ saga }, { fault }) => {
    saga.watchman.harm()
    saga.life.world.setFault(fault)
  },
  heal: ({ saga }, { fault }) => saga.life.world.clearFault(fault.name),
  cut: ({ saga }, { node, how, ms }) => {
    const { sparks, clock } = saga.life
    sparks.cut(node, how)
    void clock.sleep(ms).then(() => sparks.mend(node))
  },
  mend: ({ saga }, { node }) => saga.life.sparks.mend(node),
  lose: ({ saga }, { node, times }) => {
    saga.watchman.disturb(node)
    saga.life.sparks.loseAnswers(node, times)
  },
  freeze: ({ saga }, { node, ms }) => saga.life.world.freeze(node, ms),
  reboot: ({ saga }, { node, ms }) => {
    saga.watchman.harm()
    saga.life.world.reboot(node, ms)
  },
  crash: (stage, { after, downMs }) => stage.fuse(after, downMs),
  backup: (stage) => {
    stage.backup = { bytes: stage.saga.life.stores.serialize(), ledger: copyLedger(stage.saga.ledger) }
  },
  restore: async (stage) => {
    await stage.riseFrom(stage.backup.bytes, copyLedger(stage.backup.ledger))
  },
  rival: async (stage, { model }) => {
    if (stage.rivals.length > 0) return
    const rival = await rivalOf(stage.saga.life, await stage.rival())
    stage.rivals.push(rival)
    rival.graph.swaps.start({ model, requestedBy: { ...owner, name: 'rival' } }).catch((error: unknown) => {
      if (error instanceof SparkError) stage.saga.tell(`-> the second appliance: refused, ${error.code}`)
      else stage.saga.break('sound-inside', `the second appliance: ${String(error)}`)
    })
  },
  foreign: (stage, { node, port }) => {
    const { saga } = stage
    const name = `comfy_${stage.foreigners++}`
    saga.watchman.guard(node, name)
    const words = ['vllm', 'serve', 'Qwen/Qwen3-Embedding-0.6B', '--served-model-name', small]
    const command = [...words, '--port', String(port), '--gpu-memory-utilization', '0.05']
    saga.life.world.startForeign(node, { name, image: 'vllm-node', command })
  },
  'by-hand': ({ saga }, { node, model }) => {
    const { world, stores } = saga.life
    if (stores.swaps.live('default') !== null || world.look(node).containers.some((one) => one.name === 'vllm_node')) return
    world.startForeign(node, { name: 'vllm_node', image: 'vllm-node', command: ['vllm', 'serve', model, '--port', '8000'] })
  },
}

/** Asks for a switch; what it said yes to is written into the ledger, unless it died meanwhile. */
function asked(saga: Saga, who: string, breakLock: boolean, ask: () => Promise<{ readonly id: string }>): void {
  const { life } = saga
  const isHere = (): boolean => saga.life === life && !saga.down
  if (breakLock) saga.breaking += 1
  const answered = (): void => {
    if (breakLock) saga.breaking -= 1
  }
  ask().then(
    ({ id }) => {
      if (!isHere()) return
      answered()
      if (breakLock) saga.ledger.reservation = null
      saga.tell(`-> ${who}: ${id.slice(-4)} begins`)
      saga.ledger.swaps.add(id)
    },
    (error: unknown) => {
      if (!isHere()) return
      answered()
      if (error instanceof SparkError) saga.tell(`-> ${who}: refused, ${error.code}: ${error.message}`)
      else saga.break('sound-inside', `${who}: ${String(error)}`)
    },
  )
}

function cancel(saga: Saga): void {
  if (saga.down) return
  const live = saga.life.graph.swaps.current()
  if (live !== null) said(saga, () => saga.life.graph.swaps.cancel(live.id, owner))
}

/** What it answered at once; `unknown` when it died before the answer was out. */
function said<T>(saga: Saga, act: () => T): T | 'refused' | 'unknown' {
  const { life } = saga
  try {
    const answer = act()
    return saga.life === life && !saga.down ? answer : 'unknown'
  } catch (error) {
    if (saga.life !== life || saga.down) return 'unknown'
    if (!(error instanceof SparkError)) throw error
    saga.tell(`-> refused, ${error.code}`)
    return 'refused'
  }
}

async function accepted<T>(saga: Saga, promise: Promise<T>, write: (answer: T) => void): Promise<void> {
  const { life } = saga
  const settled = promise.then(
    (answer) => {
      if (saga.life === life && !saga.down) write(answer)
    },
    (error: unknown) => {
      if (saga.life !== life || saga.down) return
      if (error instanceof SparkError) saga.tell(`-> refused, ${error.code}`)
      else saga.break('sound-inside', String(error))
    },
  )
  void settled
}
