// The planner: from facts to a plan. Pure; app/plans.ts gathers the facts and adds the fingerprint.
import { median } from './eta.ts'
import { launch } from './launch.ts'
import { comingBytes, haveBytes, utilization } from './ledger.ts'
import type { Launcher } from './machine.ts'
import { shareReasons } from './memory-advice.ts'
import { choosePlace, type Place } from './place.ts'
import type { Plan, PlanReason, PlanStart, PlanStop, WayBack } from './plan.ts'
import type { PlanFacts } from './plan-facts.ts'
import { machineReasons } from './plan-machines.ts'
import { cacheWarnings, heldOn, memoryReasons, planMemory, tooLong } from './plan-memory.ts'
import { heldByPressure } from './plan-pressure.ts'
import { planStops, removalStops } from './plan-stops.ts'
import { modWords } from './recipe.ts'
import { readVllmCommand } from './vllm-command.ts'

/** The plan for these facts; blocked plans carry every reason, not only the first. `fingerprint` is left empty. */
export function planSwap(facts: PlanFacts): Plan {
  const place = facts.target === null ? null : choosePlace(facts.target.model, facts.target.recipe, facts.machines, facts)
  const stops = planStops(facts, place)
  const reasons: PlanReason[] = [...machineReasons(facts, place, stops), ...(place?.reasons ?? [])]
  const started = place === null || place.machines.length === 0 ? null : planStart(facts, place)
  if (started !== null) reasons.push(...started.reasons, ...portReasons(facts, started.start, stops))
  const memory = started === null || place === null ? [] : planMemory(facts, place, stops)
  reasons.push(...memoryReasons(memory, facts, stops), ...shareReasons(facts.target?.recipe ?? { flags: [] }))
  const held = heldByPressure(facts, memory, stops)
  reasons.push(...held.reasons)
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
    warnings: [...planWarnings(facts, place), ...held.warnings, ...tooLong(memory, facts), ...cacheWarnings(memory, facts)],
    inFlight: facts.inFlight,
  }
}

/** The plan of a removal by force: the owner's explicit act against a container that does not stop when told to. */
export function planRemoval(facts: PlanFacts, machines: readonly string[] | null): Plan {
  const stops = removalStops(facts, machines)
  const reasons = machineReasons(facts, null, stops)
  if (stops.length === 0) {
    const unseen = facts.machines.find((view) => view.reach !== 'reachable' || view.observation?.containers == null)
    reasons.push(
      unseen === undefined
        ? {
            code: 'nothing_runs',
            sentence: 'No container of ours is there any more, so there is nothing to remove.',
            unblock: 'Switch to a model.',
          }
        : {
            code: 'machine_unreachable',
            sentence: `${unseen.machine.name} does not say what runs there, so there is nothing that could be removed.`,
            unblock: unseen.trouble?.sentence ?? `Check that ${unseen.machine.name} is on and that docker runs there.`,
          },
    )
  }
  return {
    fingerprint: '',
    cluster: facts.cluster,
    engine: facts.engine,
    verdict: reasons.length === 0 ? 'ready' : 'blocked',
    reasons,
    stops,
    starts: null,
    memory: [],
    etaSeconds: null,
    etaFrom: 'none',
    pastMs: [],
    wayBack: { kind: 'none', why: 'This removes what runs; nothing is started.' },
    warnings: [],
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
    plan.starts === null ? null : [plan.starts.machines, plan.starts.argv, plan.starts.env, ...modWords(plan.starts.recipe.mods ?? [])],
    plan.wayBack,
  ])
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

function planWayBack(facts: PlanFacts, stops: readonly PlanStop[]): WayBack {
  const { serving } = facts
  if (facts.target === null) return { kind: 'none', why: 'This stops the model; nothing is started.' }
  if (serving === null) return { kind: 'none', why: 'Nothing is running now, so there is nothing to bring back.' }
  if (!facts.restorePrevious) return { kind: 'none', why: 'Bringing the previous model back is switched off in Settings.' }
  const name = facts.servingName ?? serving.model
  if (serving.plan?.starts == null) return { kind: 'none', why: `${name} was started by hand, so how to start it again is not known.` }
  const short = serving.plan.memory.find((one) => {
    const view = facts.machines.find((candidate) => candidate.machine.id === one.machine)
    return view === undefined || haveBytes(view, heldOn(facts, stops, view), comingBytes(facts, one.machine)) < one.needBytes
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
