// What is in the way on the side of the machines.
import { isStale, type MachineView } from './machine.ts'
import type { Place } from './place.ts'
import type { PlanReason, PlanStop } from './plan.ts'
import type { PlanFacts } from './plan-facts.ts'

/** Reasons on the side of the machines that the plan touches: not reachable, silent docker, no launcher, someone else in charge. */
export function machineReasons(facts: PlanFacts, place: Place | null, stops: readonly PlanStop[]): PlanReason[] {
  const touched = new Set([...(place?.machines ?? []), ...stops.flatMap((stop) => stop.machines)])
  const reasons: PlanReason[] = []
  if (facts.machines.length === 0)
    reasons.push({ code: 'no_machines', sentence: 'There are no machines yet.', unblock: 'Add the first one under Machines.' })
  for (const view of facts.machines) {
    if (touched.has(view.machine.id)) reasons.push(...oneMachineReasons(view, facts, facts.target !== null || !isRemoval(stops)))
    // Whoever is in charge of one machine is in charge of the cluster: two launchers at once are one too many, also on two machines.
    reasons.push(...controllerReasons(view, facts))
  }
  return reasons
}

function controllerReasons({ machine: { name }, observation }: MachineView, { appliance }: PlanFacts): PlanReason[] {
  const fence = observation?.fence ?? null
  if (fence === null || fence.appliance === appliance) return []
  return [
    {
      code: 'other_controller',
      sentence: `Another Spark Control (${fence.appliance}) controls ${name}.`,
      unblock: `Use that one. If it is gone for good, on ${name}: rm ~/.spark-control/fence`,
    },
  ]
}

function oneMachineReasons(view: MachineView, facts: PlanFacts, starts: boolean): PlanReason[] {
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
  if (starts && seen.launcher === null)
    reasons.push({
      code: 'launcher_missing',
      sentence: `The launcher (spark-vllm-docker) is not found on ${name}.`,
      unblock: `On ${name}: git clone https://github.com/eugr/spark-vllm-docker`,
    })
  return reasons
}

/** Removing needs docker alone. */
const isRemoval = (stops: readonly PlanStop[]): boolean => stops.length > 0 && stops.every((stop) => stop.force === true)
