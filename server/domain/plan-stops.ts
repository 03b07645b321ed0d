// What a plan stops, and by which words.
import type { Serving } from './engine.ts'
import { servingContainer } from './engine-sites.ts'
import { placeArgv } from './launch.ts'
import type { MachineView } from './machine.ts'
import type { Place } from './place.ts'
import type { PlanStop } from './plan.ts'
import type { PlanFacts } from './plan-facts.ts'

/** What serves by our doing, then leftovers: containers of the engine's name on machines of the new place, or anywhere for a stop. */
export function planStops(facts: PlanFacts, place: Place | null): PlanStop[] {
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

/** By the words it was started with; an adopted one by the container it was seen in. */
function servedStop(facts: PlanFacts, serving: Serving): PlanStop {
  const { model, machines } = serving
  const containerName = servingContainer(serving, facts.containerName)
  const stopArgv = serving.plan?.starts?.stopArgv ?? stopArgvFor(facts, containerName, machines)
  return { model, machines, containerName, stopArgv }
}

/**
 * The same containers, to be removed at once by docker on every machine that has one. `machines`: only there; null: everywhere.
 * A container that nobody sees is not removed: there is nothing to remove.
 */
export function removalStops(facts: PlanFacts, machines: readonly string[] | null): PlanStop[] {
  const stops = planStops(facts, null)
  const has = (id: string, name: string): boolean =>
    facts.machines.some((view) => view.machine.id === id && view.observation?.containers?.some((one) => one.name === name) === true)
  return stops.flatMap((stop) => {
    const ids = stop.machines.filter((id) => (machines === null || machines.includes(id)) && has(id, stop.containerName))
    if (ids.length === 0) return []
    const { containerName } = stop
    const serves = stop.model !== null && ids.includes(stop.machines[0] ?? '')
    return [
      { model: serves ? stop.model : null, containerName, machines: ids, stopArgv: ['docker', 'rm', '-f', containerName], force: true },
    ]
  })
}

function stopArgvFor(facts: PlanFacts, containerName: string, ids: readonly string[]): readonly string[] {
  const views = ids.map((id) => facts.machines.find((view) => view.machine.id === id)).filter((view) => view !== undefined)
  const launcher = views[0]?.observation?.launcher
  if (launcher === null || launcher === undefined || !launcher.flags.solo) return ['docker', 'stop', '-t', '10', containerName]
  const machines = views.map((view) => view.machine)
  return [...placeArgv(launcher, machines, containerName), 'stop']
}
