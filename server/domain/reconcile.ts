// One answer to "what is true, and what is to be done", from what is stored and what the machines say. Used at start, after silence,
// and by every look. Pure: what must be remembered from one time to the next is handed in and out as notes.
import { adopt } from './adoption.ts'
import { minuteMs } from './durations.ts'
import type { Serving } from './engine.ts'
import { type EngineSite, mainEngine, runsAnother, servingContainer } from './engine-sites.ts'
import { agreeOnLeft, findLeftBehind, type LeftAt, type LeftBehind, leftKey } from './left-behind.ts'
import type { Machine, MachineView } from './machine.ts'
import type { Model } from './model.ts'
import type { Recipe } from './recipe.ts'
import { keyOf, machineOf, type SiteSeen, type Somebody, somebodyElse } from './somebody-else.ts'
import type { Swap } from './swap.ts'
import { readVllmCommand } from './vllm-command.ts'

export interface Known {
  readonly now: number
  readonly appliance: string
  readonly containerName: string
  readonly startAfterReboot: boolean
  readonly serving: Serving | null
  /** The live switch; `walked`: this life of the appliance is walking it. */
  readonly live: { readonly swap: Swap; readonly walked: boolean } | null
  /** The newest switch, live or ended. */
  readonly lastSwap: Swap | null
  readonly highestFence: number
  readonly swapOf: (id: string) => Swap | null
  /** Who has reserved the cluster. */
  readonly reservedBy: () => string | null
  readonly notes: Notes
}

export interface Seen {
  readonly views: readonly MachineView[]
  /** Every place where something may serve, with the last look at it. */
  readonly sites: readonly SiteSeen[]
  readonly models: readonly Model[]
  readonly recipesOf: (model: string) => readonly Recipe[]
}

/** What one time tells the next; lost with the appliance, and then found out again. */
export interface Notes {
  /** Looks in a row, by their time, that found the container of our engine gone, or running something else. */
  readonly absentAt: readonly number[]
  /** The look that would have adopted, when one alone is not enough. */
  readonly almost: { readonly site: string; readonly at: number } | null
  /** What to start once every machine it needs is back. */
  readonly again: Serving | null
  /** What a person put another model in the place of. */
  readonly insteadOf: Serving | null
  /** Machines looked at before, and who else was seen there: only what is new there is news. */
  readonly looked: readonly string[]
  readonly told: readonly string[]
  /** What was left behind, with the look that first found it. */
  readonly left: readonly LeftAt[]
  /** What was to be cleared up by itself, once each: where that did not work, the owner is asked. */
  readonly cleared: readonly string[]
}

export const noNotes: Notes = { absentAt: [], almost: null, again: null, insteadOf: null, looked: [], told: [], left: [], cleared: [] }

export interface Truth {
  readonly main: 'switching' | 'serving' | 'coming' | 'nothing'
  /** A container of our name that runs vLLM and is not stored: it is adopted when it answers. */
  readonly coming: EngineSite | null
  /** What serves without our doing and is not the main engine: shown, never touched. */
  readonly observed: readonly EngineSite[]
  readonly somebody: readonly Somebody[]
  /** A person started what serves now in the place of this. */
  readonly insteadOf: Serving | null
  /** Removed by itself, once nobody has the cluster reserved. */
  readonly leftBehind: readonly LeftBehind[]
}

export type Act =
  /** A database put back from a backup must not be refused for ever: the sequence goes above our own fences. */
  | { readonly do: 'raise_fence'; readonly floor: number }
  | { readonly do: 'take_up'; readonly swap: Swap }
  | { readonly do: 'adopt'; readonly serving: Serving }
  /** `by`: what runs in its place. */
  | { readonly do: 'forget'; readonly serving: Serving; readonly by: EngineSite | null }
  | { readonly do: 'start_again'; readonly serving: Serving }
  | { readonly do: 'tell'; readonly somebody: Somebody }
  /** To be looked at once more before it is done: only what is left behind still. */
  | { readonly do: 'clear_up'; readonly swap: Swap; readonly machines: readonly string[] }

export interface Reconciled {
  readonly truth: Truth
  readonly acts: readonly Act[]
  readonly notes: Notes
}

/** So soon after a switch ended, what was seen may be older than it looks: two looks must agree, ms. */
const unsettledMs = minuteMs
const looksUntilGone = 2

