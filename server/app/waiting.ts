// The line before the cluster: programs that were refused, in the order they first asked. The one in front is let in first, as long
// as it still asks. Nobody else is told that it is free meanwhile, so a program that asks more often gains nothing by it.
import type { Clock } from './ports.ts'

/** Whoever waits is told to ask again within this time, seconds. */
export const askAgainSeconds = 30
/** Who has not asked for this long has left the line: what was told, and time for a slow answer. ms. */
const rememberedMs = (askAgainSeconds + 15) * 1000
const mostNames = 50

export interface Waiter {
  readonly name: string
  /** When it first asked, ms. */
  readonly since: number
}

export interface Waiting {
  add(cluster: string, name: string): void
  drop(cluster: string, name: string): void
  /** Who is in front of this name, and its place, counted from 1; null: nobody is. */
  ahead(cluster: string, name: string): { readonly first: Waiter; readonly place: number } | null
  list(cluster: string): readonly Waiter[]
}

interface Place {
  readonly since: number
  askedAt: number
}

/** Kept in memory: after a restart whoever still wants it asks again. */
export function createWaiting(clock: Pick<Clock, 'now'>): Waiting {
  const clusters = new Map<string, Map<string, Place>>()

  const fresh = (cluster: string): Map<string, Place> => {
    const places = clusters.get(cluster) ?? new Map<string, Place>()
    clusters.set(cluster, places)
    const now = clock.now()
    // A clock that was set back leaves places of a time to come: those are gone too, or they would hold the line.
    for (const [name, { askedAt }] of places) if (Math.abs(now - askedAt) >= rememberedMs) places.delete(name)
    return places
  }
  const list = (cluster: string): Waiter[] => [...fresh(cluster)].map(([name, { since }]) => ({ name, since }))

  return {
    add: (cluster, name) => {
      const places = fresh(cluster)
      const known = places.get(name)
      if (known !== undefined) known.askedAt = clock.now()
      else if (places.size < mostNames) places.set(name, { since: clock.now(), askedAt: clock.now() })
    },
    drop: (cluster, name) => {
      fresh(cluster).delete(name)
    },
    ahead: (cluster, name) => {
      const line = list(cluster)
      const first = line[0]
      if (first === undefined || first.name === name) return null
      const at = line.findIndex((one) => one.name === name)
      return { first, place: at === -1 ? line.length + 1 : at + 1 }
    },
    list,
  }
}
