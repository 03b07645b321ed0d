// The planner: from facts to a plan. Pure; app/plans.ts gathers the facts and adds the fingerprint.
import type { Serving } from './engine.ts'
import { median } from './eta.ts'
import { launch, placeArgv } from './launch.ts'
import { haveBytes, needBytes, takenBytes, utilization } from './ledger.ts'
import { isStale, type Launcher, type MachineView } from './machine.ts'
import type { Flag, Model } from './model.ts'
import { choosePlace, type Place } from './place.ts'
import type { Plan, PlanMemory, PlanReason, PlanStart, PlanStop, WayBack } from './plan.ts'
import type { Recipe } from './recipe.ts'
import { readVllmCommand } from './vllm-command.ts'
import { bytesInWords } from './words.ts'

export interface PlanFacts {
  readonly now: number
  readonly pollMs: number
  readonly cluster: string
  readonly engine: string
  readonly appliance: string
  /** null: stop what serves and start nothing. */
  readonly target: { readonly model: Model; readonly name: string; readonly recipe: Recipe } | null
  /** All machines of the cluster, in the owner's order. */
  readonly machines: readonly MachineView[]
  readonly serving: Serving | null
  readonly servingName: string | null
  readonly containerName: string
  readonly defaultImage: string
  readonly defaultPort: number
  readonly headroomBytes: number
  readonly restorePrevious: boolean
  /** Durations of past successful switches of this recipe on these machines, newest first, ms. */
  readonly pastMs: (machines: readonly string[]) => readonly number[]
  readonly inFlight: number
}

/** The plan for these facts; blocked plans carry every reason, not only the first. `fingerprint` is left empty. */
export function planSwap(facts: PlanFacts): Plan {
  const place = facts.target === null ? null : choosePlace(facts.target.model, facts.target.recipe, facts.machines, facts)
  const stops = planStops(facts, place)
  const reasons: PlanReason[] = [...machineReasons(facts, place, stops), ...(place?.reasons ?? [])]
  const started = place === null || place.machines.length === 0 ? null : planStart(facts, place)
  if (started !== null) reasons.push(...started.reasons, ...portReasons(facts, started.start, stops))
  const memory = started === null || place === null ? [] : planMemory(facts, place, stops)
  reasons.push(...memoryReasons(memory, facts))
  if (facts.target === null && stops.length === 0) {
    reasons.push({
      code: 'nothing_runs',
      sentence: 'Nothing is running, so there is nothing to stop.',
      unblock: 'Switch to a model first.',
    })
  }
  const pastMs = started === null ? [] : facts.pastMs(started.start.machines)
  const typical = median(pastMs.slice(0, 5))
  return {
    fingerprint: '',
    cluster: facts.cluster,
    engine: facts.engine,
    verdict: reasons.length === 0 ? 'ready' : 'blocked',
    reasons,
    stops,
    starts: started?.start ?? null,
    memory,
    etaSeconds: typical === null ? null : Math.round(typical / 1000),
    etaFrom: typical === null ? 'none' : 'history',
    pastMs,
    wayBack: planWayBack(facts, stops),
    warnings: planWarnings(facts, place),
    inFlight: facts.inFlight,
  }
}

/** What a plan says, without figures that drift from look to look: two plans with the same words are the same plan. */
export function planWords(plan: Plan): string {
  return JSON.stringify([
    plan.engine,
    plan.verdict,
    plan.reasons.map((reason) => reason.code),
    plan.stops.map((stop) => [stop.model, stop.machines, stop.stopArgv]),
    plan.starts === null ? null : [plan.starts.machines, plan.starts.argv, plan.starts.env],
    plan.wayBack,
  ])
}

/** What serves by our doing, then leftovers: containers of the engine's name on machines of the new place, or anywhere for a stop. */
function planStops(facts: PlanFacts, place: Place | null): PlanStop[] {
  const served = facts.serving === null ? null : servedStop(facts, facts.serving)
  const isServed = (id: string): boolean => served?.containerName === facts.containerName && served.machines.includes(id)
  const holds = (view: MachineView): boolean => view.observation?.containers?.some((one) => one.name === facts.containerName) === true
  const leftovers = facts.machines.filter((view) => holds(view) && !isServed(view.machine.id)).map((view) => view.machine.id)
  const touched = leftovers.filter((id) => facts.target === null || place?.machines.includes(id) === true)
  const cleared = touched.map((id) => ({
    model: null,
    containerName: facts.containerName,
    machines: [id],
    stopArgv: stopArgvFor(facts, facts.containerName, [id]),
  }))
  return served === null ? cleared : [served, ...cleared]
}

/** By the words it was started with; an adopted one by the container that is seen to run it, whatever our name is by now. */
function servedStop(facts: PlanFacts, serving: Serving): PlanStop {
  const known = serving.plan?.starts ?? null
  const { model, machines } = serving
  if (known !== null) return { model, machines, containerName: known.containerName, stopArgv: known.stopArgv }
  const containerName = adoptedName(facts, serving) ?? facts.containerName
  return { model, machines, containerName, stopArgv: stopArgvFor(facts, containerName, machines) }
}