export function reconcile(known: Known, seen: Seen): Reconciled {
  const truth = truthOf(known, seen)
  const acts: Act[] = [...ofFences(known, seen), ...ofLiveSwap(known)]
  let notes = known.notes
  for (const step of [considerGone, considerAgain, considerAdoption, considerNews, considerLeftBehind]) {
    const done = step({ ...known, notes }, seen, truth, acts)
    acts.push(...done.acts)
    notes = done.notes
  }
  return { truth, acts, notes }
}

/** How a live switch goes on after a restart: forward from its phase, or on with bringing the old model back. */
export function resumeOf(swap: Pick<Swap, 'phase'>): 'go_on' | 'bring_back' {
  return swap.phase === 'restore' ? 'bring_back' : 'go_on'
}

/** The highest fence of our own on any machine; 0 when there is none. */
export function highestOwnFence(views: readonly MachineView[], appliance: string): number {
  const ours = views.flatMap(({ observation }) => (observation?.fence?.appliance === appliance ? [observation.fence.fence] : []))
  return Math.max(0, ...ours)
}

// ---- what is true

export function truthOf(
  known: Pick<Known, 'appliance' | 'containerName' | 'serving' | 'live' | 'lastSwap' | 'swapOf' | 'notes'>,
  seen: Pick<Seen, 'views' | 'sites'>,
): Truth {
  const { serving, live, appliance, lastSwap } = known
  const ours = seen.sites.find(({ site }) => site.kind === 'ours')?.site ?? null
  const coming = serving === null ? ours : null
  const busy = busyMachines(live?.swap ?? null)
  const observed = seen.sites.filter((one) => isObserved(one, serving, busy)).map(({ site }) => site)
  const quiet = coming === null ? 'nothing' : 'coming'
  return {
    main: live !== null ? 'switching' : serving !== null ? 'serving' : quiet,
    coming,
    observed,
    somebody: somebodyElse({ appliance, views: seen.views, observed, serving, lastSwap }),
    insteadOf: serving?.adopted === true ? known.notes.insteadOf : null,
    leftBehind: findLeftBehind({ ...known, ...seen }).filter((one) => !known.notes.cleared.includes(leftKey(one))),
  }
}

function busyMachines(live: Swap | null): ReadonlySet<string> {
  return new Set(live === null ? [] : [...(live.plan.starts?.machines ?? []), ...live.plan.stops.flatMap((stop) => stop.machines)])
}

function isObserved({ site, look }: SiteSeen, serving: Serving | null, busy: ReadonlySet<string>): boolean {
  if (site.kind === 'main' || (site.kind !== 'foreign' && busy.has(site.machine.id))) return false
  if (site.kind === 'foreign') return true
  return site.kind === 'port' ? look?.reachable === true && look.models.length > 0 : serving !== null
}

// ---- what is to be done

type Step = (known: Known, seen: Seen, truth: Truth, before: readonly Act[]) => { readonly acts: readonly Act[]; readonly notes: Notes }

function ofFences({ highestFence, appliance }: Known, { views }: Seen): Act[] {
  const floor = highestOwnFence(views, appliance)
  return floor > highestFence ? [{ do: 'raise_fence', floor }] : []
}

function ofLiveSwap({ live }: Known): Act[] {
  return live === null || live.walked ? [] : [{ do: 'take_up', swap: live.swap }]
}

/** Gone is said only of a machine that answered, whose docker answered, twice in a row, with no switch in between. */
const considerGone: Step = (known, seen) => {
  const { serving, live, notes } = known
  if (live !== null) return { acts: [], notes: { ...notes, absentAt: [], insteadOf: null } }
  const clear = { acts: [], notes: { ...notes, absentAt: [] } }
  if (serving === null) return clear
  const view = seen.views.find((one) => one.machine.id === serving.machines[0])
  const found = view === undefined ? null : whatRuns(known, serving, view, seen.sites)
  if (view === undefined || found === null) return { acts: [], notes }
  if (found === 'ours') return clear
  const absentAt = [...notes.absentAt.filter((at) => at > serving.since && at < found.at), found.at]
  if (absentAt.length < looksUntilGone) return { acts: [], notes: { ...notes, absentAt } }
  const rebooted = bootedAt(view) > serving.since && serving.plan?.starts != null
  const isGone = found.by === null
  return {
    acts: [{ do: 'forget', serving, by: found.by }],
    notes: { ...notes, absentAt: [], again: isGone && rebooted ? serving : notes.again, insteadOf: isGone ? null : serving },
  }
}

