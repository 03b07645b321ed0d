// How often a sign-in may be tried, so that guessing is hopeless and no stranger can keep the owner out.
//
// A browser in which the owner signed in before has a pace of its own. Everybody else is counted by address, and all of them
// together: near and far apart, so that the internet cannot use up what the household has.
import { SparkError } from '../contract/errors.ts'
import type { Origin } from '../domain/access.ts'
import { giveBack, type Pace, take } from '../domain/throttle.ts'
import type { Clock } from './ports.ts'

const second = 1000
export const paces = {
  /** One browser that was here before, or one address. */
  one: { burst: 5, everyMs: 60 * second },
  /** All others together. */
  all: { burst: 40, everyMs: 10 * second },
} as const satisfies Readonly<Record<string, Pace>>
/** Addresses that are remembered; the oldest fall away. A guesser with more of them still meets the pace of all. */
const most = 5000

/** An IPv6 host has a whole network of addresses to itself. */
export function hostOf(address: string | null): string {
  if (address === null) return 'unknown'
  return address.includes(':') ? `${fourGroups(address)}::/64` : address
}

function fourGroups(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail === undefined) return groups.slice(0, 4).join(':')
  const after = tail === '' ? 0 : tail.split(':').length
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after) }, () => '0')
  return [...groups, ...zeros, ...tail.split(':')].slice(0, 4).join(':')
}

export interface Tries {
  /** Counts a try; raises too_many_tries. The function it gives says that it was none: it was right. */
  begin(from: Origin, device: string | null): () => void
}

export function createTries(clock: Pick<Clock, 'now'>): Tries {
  const buckets = new Map<string, number>()

  const store = (name: string, fullAt: number): void => {
    buckets.delete(name)
    buckets.set(name, fullAt)
    if (buckets.size <= most) return
    const oldest = [...buckets.keys()].find((one) => !one.startsWith('all '))
    if (oldest !== undefined) buckets.delete(oldest)
  }
  const counted = (name: string, pace: Pace, everybody: boolean): (() => void) => {
    const taken = take(buckets.get(name), clock.now(), pace)
    if (taken.waitMs > 0) throw new SparkError('too_many_tries', { retryAfterSeconds: Math.ceil(taken.waitMs / second), everybody })
    store(name, taken.fullAt)
    return () => store(name, giveBack(buckets.get(name) ?? clock.now(), pace))
  }

  return {
    begin(from, device) {
      if (device !== null) return counted(`device ${device}`, paces.one, false)
      const one = counted(`from ${hostOf(from.address)}`, paces.one, false)
      const all = counted(`all ${from.near ? 'near' : 'far'}`, paces.all, true)
      return () => {
        one()
        all()
      }
    },
  }
}