function adoptedName(facts: PlanFacts, serving: Serving): string | null {
  const head = facts.machines.find((view) => view.machine.id === serving.machines[0])
  const runs = head?.observation?.containers?.find((one) => {
    const command = one.serving === null ? null : readVllmCommand(one.serving)
    return command?.port === serving.port && command.servedNames.includes(serving.servedName)
  })
  return runs?.name ?? null
}

function stopArgvFor(facts: PlanFacts, containerName: string, ids: readonly string[]): readonly string[] {
  const views = ids.map((id) => facts.machines.find((view) => view.machine.id === id)).filter((view) => view !== undefined)
  const launcher = views[0]?.observation?.launcher
  if (launcher === null || launcher === undefined || !launcher.flags.solo) return ['docker', 'stop', '-t', '10', containerName]
  const machines = views.map((view) => view.machine)
  return [...placeArgv(launcher, machines, containerName), 'stop']
}

function planStart(facts: PlanFacts, place: Place): { start: PlanStart; reasons: readonly PlanReason[] } | null {
  const { target } = facts
  const head = place.views[0]
  const launcher: Launcher | null = head?.observation?.launcher ?? null
  if (target === null || head === undefined || launcher === null) return null
  const { recipe } = target
  const port = recipe.port ?? facts.defaultPort
  const copy = target.model.copies.find((one) => one.machine === head.machine.id)
  const words = launch({
    recipe,
    launcher,
    machines: place.views.map((view) => view.machine),
    headName: head.machine.name,
    containerName: facts.containerName,
    image: recipe.image ?? facts.defaultImage,
    port,
    localPath: recipe.model.startsWith('local:') ? (copy?.path ?? null) : null,
    hubPath: head.observation?.cachePath ?? null,
  })
  const start: PlanStart = {
    model: target.model.id,
    recipe,
    machines: place.machines,
    containerName: facts.containerName,
    port,
    servedName: words.servedName,
    argv: words.argv,
    stopArgv: words.stopArgv,
    env: words.env,
  }
  return { start, reasons: words.reasons }
}

/** Something else that serves on the port the start would use: it would answer in the new model's place. */
function portReasons(facts: PlanFacts, start: PlanStart, stops: readonly PlanStop[]): PlanReason[] {
  const head = facts.machines.find((view) => view.machine.id === start.machines[0])
  if (head === undefined) return []
  const { id, name } = head.machine
  const isStopped = (container: string): boolean => stops.some((stop) => stop.containerName === container && stop.machines.includes(id))
  const others = head.observation?.containers?.filter((one) => one.serving !== null && !isStopped(one.name)) ?? []
  const there = others.find((one) => {
    const command = readVllmCommand(one.serving ?? '')
    return command !== null && !command.headless && command.port === start.port
  })
  if (there === undefined) return []
  return [
    {
      code: 'port_taken',
      sentence: `The container ${there.name} already serves on port ${start.port} of ${name}, and it was not started here.`,
      unblock: `Stop ${there.name}, or give this model another port in its recipe.`,
    },
  ]
}

/** Flags vLLM runs with on a machine the plan empties; null where nothing of ours runs. */
function runningFlags(facts: PlanFacts, stops: readonly PlanStop[], machine: string): readonly Flag[] | null {
  const stopped = stops.some((stop) => stop.machines.includes(machine))
  if (!stopped) return null
  return facts.serving?.machines.includes(machine) === true ? (facts.serving.plan?.starts?.recipe.flags ?? []) : []
}

function planMemory(facts: PlanFacts, place: Place, stops: readonly PlanStop[]): PlanMemory[] {
  const { target } = facts
  if (target === null) return []
  const need = needBytes(target.model.inference.weightsBytes || target.model.sizeBytes, place.views.length, facts.headroomBytes)
  return place.views.map((view) => ({
    machine: view.machine.id,
    needBytes: need,
    haveBytes: haveBytes(view, runningFlags(facts, stops, view.machine.id)),
    totalBytes: view.observation?.memory.totalBytes ?? 0,
  }))
}

function memoryReasons(memory: readonly PlanMemory[], facts: PlanFacts): PlanReason[] {
  const nameOf = (id: string): string => facts.machines.find((view) => view.machine.id === id)?.machine.name ?? id
  const short = memory.filter((one) => one.haveBytes < one.needBytes)
  if (short.length === 0) return fractionReasons(memory, facts, nameOf)
  return short.map((one) => {
    const fitsEmpty = one.needBytes <= one.totalBytes * 0.95
    return {
      code: 'memory_short',
      sentence: `${nameOf(one.machine)} will have ${bytesInWords(one.haveBytes)} free of ${bytesInWords(one.totalBytes)}, and this model needs ${bytesInWords(one.needBytes)} there.`,
      unblock: fitsEmpty
        ? `Stop what else uses memory on ${nameOf(one.machine)}.`
        : 'Choose a smaller model, or a recipe that spreads it over more Sparks.',
    }
  })
}

