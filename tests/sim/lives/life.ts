// Lives a schedule over door 1 in virtual time, watched at every step; tells its story when something is wrong.
import { SparkError } from '../../../server/contract/errors.ts'
import type { PlanStart } from '../../../server/domain/plan.ts'
import type { Swap } from '../../../server/domain/swap.ts'
import { type Birth, giveBirth, type Life, liveFrom } from '../../fakes/appliance.ts'
import { demoNodes } from '../core/demo-world.ts'
import type { Serve } from '../core/types.ts'
import { other, type Schedule, type Step, small, tellStep, wide } from './schedule.ts'
import { createWatchman, type Watchman } from './watchman.ts'

/** What a launcher's .env holds and nobody may ever store. */
export const secret = 'hf_TheSecretOfThisHouse0123456789'
const sliceMs = 1000
const owner = { kind: 'owner', name: 'owner', address: null } as const
const app = { kind: 'app', name: 'recap', address: '192.0.2.9' } as const
const ourNames: ReadonlySet<string> = new Set(['vllm_node', 'vllm_other'])
const finals = ['swap_complete', 'swap_failed', 'swap_cancelled']

export interface Lived {
  readonly wrongs: readonly string[]
  readonly story: string
  readonly swaps: number
  readonly outcomes: readonly string[]
}

interface Told {
  life: Life
  readonly watchman: Watchman
  readonly lines: string[]
  readonly begun: number
  token: string | null
  foreigners: number
  outcomes: string[]
}

let born: Promise<Birth> | null = null

/** `sabotage`: breaks something on purpose, to see that it is noticed. */
export async function live(schedule: Schedule, sabotage: (life: Life) => void = () => undefined): Promise<Lived> {
  born ??= giveBirth(
    demoNodes().map((node) => ({ ...node, dotenv: { CONTAINER_HF_TOKEN: secret } })),
    prepare,
  )
  const life = await liveFrom(await born)
  const { world, sparks, clock } = life
  const watchman = createWatchman(world, sparks.desk, clock, ourNames, sparks.isCut)
  const told: Told = { life, watchman, lines: [], begun: clock.now(), token: null, foreigners: 0, outcomes: [] }
  life.graph.settings.change('swap.startAfterReboot', schedule.startAfterReboot, undefined, 'owner')
  listen(told)
  sabotage(life)
  for (const step of schedule.steps) {
    say(told, tellStep(step))
    await play(told, step)
    if (watchman.wrongs.length > 0) break
  }
  if (watchman.wrongs.length === 0) await settleDown(told)
  const swaps = told.life.stores.swaps.recent(1000).length
  await told.life.close()
  return { wrongs: watchman.wrongs, story: tell(schedule, told), swaps, outcomes: told.outcomes }
}

function tell(schedule: Schedule, told: Told): string {
  return [`life ${schedule.seed}:`, ...told.lines.map((line) => `  ${line}`), ...told.watchman.wrongs.map((one) => `  WRONG: ${one}`)].join(
    '\n',
  )
}

function say(told: Told, line: string): void {
  const at = ((told.life.clock.now() - told.begun) / 1000).toFixed(1).padStart(7)
  told.lines.push(`${at} s  ${line}`)
}

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

/** An outcome is judged in the very moment it is told. */
function listen(told: Told): void {
  const { life, watchman } = told
  life.graph.events.subscribe((event) => {
    if (!finals.includes(event.type)) return
    const swap = life.stores.swaps.find(String(event.payload['swap']))
    if (swap === null) return watchman.wrong(`${event.type} of a switch that is not there`)
    told.outcomes.push(`${swap.state} ${swap.trouble?.code ?? ''} ${swap.restored}`)
    say(
      told,
      `${swap.id.slice(-4)} ended: ${swap.state}, ${swap.trouble?.happened ?? 'no trouble'} NOW: ${swap.progress.sentence} (restored ${swap.restored})`,
    )
    judge(told, swap.id)
  })
}

function judge(told: Told, id: string): void {
  const { life, watchman } = told
  const swap = life.stores.swaps.find(id)
  if (swap === null) return
  const started = swap.state === 'succeeded' ? swap.plan.starts : swap.restored === true ? (swap.wayBack?.starts ?? null) : null
  if (started !== null) judgeReady(told, swap, started)
  const sentence = swap.progress.sentence
  const saysNothing = /Nothing is answering/.test(sentence) || (swap.state === 'succeeded' && swap.plan.starts === null)
  const ours = life.world.serving().filter((one) => isOurs(one))
  if (saysNothing && ours.length > 0) watchman.wrong(`"${sentence}", and ${ours[0]?.model} answers`)
  if (/is as it was/.test(sentence) && swap.previousModel !== null) checkAsItWas(told, swap, swap.previousModel)
}

