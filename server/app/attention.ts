// What needs the owner, most urgent first: one sentence each, with the page that mends it.

import type { StatusView } from '../contract/operations/shapes.ts'
import { hourMs } from '../domain/durations.ts'
import { type EngineState, silence } from '../domain/engine-state.ts'
import type { LeftBehind } from '../domain/left-behind.ts'
import type { MachineView } from '../domain/machine.ts'
import type { MachineNote } from '../domain/machine-notes.ts'
import type { Orphan } from '../domain/orphans.ts'
import { machineOf, type Somebody, somebodyAdvice } from '../domain/somebody-else.ts'
import { aboutDuration } from '../domain/words.ts'
import type { FileProblem } from './ports.ts'

type Attention = StatusView['attention'][number]

export interface AttentionFacts {
  readonly now: number
  readonly appliance: string
  readonly views: readonly MachineView[]
  readonly engine: Pick<EngineState, 'state' | 'sentence'>
  readonly memoryDanger: (view: MachineView) => string | null
  readonly pressure: (view: MachineView) => { readonly code: string; readonly sentence: string } | null
  readonly orphans: readonly Orphan[]
  /** Among them: what is removed by itself. `of`: the model of the switch that left it. */
  readonly leftBehind: readonly (Pick<LeftBehind, 'machine' | 'containerName' | 'swap'> & { readonly of: string })[]
  readonly reservedBy: string | null
  readonly somebody: readonly Somebody[]
  /** A person put one model in the place of another. */
  readonly insteadOf: { readonly before: string; readonly now: string } | null
  readonly problems: readonly FileProblem[]
  readonly notes: (view: MachineView) => readonly MachineNote[]
  /** What the machines of the cluster do not agree about. */
  readonly differences: readonly MachineNote[]
}

/** Troubles the machine will not get over by itself: told at once, not after three looks. */
const lasting: ReadonlySet<string> = new Set(['host_key_changed', 'machine_is_another', 'machine_refused_key'])
const restartIsNewsMs = hourMs

export function attention(facts: AttentionFacts): Attention[] {
  const rows = facts.views.flatMap((view) => ofMachine(view, facts))
  rows.push(...facts.differences.map(({ code, sentence }) => ({ code, sentence, link: '/machines' })))
  rows.push(...ofOthers(facts))
  if (facts.engine.state === 'degraded') rows.unshift({ code: 'engine_degraded', sentence: facts.engine.sentence, link: '/' })
  for (const left of facts.leftBehind) rows.push(ofLeftBehind(left, facts.reservedBy))
  for (const { machine, containerName } of facts.orphans) {
    if (facts.leftBehind.some((left) => left.machine.id === machine.id)) continue
    const sentence = `${containerName} on ${machine.name} is left over from an earlier start. It answers nobody and may hold memory.`
    rows.push({ code: 'orphan_rank', sentence, link: `/engines/main/removal?machine=${machine.id}` })
  }
  for (const problem of facts.problems) {
    const where = problem.line === null ? problem.file : `${problem.file}, line ${problem.line}`
    rows.push({ code: 'recipe_file', sentence: `${where}: ${problem.sentence}`, link: '/library' })
  }
  return rows
}

function ofLeftBehind({ machine, containerName, swap, of }: AttentionFacts['leftBehind'][number], reservedBy: string | null): Attention {
  const left = `The switch to ${of} left ${containerName} on ${machine.name} when it ended. It answers nobody and may hold memory.`
  const removal = `/engines/${swap.engine}/removal?machine=${machine.id}`
  if (reservedBy === null) return { code: 'left_behind', sentence: `${left} Spark Control removes it now.`, link: `/swaps/${swap.id}` }
  return { code: 'left_behind', sentence: `${left} It is removed when ${reservedBy} no longer has the Sparks reserved.`, link: removal }
}

function ofOthers({ somebody, insteadOf, views }: AttentionFacts): Attention[] {
  const nameOf = (id: string): string => views.find((view) => view.machine.id === id)?.machine.name ?? id
  const rows = somebody.flatMap((one): Attention[] => {
    const sentence = somebodyAdvice(one, nameOf)
    return sentence === null ? [] : [{ code: one.kind, sentence, link: `/machines/${machineOf(one)}` }]
  })
  if (insteadOf === null) return rows
  const sentence = `Somebody stopped ${insteadOf.before} and started ${insteadOf.now} in its place, not through Spark Control.`
  return [{ code: 'engine_replaced', sentence, link: '/activity' }, ...rows]
}

function ofMachine(view: MachineView, facts: AttentionFacts): Attention[] {
  const link = `/machines/${view.machine.id}`
  const name = view.machine.name
  if (view.trouble !== null && (lasting.has(view.trouble.code) || view.reach !== 'reachable')) {
    const sentence =
      lasting.has(view.trouble.code) || view.observation === null
        ? view.trouble.sentence
        : silence({ name, seenAt: view.observation.at }, facts.now)
    return [{ code: view.trouble.code, sentence, link }]
  }
  return view.observation === null ? [] : ofObservation(view, view.observation, facts).map((row) => ({ ...row, link }))
}

function ofObservation(
  view: MachineView,
  seen: NonNullable<MachineView['observation']>,
  facts: AttentionFacts,
): { code: string; sentence: string }[] {
  const name = view.machine.name
  const rows: { code: string; sentence: string }[] = []
  const danger = facts.memoryDanger(view)
  const pressure = facts.pressure(view)
  // Two ways to see one trouble: the look that saw it first says more.
  if (danger !== null) rows.push({ code: 'memory_danger', sentence: danger })
  else if (pressure !== null) rows.push(pressure)
  if (seen.dockerProblem === 'permission') {
    rows.push({ code: 'docker_permission', sentence: `${name} does not let us use docker without sudo.` })
  } else if (seen.dockerProblem !== null) {
    const what = seen.dockerProblem === 'missing' ? `${name} has no docker.` : `Docker is not running on ${name}.`
    rows.push({ code: 'docker_down', sentence: what })
  }
  if (seen.launcher === null) rows.push({ code: 'launcher_missing', sentence: `The launcher (spark-vllm-docker) is not found on ${name}.` })
  if (seen.fence !== null && seen.fence.appliance !== facts.appliance) {
    rows.push({ code: 'other_controller', sentence: `Another Spark Control (${seen.fence.appliance}) controls ${name}.` })
  }
  const notes = facts.notes(view)
  const told = notes.some((note) => note.code === 'unexpected_restart')
  if (!told && view.rebootedAt !== null && facts.now - view.rebootedAt < restartIsNewsMs && facts.engine.state === 'stopped') {
    rows.push({ code: 'machine_rebooted', sentence: `${name} restarted ${aboutDuration(facts.now - view.rebootedAt)} ago.` })
  }
  return [...rows, ...notes]
}
