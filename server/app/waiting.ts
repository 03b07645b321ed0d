// Who was refused lately, in the order they first asked. Only for people to look at: nobody is let in by it.
import type { Clock } from './ports.ts'

const rememberedMs = 60_000
const mostNames = 50

export interface Waiting {
  add(cluster: string, name: string): void
  drop(cluster: string, name: string): void
  list(cluster: string): string[]
}

/** Kept in memory: after a restart whoever still wants it asks again. */
export function createWaiting(clock: Pick<Clock, 'now'>): Waiting {
  const clusters = new Map<string, Map<string, number>>()

  const fresh = (cluster: string): Map<string, number> => {
    const names = clusters.get(cluster) ?? new Map<string, number>()
    clusters.set(cluster, names)
    for (const [name, at] of names) if (at <= clock.now() - rememberedMs) names.delete(name)
    return names
  }

  return {
    add: (cluster, name) => {
      const names = fresh(cluster)
      // Setting a key again keeps its place in a Map: asking again does not send anybody to the end.
      if (names.has(name) || names.size < mostNames) names.set(name, clock.now())
    },
    drop: (cluster, name) => {
      fresh(cluster).delete(name)
    },
    list: (cluster) => [...fresh(cluster).keys()],
  }
}
