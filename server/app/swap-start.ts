// Starting, warming up and making sure: nothing here believes an exit code or a container that is "Up".
import { SparkError } from '../contract/errors.ts'
import { minuteMs } from '../domain/durations.ts'
import type { Fact } from '../domain/evidence.ts'
import { fileWords, modTrouble } from '../domain/launcher-mod.ts'
import { promptMs } from '../domain/load-signs.ts'
import type { Container } from '../domain/machine.ts'
import type { PlanMemory, PlanStart } from '../domain/plan.ts'
import { findTelling, type TroubleCode } from '../domain/trouble.ts'
import { readVllmCommand } from '../domain/vllm-command.ts'
import { exactDuration } from '../domain/words.ts'
import { type Ground, watchContainer } from './swap-ground.ts'
import { jobState, runJob } from './swap-jobs.ts'
import { engineAddress, headOf, launchTrouble, stillAlive, workerAlive } from './swap-look.ts'
import { proveGone, proveMemory } from './swap-room.ts'

/** A healthy engine names its model at once; a busy Spark may swallow a request. */
const namedWithinMs = 30_000
const verifyMs = minuteMs
/** Containers of others that are looked into, at most. */
const mostLookedInto = 30

/** Exit codes above this one are those of signals: somebody ended it, or its terminal went away. */
const signalled = 128
/** What the launcher runs into and passes over with exit code 0: nothing can come of such a start, and waiting would only hide why. */
const hopeless: ReadonlySet<TroubleCode> = new Set(['docker_permission', 'docker_down', 'worker_refused', 'start_raced'])

/** Runs the launcher once. Entered again after a restart it finds the job and follows it. */
export async function launchOnce(ground: Ground, start: PlanStart, memory: readonly PlanMemory[], step: string): Promise<void> {
  const head = headOf(start)
  if ((await jobState(ground, head, step)) === 'absent') {
    // Proved before, when room was made; since then a machine may have been silent for long, and others may have come and gone on it.
    await proveGone(ground, start.machines, start.containerName)
    await proveMemory(ground, start, memory, `${step}_cache`)
    await proveDoorFree(ground, start)
    await proveMods(ground, start)
  }
  ground.say({ percent: null, sentence: 'Starting the containers.' })
  const ran = await runJob(ground, head, step, { argv: start.argv, env: start.env })
  if (ran.exitCode === null || ran.exitCode > signalled)
    throw new SparkError('launcher_ended', { model: start.model, machine: ground.machine(head).name })
  const telling = findTelling(ran.lines)
  if (ran.exitCode !== 0 || (telling !== null && hopeless.has(telling.code))) throw launchTrouble(ground, start, ran.lines)
  for (const machine of start.machines) {
    const reading = await watchContainer(ground, machine, start.containerName)
    ground.sameBoot(machine, reading.bootId)
    if (reading.container === null || reading.container === 'running') continue
    if (telling !== null) throw launchTrouble(ground, start, ran.lines)
    throw new SparkError('container_gone', { model: start.model, machine: ground.machine(machine).name })
  }
}

/**
 * The mods that the launcher would run are byte for byte those that were confirmed. Looked at before anything stops, and once more
 * right before the launch, for what changed meanwhile.
 */
export async function proveMods(ground: Ground, start: PlanStart): Promise<void> {
  const mods = start.recipe.mods ?? []
  if (mods.length === 0) return
  const head = headOf(start)
  const { mods: held } = await ground.patient(head, (machine, signal) => ground.needs.sparks.launcherFiles(machine, signal))
  for (const mod of mods) {
    const trouble = modTrouble(mod, held)
    if (trouble !== null)
      throw new SparkError('mod_changed', {
        machine: ground.machine(head).name,
        model: start.model,
        mod: mod.path,
        files: fileWords(trouble.files),
      })
  }
}

/** Whoever answers there now would be taken for the new model when it has the same name. */
async function proveDoorFree(ground: Ground, start: PlanStart): Promise<void> {
  const look = await ground.needs.engines.look(engineAddress(ground, start), ground.signal)
  ground.signal.throwIfAborted()
  if (look.reachable)
    throw new SparkError('port_taken', {
      machine: ground.machine(headOf(start)).name,
      port: start.port,
      answered: look.models[0] ?? 'Something else',
    })
}

/**
 * Somebody may have started the same model at the same door while ours loads: its answers prove nothing of ours. Seen by a second
 * container that serves on this port while ours has not yet said that its door is open. (One in a network of its own may share the
 * number and not the door.) Raises port_taken.
 */
