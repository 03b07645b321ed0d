// Virtual time: nothing passes until the test says so. Waiting work runs in the order of its due times.
import type { Clock } from '../../server/app/ports.ts'

export interface FakeClock extends Clock {
  /** Lets `ms` of virtual time pass, running everything that falls due, in order. */
  advance(ms: number): Promise<void>
  /** Advances in steps until `done()` holds; throws after `limitMs` of virtual time. */
  until(done: () => boolean, limitMs?: number): Promise<void>
}

interface Waiter {
  readonly due: number
  readonly order: number
  readonly wake: () => void
  /** Aborted: it stays in the queue until it would be the first. */
  gone: boolean
}

interface Queue {
  push(waiter: Waiter): void
  /** The one that is due first; of two at the same time the one that began to wait first. */
  first(): Waiter | undefined
  shift(): void
}

const before = (a: Waiter, b: Waiter): boolean => a.due < b.due || (a.due === b.due && a.order < b.order)

/** A binary heap: a life waits many thousand times. */
function createQueue(): Queue {
  const heap: Waiter[] = []
  const at = (index: number): Waiter => heap[index] as Waiter
  const swap = (a: number, b: number): void => {
    const kept = at(a)
    heap[a] = at(b)
    heap[b] = kept
  }
  const sink = (from: number): void => {
    for (let index = from; ; ) {
      const left = 2 * index + 1
      if (left >= heap.length) return
      const least = left + 1 < heap.length && before(at(left + 1), at(left)) ? left + 1 : left
      if (!before(at(least), at(index))) return
      swap(index, least)
      index = least
    }
  }
  const shift = (): void => {
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    heap[0] = last
    sink(0)
  }
  return {
    push(waiter) {
      heap.push(waiter)
      for (let index = heap.length - 1; index > 0; ) {
        const parent = (index - 1) >> 1
        if (!before(at(index), at(parent))) return
        swap(index, parent)
        index = parent
      }
    },
    first() {
      while (heap[0]?.gone === true) shift()
      return heap[0]
    },
    shift,
  }
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

/** Lets every settled promise run its continuations: one turn of the event loop drains them all, a second one what they scheduled. */
const settle = async (): Promise<void> => {
  await turn()
  await turn()
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
  const waiters = createQueue()

  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason)
      const onAbort = (): void => {
        waiter.gone = true
        reject(signal?.reason)
      }
      const waiter: Waiter = {
        due: now + Math.max(0, ms),
        order: order++,
        gone: false,
        wake: () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      waiters.push(waiter)
    })

  const advance = async (ms: number): Promise<void> => {
    const end = now + ms
    await settle()
    for (let waiter = waiters.first(); waiter !== undefined && waiter.due <= end; waiter = waiters.first()) {
      waiters.shift()
      now = Math.max(now, waiter.due)
      waiter.wake()
      await turn()
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
