// Virtual time: nothing passes until the test says so. Waiting work runs in the order of its due times.
import type { Clock } from '../../server/app/ports.ts'

export interface FakeClock extends Clock {
  /** Lets `ms` of virtual time pass, running everything that falls due, in order. */
  advance(ms: number): Promise<void>
  /** Advances in steps until `done()` holds; throws after `limitMs` of virtual time. */
  until(done: () => boolean, limitMs?: number): Promise<void>
}

interface Waiter {
  due: number
  order: number
  wake: () => void
}

/** Lets every settled promise run its continuations (two turns of the event loop). */
const settle = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
}

/** `every` of a clock, made from its `sleep`. */
export function createEvery(sleep: Clock['sleep']): Clock['every'] {
  return (ms, fn, signal) => {
    const loop = async (): Promise<void> => {
      while (!signal.aborted) {
        await sleep(ms(), signal)
        await fn()
      }
    }
    loop().catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}

export function createFakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let now = start
  let order = 0
  const waiters = new Set<Waiter>()

  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason)
      const onAbort = (): void => {
        waiters.delete(waiter)
        reject(signal?.reason)
      }
      const waiter: Waiter = {
        due: now + Math.max(0, ms),
        order: order++,
        wake: () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      waiters.add(waiter)
    })

  const next = (): Waiter | undefined => [...waiters].sort((a, b) => a.due - b.due || a.order - b.order)[0]

  const advance = async (ms: number): Promise<void> => {
    const end = now + ms
    await settle()
    for (let waiter = next(); waiter !== undefined && waiter.due <= end; waiter = next()) {
      waiters.delete(waiter)
      now = Math.max(now, waiter.due)
      waiter.wake()
      await settle()
    }
    now = end
  }

  return {
    now: () => now,
    sleep,
    every: createEvery(sleep),
    advance,
    async until(done, limitMs = 3_600_000) {
      const end = now + limitMs
      await settle()
      while (!done()) {
        if (now >= end) throw new Error(`not true within ${limitMs} ms of virtual time`)
        await advance(Math.min(100, end - now))
      }
    },
  }
}
