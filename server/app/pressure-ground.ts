// What else is known of a machine when a reading of its memory comes: whether something loads there, and whether work stands still.
import { mainEngine } from '../domain/engine-sites.ts'
import type { MeasuredStart } from '../domain/memory-learning.ts'
import type { PressureGround } from '../domain/pressure.ts'
import type { Recipe } from '../domain/recipe.ts'
import type { EngineWatch } from './engine-watch.ts'
import type { Fleet } from './fleet.ts'
import type { Health } from './health.ts'
import type { Clock, ServingStore, SwapStore } from './ports.ts'

export interface GroundNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly fleet: Pick<Fleet, 'views'>
  readonly watch: Pick<EngineWatch, 'sites' | 'signsAt'>
  readonly health: Pick<Health, 'signsOf'>
  readonly store: { readonly serving: Pick<ServingStore, 'find'>; readonly swaps: Pick<SwapStore, 'live'> }
  readonly measured: (recipe: Recipe, totalBytes: number) => MeasuredStart | null
}

const cluster = 'default'
/** The rows are read at most this often, however many machines tell of themselves, ms. */
const rowsMs = 500
/** A look at an engine says how it works now for so long, ms. */
const lookFreshMs = 15_000
/** A container that came by itself loads for as long as it moves memory, ms. */
const loadMovesMs = 120_000

export function createPressureGround(needs: GroundNeeds): (machine: string) => Omit<PressureGround, 'learned'> {
  const { clock, store, watch } = needs
  let rows: { at: number; live: ReturnType<SwapStore['live']>; serving: ReturnType<ServingStore['find']> } | null = null
  const rowsNow = (): NonNullable<typeof rows> => {
    const at = clock.now()
    if (rows === null || at - rows.at >= rowsMs || at < rows.at)
      rows = { at, live: store.swaps.live(cluster), serving: store.serving.find(mainEngine) }
    return rows
  }

  const comesByItself = (machine: string): boolean => {
    const movedAt = needs.health.signsOf(machine).memoryMovedAt
    if (movedAt === null || clock.now() - movedAt > loadMovesMs) return false
    return watch.sites().some((site) => site.machine.id === machine && site.command !== null && watch.signsAt(site).good === null)
  }

  /** Of the engines that work with this machine, the one that has stood still for longest. */
  const workFlatMs = (machine: string, ours: boolean): number | null => {
    const now = clock.now()
    let longest: number | null = null
    for (const site of watch.sites()) {
      if (site.machine.id !== machine && !(ours && site.id === mainEngine)) continue
      const { look, stillSince } = watch.signsAt(site)
      if (look === null || stillSince === null || now - look.at > lookFreshMs || !look.reachable) continue
      longest = Math.max(longest ?? 0, now - stillSince)
    }
    return longest
  }

  return (machine) => {
    const { live, serving } = rowsNow()
    const ours = serving?.machines.includes(machine) === true
    const recipe = ours ? serving.plan?.starts?.recipe : undefined
    const totalBytes = needs.fleet.views().find((view) => view.machine.id === machine)?.observation?.memory.totalBytes ?? 0
    return {
      loading: live !== null || comesByItself(machine),
      lane: ours ? `${serving.recipeId ?? serving.model} ${serving.since}` : null,
      workFlatMs: workFlatMs(machine, ours),
      leastBytes: recipe === undefined ? null : (needs.measured(recipe, totalBytes)?.leftBytes ?? null),
    }
  }
}