/** Ready is only what answers by its own right: the right model, alive, from our container. */
function judgeReady({ life, watchman }: Told, swap: Swap, start: PlanStart): void {
  const what = `${swap.state}, restored ${swap.restored}: ${start.servedName}`
  const machine = life.stores.machines.find(start.machines[0] ?? '')
  const serve = watchman.servesNow(machine?.address ?? '', start.port, start.servedName)
  if (serve === undefined) {
    watchman.wrong(`${what} does not answer`)
    return
  }
  if (serve.wedged) watchman.wrong(`${what} is wedged`)
  if (serve.container !== start.containerName) watchman.wrong(`${what} is answered by someone else`)
}

/** Served from a container of one of our names, not by a stranger at the same door. */
function isOurs(serve: Serve): boolean {
  return ourNames.has(serve.container)
}

/** "As it was" must still be so when a container that was told to stop would be gone. */
function checkAsItWas({ life, watchman }: Told, swap: Swap, model: string): void {
  const serve = life.world.serving().find((one) => one.names.includes(model))
  if (serve === undefined) return
  const bootId = life.world.look(serve.node).bootId
  void life.clock.sleep(15_000).then(() => {
    const isNewest = life.stores.swaps.recent(1)[0]?.id === swap.id
    const rebooted = life.world.look(serve.node).bootId !== bootId
    const still = life.world.serving().some((one) => one.node === serve.node && one.since === serve.since)
    const died = life.world.faults().some((one) => one.name === 'F11')
    if (isNewest && !still && !rebooted && !died) watchman.wrong(`"${swap.progress.sentence}", and it went away right after`)
  })
}

/** Looks come every few seconds; what has run for so long, reachable, cannot be unknown to an honest "stopped". */
const knownByMs = 45_000

function checkStopped({ life, watchman }: Told, sentence: string): void {
  const name = String(life.graph.settings.get('engine.containerName'))
  const there = life.world.serving().find((one) => one.container === name && life.clock.now() - one.since > knownByMs)
  const upSince = there === undefined ? 0 : life.world.look(there.node).uptimeSeconds * 1000
  if (there !== undefined && upSince > knownByMs && !watchman.wasAway(there.node, knownByMs))
    watchman.wrong(`status says "${sentence}", and ${there.model} answers on ${there.node}`)
}

async function pass(told: Told, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= sliceMs) {
    await told.life.clock.advance(Math.min(sliceMs, left))
    const engine = told.life.graph.status.engine()
    told.watchman.look(engine)
    // "X is no longer running" says nothing of others; "Nothing is running" does.
    if (engine.state === 'stopped' && engine.model === null) checkStopped(told, engine.sentence)
    if (told.watchman.wrongs.length > 0) return
  }
}

function asked(told: Told, who: string, promise: Promise<unknown>): void {
  promise.then(
    (view) => say(told, `-> ${who}: ${String((view as { id: string }).id).slice(-4)} begins`),
    (error: unknown) => {
      if (error instanceof SparkError) say(told, `-> ${who}: refused, ${error.code}: ${error.message}`)
      else told.watchman.wrong(`${who}: ${String(error)}`)
    },
  )
}

async function play(told: Told, step: Step): Promise<void> {
  const { life, watchman } = told
  const { graph, world, sparks } = life
  switch (step.kind) {
    case 'wait':
      return pass(told, step.ms)
    case 'switch':
      return asked(
        told,
        step.model,
        graph.swaps.start({
          model: step.model,
          requestedBy: owner,
          breakLock: step.breakLock,
          ...(step.withToken && told.token !== null ? { lockToken: told.token } : {}),
        }),
      )
    case 'race':
      for (const model of step.models) asked(told, model, graph.swaps.start({ model, requestedBy: app }))
      return
    case 'stop':
      return asked(told, 'stop', graph.swaps.stop({ requestedBy: owner, breakLock: step.breakLock }))
    case 'cancel':
    case 'reserve':
    case 'release':
      return sayRefusal(told, () => handOn(told, step))
    case 'fault':
      return world.setFault(step.fault)
    case 'heal':
      return world.clearFault(step.fault.name)
    case 'cut':
      sparks.cut(step.node, step.how)
      return void told.life.clock.sleep(step.ms).then(() => sparks.mend(step.node))
    case 'swarm':
      return swarm(told)
    case 'mend':
      return sparks.mend(step.node)
    case 'lose':
      return sparks.loseAnswers(step.node, step.times)
    case 'freeze':
      return world.freeze(step.node, step.ms)
    case 'reboot':
      return world.reboot(step.node, step.ms)
    case 'crash':
      return rise(told)
    case 'foreign': {
      const name = `comfy_${told.foreigners++}`
      watchman.guard(step.node, name)
      const words = ['vllm', 'serve', 'Qwen/Qwen3-Embedding-0.6B', '--served-model-name', small]
      const command = [...words, '--port', String(step.port), '--gpu-memory-utilization', '0.05']
      return world.startForeign(step.node, { name, image: 'vllm-node', command })
    }
    case 'by-hand':
      if (graph.swaps.current() !== null || world.look(step.node).containers.some((one) => one.name === 'vllm_node')) return
      return world.startForeign(step.node, {
        name: 'vllm_node',
        image: 'vllm-node',
        command: ['vllm', 'serve', step.model, '--port', '8000'],
      })
    case 'setting':
      watchman.disturb()
      return void graph.settings.change(step.key, step.value, undefined, 'owner')
  }
}