/** vLLM takes its fraction of the whole machine, not what the model needs, and does not start where less is free. */
function fractionReasons(memory: readonly PlanMemory[], facts: PlanFacts, nameOf: (id: string) => string): PlanReason[] {
  const flags = facts.target?.recipe.flags ?? []
  const share = Math.round(utilization(flags) * 100)
  const short = memory.filter((one) => one.haveBytes < takenBytes(flags, one.totalBytes))
  return short.map((one) => ({
    code: 'memory_short',
    sentence: `This recipe lets vLLM take ${share} % of ${nameOf(one.machine)}, which is ${bytesInWords(takenBytes(flags, one.totalBytes))}, and ${bytesInWords(one.haveBytes)} will be free.`,
    unblock: `Stop what else uses memory on ${nameOf(one.machine)}, or lower gpu-memory-utilization in the recipe.`,
  }))
}

/** Reasons on the side of the machines that the plan touches: not reachable, silent docker, no launcher, someone else in charge. */
function machineReasons(facts: PlanFacts, place: Place | null, stops: readonly PlanStop[]): PlanReason[] {
  const touched = new Set([...(place?.machines ?? []), ...stops.flatMap((stop) => stop.machines)])
  const reasons: PlanReason[] = []
  if (facts.machines.length === 0)
    reasons.push({ code: 'no_machines', sentence: 'There are no machines yet.', unblock: 'Add the first one under Machines.' })
  for (const id of touched) {
    const view = facts.machines.find((one) => one.machine.id === id)
    if (view !== undefined) reasons.push(...oneMachineReasons(view, facts))
  }
  return reasons
}

function oneMachineReasons(view: MachineView, facts: PlanFacts): PlanReason[] {
  const name = view.machine.name
  const seen = view.observation
  if (seen === null || view.reach !== 'reachable' || isStale(view, facts.now, facts.pollMs)) {
    return [
      {
        code: 'machine_unreachable',
        sentence: `${name} does not answer, so what runs there is not known.`,
        unblock: view.trouble?.sentence ?? `Check that ${name} is on and on the network.`,
      },
    ]
  }
  const reasons: PlanReason[] = []
  if (seen.dockerProblem === 'permission')
    reasons.push({
      code: 'docker_permission',
      sentence: `${name} does not let us use docker without sudo.`,
      unblock: `On ${name}: sudo usermod -aG docker $USER, then log out and in again.`,
    })
  else if (seen.dockerProblem !== null)
    reasons.push({
      code: 'docker_down',
      sentence: seen.dockerProblem === 'missing' ? `${name} has no docker.` : `Docker is not running on ${name}.`,
      unblock: seen.dockerProblem === 'missing' ? `Install docker on ${name}.` : `On ${name}: sudo systemctl start docker`,
    })
  if (seen.launcher === null)
    reasons.push({
      code: 'launcher_missing',
      sentence: `The launcher (spark-vllm-docker) is not found on ${name}.`,
      unblock: `On ${name}: git clone https://github.com/eugr/spark-vllm-docker`,
    })
  if (seen.fence !== null && seen.fence.appliance !== facts.appliance) {
    reasons.push({
      code: 'other_controller',
      sentence: `Another Spark Control (${seen.fence.appliance}) controls ${name}.`,
      unblock: `Use that one. If it is gone for good, on ${name}: rm ~/.spark-control/fence`,
    })
  }
  return reasons
}

function planWayBack(facts: PlanFacts, stops: readonly PlanStop[]): WayBack {
  const { serving } = facts
  if (facts.target === null) return { kind: 'none', why: 'This stops the model; nothing is started.' }
  if (serving === null) return { kind: 'none', why: 'Nothing is running now, so there is nothing to bring back.' }
  if (!facts.restorePrevious) return { kind: 'none', why: 'Bringing the previous model back is switched off in Settings.' }
  const name = facts.servingName ?? serving.model
  if (serving.plan?.starts == null) return { kind: 'none', why: `${name} was started by hand, so how to start it again is not known.` }
  const short = serving.plan.memory.find((one) => {
    const view = facts.machines.find((candidate) => candidate.machine.id === one.machine)
    return view === undefined || haveBytes(view, runningFlags(facts, stops, one.machine)) < one.needBytes
  })
  if (short !== undefined) return { kind: 'none', why: `It is not sure that the memory ${name} needs will be there again.` }
  return { kind: 'previous', model: serving.model }
}

function planWarnings(facts: PlanFacts, place: Place | null): string[] {
  const warnings = [...(place?.warnings ?? [])]
  if (facts.target === null) return warnings
  if (facts.serving?.model === facts.target.model.id)
    warnings.push(`${facts.target.name} is what runs now: it is stopped and started again.`)
  const asked = utilization(facts.target.recipe.flags)
  if (asked > 0.85) warnings.push(`This recipe lets vLLM take ${Math.round(asked * 100)} % of memory. Above 85 % a Spark may freeze.`)
  if (facts.target.model.revisionsDiffer) warnings.push('The machines hold different versions of this model.')
  return warnings
}
