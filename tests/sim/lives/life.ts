// Lives a schedule over door 1 in virtual time, watched at every step; tells its story when something is wrong.
import type { Swap } from '../../../server/domain/swap.ts'
import { type Birth, giveBirth, type Life, liveFrom } from '../../fakes/appliance.ts'
import type { HouseOptions, Parts } from '../../fakes/house.ts'
import { qwen3Small } from '../core/demo-models.ts'
import { demoNodes } from '../core/demo-world.ts'
import { examine } from './invariants.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { play, type Stage } from './player.ts'
import { withPoints } from './points.ts'
import { type Broken, finals, going, meet, type Saga, secret } from './saga.ts'
import { other, type Schedule, small, unread, wide } from './schedule.ts'
import { tellStep } from './story.ts'
import { createWatchman, type Told } from './watchman.ts'

const sliceMs = 1000
/** So many slices between two looks at everything that was accepted. */
const memoryEvery = 40
const readEvery = 7

export interface Lived {
  readonly broken: readonly Broken[]
  readonly story: string
  readonly swaps: number
  readonly outcomes: readonly string[]
  readonly met: ReadonlyMap<string, number>
}

/** A house that is broken on purpose: something is put before its ports, or the world around it lies. */
export interface Sabotage {
  readonly around?: (parts: Parts) => Parts
  readonly world?: (life: Life) => void
}

let born: Promise<Birth> | null = null
let rivalBorn: Promise<Birth> | null = null
/** No recipe is shipped for it. */
const homeMade = { ...qwen3Small, repo: unread, weightsBytes: 8_060_000_000 }
const nodes = demoNodes().map((node, at) => ({
  ...node,
  models: at === 0 ? [...node.models, homeMade] : node.models,
  dotenv: { CONTAINER_HF_TOKEN: secret },
}))

/** What the owner did before the story begins. Waits are short, so that a life is. */
function prepare({ graph }: Life): void {
  const values: Record<string, unknown> = {
    'swap.stallSeconds': 40,
    'swap.silenceMinutes': 4,
    'swap.canarySeconds': 20,
    'swap.memoryBackSeconds': 10,
  }
  for (const [key, value] of Object.entries(values)) graph.settings.change(key, value, undefined, 'owner')
  for (const model of [small, other, wide]) {
    const recipe = graph.recipes.list(model).recipes[0]
    if (recipe !== undefined && !recipe.confirmed) graph.recipes.confirm(recipe.id, 'owner')
  }
}

/** Looks at the pages themselves now and then; what is wrong in words, or null. */
export type Reader = (saga: Saga) => Promise<string | null>

export async function live(schedule: Schedule, sabotage: Sabotage = {}, reader?: Reader): Promise<Lived> {
  born ??= giveBirth(nodes, prepare)
  const stage = await raise(await born, schedule, sabotage)
  stage.reader = reader
  const { saga } = stage
  for (const step of schedule.steps) {
    saga.tell(tellStep(step))
    if (step.kind === 'wait') await pass(stage, step.ms)
    else await play(stage, step)
    if (saga.broken.length > 0) break
  }
  if (saga.broken.length === 0) await settleDown(stage)
  const swaps = saga.life.stores.swaps.recent(1000).length
  for (const [fault, times] of saga.life.world.struck()) saga.met.set(`strikes ${fault}`, times)
  for (const rival of stage.rivals) await rival.close()
  // A dead one has nothing left to close.
  if (!saga.down) await saga.life.close()
  return { broken: saga.broken, story: stage.story(), swaps, outcomes: saga.outcomes, met: saga.met }
}

interface Theatre extends Stage {
  /** Set when a fuse has burnt down: when it rises again. */
  risesAt: number | null
  story(): string
  reader?: Reader | undefined
}

async function raise(birth: Birth, schedule: Schedule, sabotage: Sabotage): Promise<Theatre> {
  const lines: string[] = []
  let fuse: { left: number; readonly downMs: number } | null = null
  const at = (point: string): void => {
    if (fuse === null || saga.down) return
    fuse.left -= 1
    if (fuse.left > 0) return
    const { downMs } = fuse
    fuse = null
    kill(point, downMs)
  }
  // What is left of a dead life counts no more.
  let lives = 0
  const around: HouseOptions['around'] = (parts) => {
    lives += 1
    const mine = lives
    return withPoints(sabotage.around?.(parts) ?? parts, (point) => (mine === lives ? at(point) : undefined))
  }
  const life = await liveFrom(birth, around)
  const begun = life.clock.now()
  const told: Told = {
    launch: (launch) => examine(saga, 'launch', launch),
    touch: (call, names) => examine(saga, 'touch', call, names),
    job: (node, order) => examine(saga, 'job', node, order),
  }
  const saga: Saga = {
    life,
    down: false,
    watchman: createWatchman(life.world, life.sparks, told),
    ledger: createLedger(nodes.map((node) => node.name)),
    breaking: 0,
    broken: [],
    outcomes: [],
    met: new Map(),
    slices: 0,
    tell: (line) => void lines.push(`${((saga.life.clock.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${line}`),
    break: (invariant, sentence) => {
      if (!saga.broken.some((one) => one.sentence === sentence)) saga.broken.push({ invariant, sentence })
    },
  }
  const kill = (point: string, downMs: number): void => {
    meet(saga, `dies @ ${going(saga)}, ${point}`)
    saga.tell(`-> it dies ${point}`)
    const left = saga.life.crash()
    saga.down = true
    stage.risesAt = saga.life.clock.now() + downMs
    examine(saga, 'disk', left?.bytes ?? Buffer.alloc(0))
  }
  const stage: Theatre = {
    saga,
    backup: { bytes: birth.bytes, ledger: createLedger(nodes.map((node) => node.name)) },
    rivals: [],
    foreigners: 0,
    risesAt: null,
    rival: () => {
      rivalBorn ??= giveBirth(nodes, prepare, 'q')
      return rivalBorn
    },
    async fuse(after, downMs) {
      if (after > 0) fuse = { left: after, downMs }
      else kill('between two steps', downMs)
    },
    async riseFrom(bytes, ledger) {
      kill('for good', 0)
      await rise(stage, bytes, ledger)
    },
    story: () =>
      [
        `life ${schedule.seed}:`,
        ...lines.map((line) => `  ${line}`),
        ...saga.broken.map((one) => `  WRONG (${one.invariant}): ${one.sentence}`),
      ].join('\n'),
  }
  life.graph.settings.change('swap.startAfterReboot', schedule.startAfterReboot, undefined, 'owner')
  saga.ledger.settings.set('swap.startAfterReboot', schedule.startAfterReboot)
  sabotage.world?.(life)
  listen(saga)
  return stage
}