function swarm(told: Told): void {
  const { swaps } = told.life.graph
  const cancel = (): void => sayRefusal(told, () => handOn(told, { kind: 'cancel' }))
  asked(told, other, swaps.start({ model: other, requestedBy: app }))
  asked(told, 'stop', swaps.stop({ requestedBy: owner }))
  cancel()
  asked(told, small, swaps.start({ model: small, requestedBy: owner }))
  void told.life.clock.sleep(1).then(cancel)
  asked(told, 'stop', swaps.stop({ requestedBy: owner }))
}

function handOn(told: Told, step: Step & { kind: 'cancel' | 'reserve' | 'release' }): void {
  const { graph } = told.life
  if (step.kind === 'cancel') {
    const live = graph.swaps.current()
    if (live !== null) graph.swaps.cancel(live.id, owner)
  } else if (step.kind === 'reserve') {
    told.token = graph.lock.take({ holder: 'recap', reason: 'nightly', ttlSeconds: step.seconds }).token
  } else graph.lock.release(step.how === 'token' ? { token: told.token ?? '', by: 'recap' } : { breakLock: true, by: 'owner' })
}

function sayRefusal(told: Told, act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof SparkError)) throw error
    say(told, `-> refused, ${error.code}`)
  }
}

async function rise(told: Told): Promise<void> {
  told.watchman.disturb()
  if (told.life.stores.serialize().includes(secret)) told.watchman.wrong('a secret is in the database')
  told.life = await told.life.rise()
  listen(told)
}

// ---- the end of the life: no more trouble, time passes, and what is said must be so

/** Looks come every 5 s; a minute of quiet is many of them. */
const quietEnoughMs = 60_000
const roundMs = 10_000
const mostMs = 30 * 60_000

async function settleDown(told: Told): Promise<void> {
  const { watchman } = told
  const { world, sparks } = told.life
  for (const fault of world.faults()) world.clearFault(fault.name)
  for (const { name } of world.options.nodes) {
    sparks.mend(name)
    sparks.loseAnswers(name, 0)
  }
  say(told, 'all trouble ends; time passes')
  const current = (): string | null => told.life.graph.swaps.current()?.id ?? null
  const away = (): boolean => world.options.nodes.some((node) => !world.isReachable(node.name))
  let quietMs = 0
  for (let ms = 0; ms < mostMs && quietMs < quietEnoughMs; ms += roundMs) {
    await pass(told, roundMs)
    if (watchman.wrongs.length > 0) return
    quietMs = current() !== null || away() ? 0 : quietMs + roundMs
  }
  if (current() !== null) return watchman.wrong(`a switch never ends: ${told.life.graph.swaps.current()?.progress.sentence}`)
  say(told, `at the end: ${told.life.graph.status.engine().sentence}`)
  checkEnds(told)
  checkStatus(told)
  const bytes = told.life.stores.serialize()
  if (bytes.includes(secret) || (told.token !== null && bytes.includes(told.token))) watchman.wrong('a secret is in the database')
}

function checkEnds({ life, watchman }: Told): void {
  const events = life.stores.events.recent(5000, finals)
  for (const swap of life.stores.swaps.recent(1000)) {
    const count = events.filter((event) => event.payload['swap'] === swap.id).length
    if (swap.state === 'running') watchman.wrong(`${swap.id} is still running`)
    if (count !== 1) watchman.wrong(`${swap.id} has ${count} final events`)
    if (swap.steps.some((step) => step.endedAt === null)) watchman.wrong(`${swap.id} has a step that never ended`)
  }
}

/** Quiet now: what status says is what is. "I do not know" is never wrong; "stopped" and "answering" must be so. */
function checkStatus({ life, watchman }: Told): void {
  const engine = life.graph.status.engine()
  const name = String(life.graph.settings.get('engine.containerName'))
  const serving = life.world.serving().filter((one) => one.container === name)
  const right = engine.url === null || engine.model === null ? false : watchman.servedLately(engine.url, engine.model, 1000)
  if (engine.state === 'answering' && !right) watchman.wrong(`quiet: "${engine.sentence}", and it is not so`)
  if (engine.state === 'stopped' && serving.length > 0) watchman.wrong(`quiet: "${engine.sentence}", and ${serving[0]?.model} answers`)
  if (!['answering', 'starting', 'unknown'].includes(engine.state) && right && !serving.some((one) => one.wedged))
    watchman.wrong(`quiet: "${engine.sentence}", and it answers`)
  if (life.graph.lock.find().by === 'swap') watchman.wrong('quiet, and a switch still holds the lock')
}
