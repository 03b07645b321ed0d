// Half of a start that an ended switch of ours left on a machine it could not reach: found where it is provably ours and provably
// over, so that it may be removed without asking. Everything less certain is an orphan (orphans.ts), and the owner is asked.
import { upAtLeastMs } from './container-age.ts'
import type { Serving } from './engine.ts'
import type { Container, FenceRecord, MachineView, Observation } from './machine.ts'
import type { SiteSeen } from './somebody-else.ts'
import type { Swap } from './swap.ts'
import { readVllmCommand } from './vllm-command.ts'

export interface LeftFacts {
  readonly appliance: string
  readonly containerName: string
  readonly serving: Serving | null
  readonly live: unknown
  readonly swapOf: (id: string) => Swap | null
  readonly views: readonly MachineView[]
  readonly sites: readonly SiteSeen[]
}

export interface LeftBehind {
  readonly machine: { readonly id: string; readonly name: string }
  readonly containerName: string
  readonly seenAt: number
  /** The switch that left it. */
  readonly swap: Swap
}

/** The look that first found it. */
export interface LeftAt {
  readonly key: string
  readonly at: number
}

export const leftKey = ({ swap, machine }: LeftBehind): string => `${swap.id} ${machine.id}`

/** `agreed`: what two looks found, of one switch at a time. */
export function agreeOnLeft(found: readonly LeftBehind[], before: readonly LeftAt[]): { left: readonly LeftAt[]; agreed: LeftBehind[] } {
  const firstAt = (one: LeftBehind): number => before.find(({ key }) => key === leftKey(one))?.at ?? one.seenAt
  const twice = found.filter((one) => firstAt(one) < one.seenAt)
  const agreed = twice.filter((one) => one.swap.id === twice[0]?.swap.id)
  return { left: found.map((one) => ({ key: leftKey(one), at: firstAt(one) })), agreed }
}

interface EndedStart {
  readonly swap: Swap
  readonly machines: readonly string[]
  readonly endedAt: number
}

export function findLeftBehind(facts: LeftFacts): LeftBehind[] {
  if (facts.live !== null) return []
  return facts.views.flatMap((view) => {
    const seen = heard(view)
    const container = running(seen, facts.containerName)
    if (seen === null || container === null || facts.serving?.machines.includes(view.machine.id) === true) return []
    const start = startOf(seen.fence, view.machine.id, facts)
    if (start === null || !ranBefore(start.endedAt, container, seen.at) || !canAnswerNobody(container, start, facts)) return []
    const { id, name } = view.machine
    return [{ machine: { id, name }, containerName: container.name, seenAt: seen.at, swap: start.swap }]
  })
}

/** The machine's own record names the switch: ours, ended without success, no older than the record, and it had begun to start there. */
function startOf(fence: FenceRecord | null, machine: string, { appliance, containerName, swapOf }: LeftFacts): EndedStart | null {
  const swap = fence?.appliance === appliance ? swapOf(fence.swap) : null
  const start = swap?.plan.starts ?? null
  if (fence === null || swap === null || start === null || swap.endedAt === null || fence.fence > swap.fence) return null
  const isOver = swap.state === 'failed' || swap.state === 'cancelled'
  const wasBegun = swap.steps.some((step) => step.phase === 'start') && start.machines.includes(machine)
  return isOver && wasBegun && start.containerName === containerName ? { swap, machines: start.machines, endedAt: swap.endedAt } : null
}

/** What is younger than the end of the switch was started by somebody else since. */
function ranBefore(endedAt: number, { status }: Container, seenAt: number): boolean {
  return seenAt > endedAt && upAtLeastMs(status) > seenAt - endedAt
}

/**
 * A model that was split over several machines cannot answer without one of them. Each must say so itself: of a machine that is not
 * heard, nobody knows whether its part still lives. On a single machine a start may yet come to answer: never here.
 */
function canAnswerNobody(container: Container, { machines, endedAt }: EndedStart, facts: LeftFacts): boolean {
  const { views, sites, containerName, serving } = facts
  // Under the same name runs there by now what was started when this one was proved gone.
  const isReplaced = (id: string): boolean => serving?.plan != null && serving.since >= endedAt && serving.machines.includes(id)
  const all = machines.map((id) => ({ id, seen: heard(views.find((view) => view.machine.id === id)) }))
  if (all.some(({ seen }) => seen === null || seen.at <= endedAt)) return false
  const isBroken = all.some(({ id, seen }) => running(seen, containerName) === null || isReplaced(id))
  const command = container.serving === null ? null : readVllmCommand(container.serving)
  const isOfMany = command === null || command.headless || command.nodes > 1
  const mayAnswer = ({ site, look }: SiteSeen): boolean =>
    machines.includes(site.machine.id) && (site.kind === 'ours' || site.kind === 'port') && look?.healthy !== false
  return isBroken && isOfMany && !sites.some(mayAnswer)
}

/** The last look, where it is no older than the last try and docker answered. */
function heard(view: MachineView | undefined): (Observation & { readonly containers: readonly Container[] }) | null {
  const seen = view?.observation ?? null
  if (view === undefined || seen === null || seen.containers === null || view.reach !== 'reachable' || view.misses > 0) return null
  return { ...seen, containers: seen.containers }
}

function running(seen: { readonly containers: readonly Container[] } | null, name: string): Container | null {
  return seen?.containers.find((one) => one.name === name && one.state === 'running') ?? null
}