/** A switch that begins and one that ends are judged in the very moment they are told. */
function listen(saga: Saga): void {
  const { life } = saga
  life.graph.events.subscribe(({ type, payload }) => {
    if (saga.life !== life || saga.down || (type !== 'swap_started' && !finals.includes(type))) return
    const swap = life.stores.swaps.find(String(payload['swap']))
    if (swap === null) saga.break('one-outcome', `${type} of a switch that is not there`)
    else if (type === 'swap_started') examine(saga, 'begun', swap)
    else hear(saga, swap)
  })
}

function hear(saga: Saga, swap: Swap): void {
  const { state, restored, trouble } = swap
  saga.outcomes.push(`${state}${trouble === null ? '' : ` ${trouble.code}`}${restored === true ? ', restored' : ''}`)
  const what = trouble?.happened ?? 'no trouble'
  saga.tell(`${swap.id.slice(-4)} ended: ${state}, ${what} NOW: ${swap.progress.sentence} (restored ${restored})`)
  examine(saga, 'outcome', swap)
}

async function pass(stage: Theatre, ms: number): Promise<void> {
  const { saga } = stage
  const { clock } = saga.life
  const end = clock.now() + ms
  do {
    const until = Math.min(end, clock.now() + sliceMs, stage.risesAt ?? Number.POSITIVE_INFINITY)
    await clock.advance(Math.max(0, until - clock.now()))
    saga.slices += 1
    saga.watchman.look()
    if (stage.risesAt !== null && clock.now() >= stage.risesAt) await rise(stage)
    if (!saga.down) await examineNow(stage)
    if (saga.broken.length > 0) return
  } while (clock.now() < end)
}

async function examineNow({ saga, reader }: Theatre): Promise<void> {
  examine(saga, 'slice')
  if (saga.slices % memoryEvery === 0) examine(saga, 'memory')
  const wrong = reader === undefined || saga.slices % readEvery > 0 ? null : await reader(saga)
  if (wrong !== null) saga.break('page-is-true', wrong)
}

/** From the disk as it was when it died, or from other bytes (a backup, which knows of less). */
async function rise(stage: Theatre, bytes?: Buffer, ledger?: Ledger): Promise<void> {
  const { saga } = stage
  stage.risesAt = null
  saga.watchman.disturb()
  if (saga.breaking > 0) saga.ledger.reservation = null
  saga.breaking = 0
  if (ledger !== undefined) saga.ledger = { ...ledger, recipes: saga.ledger.recipes }
  saga.life = await saga.life.rise(bytes)
  saga.down = false
  // A rise takes time, in which the world may have changed.
  saga.watchman.look()
  listen(saga)
  examine(saga, 'memory')
}

// ---- the end of the life: no more trouble, time passes, and what is said must be so

/** Looks come every 5 s; a minute of quiet is many of them. */
const quietEnoughMs = 60_000
const roundMs = 10_000
const mostMs = 30 * 60_000

async function settleDown(stage: Theatre): Promise<void> {
  const { saga } = stage
  const { world, sparks } = saga.life
  await stage.fuse(Number.POSITIVE_INFINITY, 0)
  for (const fault of world.faults()) world.clearFault(fault.name)
  for (const { name } of nodes) {
    sparks.mend(name)
    sparks.loseAnswers(name, 0)
  }
  saga.tell('all trouble ends; time passes')
  const isBusy = (): boolean =>
    saga.down || saga.life.stores.swaps.live('default') !== null || nodes.some((node) => !world.isReachable(node.name))
  let quietMs = 0
  for (let ms = 0; ms < mostMs && quietMs < quietEnoughMs; ms += roundMs) {
    await pass(stage, roundMs)
    if (saga.broken.length > 0) return
    quietMs = isBusy() ? 0 : quietMs + roundMs
  }
  saga.tell(`at the end: ${saga.life.graph.status.engine().sentence}`)
  examine(saga, 'quiet')
  examine(saga, 'memory')
  examine(saga, 'disk', saga.life.stores.serialize())
}