/** 'ours', or when it was seen that it is not there and what is there instead; null: it was not seen. */
function whatRuns(
  known: Known,
  serving: Serving,
  { machine, observation: seen }: MachineView,
  sites: readonly SiteSeen[],
): 'ours' | { readonly at: number; readonly by: EngineSite | null } | null {
  if (seen === null || seen.containers === null || seen.at <= serving.since) return null
  const name = servingContainer(serving, known.containerName)
  const container = seen.containers.find((one) => one.name === name && one.state === 'running')
  if (container === undefined) return { at: seen.at, by: null }
  const main = sites.find(({ site }) => site.id === mainEngine)
  const answersAsOurs = main?.look?.healthy === true && main.look.models.includes(serving.servedName)
  // Another command in the container of our name: somebody stopped ours and started theirs. A process that died is no command.
  return answersAsOurs || !runsAnother(serving, container) ? 'ours' : { at: seen.at, by: siteOf(machine, container.serving) }
}

function siteOf(machine: Machine, text: string | null): EngineSite {
  const command = readVllmCommand(text ?? '')
  return { id: `at-${machine.id}-${command?.port ?? 0}`, kind: 'ours', machine, port: command?.port ?? 0, command }
}

/** When a machine last started, ms; its own clock plays no part. */
function bootedAt({ observation: seen, rebootedAt }: MachineView): number {
  const never = Number.NEGATIVE_INFINITY
  return seen === null ? never : Math.max(rebootedAt ?? never, seen.at - seen.uptimeSeconds * 1000)
}

/** After a restart of a machine the model is started again when the owner wants it, once every machine it needs answers. */
const considerAgain: Step = ({ notes, serving, live, startAfterReboot }, seen, _truth, before) => {
  const wanted = notes.again
  if (wanted === null) return { acts: [], notes }
  const isEmpty = serving === null || before.some((act) => act.do === 'forget')
  const none = { ...notes, again: null }
  if (!isEmpty || live !== null || !startAfterReboot) return { acts: [], notes: none }
  const isBack = (id: string): boolean =>
    seen.views.some((view) => view.machine.id === id && view.reach === 'reachable' && view.misses === 0)
  return wanted.machines.every(isBack) ? { acts: [{ do: 'start_again', serving: wanted }], notes: none } : { acts: [], notes }
}

const considerAdoption: Step = (known, seen) => {
  const { serving, live, notes, lastSwap } = known
  if (serving !== null || live !== null) return { acts: [], notes }
  for (const { site, look } of seen.sites.filter((one) => one.site.kind === 'ours')) {
    const machineAt = seen.views.find((view) => view.machine.id === site.machine.id)?.observation?.at
    if (look === null || machineAt === undefined) continue
    const found = adopt({ ...seen, site, look, containerName: known.containerName, now: known.now })
    const ended = lastSwap?.endedAt ?? Number.NEGATIVE_INFINITY
    if (found === null || look.at <= ended || machineAt <= ended) continue
    const agreed = notes.almost?.site === site.id && notes.almost.at > ended && notes.almost.at < look.at
    if (known.now - ended <= unsettledMs && !agreed) return { acts: [], notes: { ...notes, almost: { site: site.id, at: look.at } } }
    return { acts: [{ do: 'adopt', serving: found }], notes: { ...notes, almost: null, again: null } }
  }
  return { acts: [], notes }
}

/** Who was not there when the machine was last looked at is news; who was there already is not. */
const considerNews: Step = ({ notes }, seen, truth) => {
  const keys = truth.somebody.map(keyOf)
  const fresh = truth.somebody.filter((one) => notes.looked.includes(machineOf(one)) && !notes.told.includes(keyOf(one)))
  const looked = seen.views.filter((view) => view.observation !== null).map((view) => view.machine.id)
  return { acts: fresh.map((somebody): Act => ({ do: 'tell', somebody })), notes: { ...notes, looked, told: keys } }
}

/** Cleared up once two looks agree, while nothing else is about to begin and nobody has the cluster reserved. */
const considerLeftBehind: Step = ({ notes, reservedBy }, _seen, { leftBehind }, before) => {
  const { left, agreed } = agreeOnLeft(leftBehind, notes.left)
  const swap = agreed[0]?.swap
  if (swap === undefined || before.some((act) => act.do === 'start_again') || reservedBy() !== null)
    return { acts: [], notes: { ...notes, left } }
  return {
    acts: [{ do: 'clear_up', swap, machines: agreed.map(({ machine }) => machine.id) }],
    notes: { ...notes, left, cleared: [...notes.cleared, ...agreed.map(leftKey)] },
  }
}