async function proveDoorOurs(ground: Ground, start: PlanStart): Promise<void> {
  const head = headOf(start)
  const seen = async (names: readonly string[]): Promise<readonly Container[]> => {
    const { containers } = await ground.patient(head, (machine, signal) => ground.needs.sparks.probe(machine, names, signal))
    return containers?.filter((one) => one.name !== start.containerName && one.state === 'running') ?? []
  }
  const others = await seen([])
  if (others.length === 0) return
  const inside = await seen(others.map((one) => one.name).slice(0, mostLookedInto))
  const other = inside.find(({ serving }) => {
    const command = serving === null ? null : readVllmCommand(serving)
    return command !== null && !command.headless && command.port === start.port
  })
  if (other === undefined || (await saidOpen(ground, start))) return
  throw new SparkError('port_taken', { machine: ground.machine(head).name, port: start.port, answered: other.name })
}

/** vLLM's web server (uvicorn) says so once, in its last line of a start. */
async function saidOpen(ground: Ground, start: PlanStart): Promise<boolean> {
  let logOffset = 0
  let rest = ''
  for (;;) {
    const from = logOffset
    const reading = await watchContainer(ground, headOf(start), start.containerName, from)
    rest += reading.log
    if (rest.includes('Application startup complete')) return true
    if (reading.log === '') return false
    rest = rest.slice(-100)
    logOffset = reading.nextLogOffset
  }
}

/** The first completion: the right model, and a real answer. It compiles code, so it may take a while. */
export async function warmUp(ground: Ground, start: PlanStart): Promise<void> {
  await firstWord(ground, start, ground.needs.settings.get('swap.canarySeconds') * 1000)
}

/** The last word before "ready": alive on every machine, healthy, the right id, and one more one-token completion. */
export async function verify(ground: Ground, start: PlanStart): Promise<void> {
  await stillAlive(ground, start)
  for (const worker of start.machines.slice(1)) await workerAlive(ground, start, worker)
  await proveDoorOurs(ground, start)
  await rightModel(ground, start)
  await firstWord(ground, start, verifyMs)
}

/** One completion within the time; time in which the machine itself was silent does not count. */
async function firstWord(ground: Ground, start: PlanStart, limitMs: number): Promise<void> {
  const { clock, engines } = ground.needs
  let until = clock.now() + limitMs
  for (;;) {
    const named = await refuseAnother(ground, start)
    const sentAt = clock.now()
    const timeoutMs = Math.max(1000, until - clock.now())
    const answer = await engines.complete(engineAddress(ground, start), start.servedName, timeoutMs, ground.signal)
    ground.signal.throwIfAborted()
    ground.know(wordFacts(start, { named, sentAt, at: clock.now(), ok: answer.ok, reason: answer.reason }))
    if (answer.ok) return
    const askedAt = clock.now()
    await stillAlive(ground, start)
    if (clock.now() - askedAt > promptMs) until = clock.now() + limitMs
    if (clock.now() >= until) throw new SparkError('no_answer', { model: start.model, why: answer.reason ?? 'no reason was given' })
    await clock.sleep(1000, ground.signal)
  }
}

interface Word {
  /** It says that it is well and names the right model. */
  readonly named: boolean
  readonly sentAt: number
  readonly at: number
  readonly ok: boolean
  readonly reason: string | null
}

function wordFacts({ servedName }: PlanStart, { named, sentAt, at, ok, reason }: Word): readonly Fact[] {
  const took = exactDuration(at - sentAt)
  return [
    { what: 'Its door', value: named ? `open, says it is well, names ${servedName}` : 'open, does not name its model', at: sentAt },
    { what: 'Test request of one token', value: ok ? `answered in ${took}` : `not answered: ${reason ?? 'no reason given'}`, at },
  ]
}

/** Healthy and under its own name. Raises wrong_model, or no_answer when it does not say so in time. */
async function rightModel(ground: Ground, start: PlanStart): Promise<void> {
  const { clock } = ground.needs
  let until = clock.now() + namedWithinMs
  for (;;) {
    if (await refuseAnother(ground, start)) return
    const askedAt = clock.now()
    await stillAlive(ground, start)
    if (clock.now() - askedAt > promptMs) until = clock.now() + namedWithinMs
    if (clock.now() >= until) throw new SparkError('no_answer', { model: start.model, why: 'it does not say which model it is' })
    await clock.sleep(1000, ground.signal)
  }
}

/** True when the engine is healthy and names the right model; raises wrong_model when it names another. */
async function refuseAnother(ground: Ground, start: PlanStart): Promise<boolean> {
  const look = await ground.needs.engines.look(engineAddress(ground, start), ground.signal)
  ground.signal.throwIfAborted()
  if (look.models.length > 0 && !look.models.includes(start.servedName))
    throw new SparkError('wrong_model', {
      machine: ground.machine(headOf(start)).name,
      port: start.port,
      wanted: start.servedName,
      answered: look.models[0] ?? 'Something else',
    })
  return look.healthy && look.models.includes(start.servedName)
}
