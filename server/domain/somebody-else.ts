// Who else acts here: another appliance, or a person with docker. Said, never fought.
import { hubId } from './adoption.ts'
import type { EngineLook, Serving } from './engine.ts'
import { type EngineSite, mainEngine } from './engine-sites.ts'
import type { MachineView } from './machine.ts'
import { modelName } from './model-name.ts'
import type { Swap } from './swap.ts'

export type Somebody =
  /** Another appliance's fence stands on a machine. */
  | { readonly kind: 'controller'; readonly machine: string; readonly appliance: string }
  /** A container we did not start runs a model. `ours`: under our own name, where a switch would clear it away. */
  | { readonly kind: 'by_hand'; readonly site: EngineSite; readonly ours: boolean }

export interface SiteSeen {
  readonly site: EngineSite
  readonly look: EngineLook | null
}

export interface SomebodyFacts {
  readonly appliance: string
  readonly views: readonly MachineView[]
  /** What serves without our doing. */
  readonly observed: readonly EngineSite[]
  readonly serving: Serving | null
  /** The newest switch. */
  readonly lastSwap: Swap | null
}

export function somebodyElse({ appliance, views, observed, serving, lastSwap }: SomebodyFacts): readonly Somebody[] {
  const controllers = views.flatMap(({ machine, observation }): Somebody[] => {
    const fence = observation?.fence ?? null
    return fence === null || fence.appliance === appliance ? [] : [{ kind: 'controller', machine: machine.id, appliance: fence.appliance }]
  })
  const seenAt = (site: EngineSite): number | undefined => views.find((view) => view.machine.id === site.machine.id)?.observation?.at
  const isOurDoing = (site: EngineSite): boolean => lastSwap !== null && isLeftOf(lastSwap, site, seenAt(site) ?? 0)
  const byHand = observed.flatMap((site): Somebody[] =>
    site.command === null || isOurDoing(site) ? [] : [{ kind: 'by_hand', site, ours: site.kind === 'ours' && serving !== null }],
  )
  return [...controllers, ...byHand]
}

/** What a switch of ours left there, or what was seen before it ended: not somebody else's doing. */
function isLeftOf(swap: Swap, { machine, command }: EngineSite, seenAt: number): boolean {
  if (seenAt <= (swap.endedAt ?? Number.POSITIVE_INFINITY)) return true
  const parts = [swap.plan.starts, swap.wayBack?.starts ?? null]
  return parts.some((start) => start?.machines.includes(machine.id) === true && command?.servedNames.includes(start.servedName) === true)
}

/** The same somebody has the same key, look after look. */
export function keyOf(somebody: Somebody): string {
  if (somebody.kind === 'controller') return `controller ${somebody.machine} ${somebody.appliance}`
  const { machine, port, command } = somebody.site
  return `by_hand ${machine.id} ${port} ${command?.model ?? ''}`
}

export const machineOf = (somebody: Somebody): string => (somebody.kind === 'by_hand' ? somebody.site.machine.id : somebody.machine)

type NameOf = (machine: string) => string

/** What happened, for the record. */
export function somebodySentence(somebody: Somebody, nameOf: NameOf): string {
  const name = nameOf(machineOf(somebody))
  if (somebody.kind === 'controller') return `Another Spark Control (${somebody.appliance}) took control of ${name}.`
  return `${commandName(somebody.site)} was started on ${name}, port ${somebody.site.port}, not by Spark Control.`
}

export function commandName({ command, id }: EngineSite): string {
  return command === null ? (id === mainEngine ? 'The model' : 'Something') : modelName(hubId(command.model).replace(/\/+$/, ''))
}

/** What the owner should know of it while it lasts; null: seeing it in its place is enough. */
export function somebodyAdvice(somebody: Somebody, nameOf: NameOf): string | null {
  if (somebody.kind === 'controller' || !somebody.ours) return null
  const name = nameOf(machineOf(somebody))
  return `${commandName(somebody.site)} runs on ${name} and was not started here. A switch that needs ${name} will say that it stops it.`
}
