// Real time. The only place of the server that waits.
import type { Clock } from '../../app/ports.ts'

/** setTimeout counts in 32 bits; a longer wait would end at once. */
const longestWaitMs = 2_147_483_647

/** The system's clock. `onError` hears of a round of `every` that failed; the next round comes all the same. */
export function createSystemClock({ onError }: { readonly onError: (error: unknown) => void }): Clock {
  return {
    now: () => Date.now(),
    sleep,
    every: (ms, fn, signal) => {
      void repeat(ms, fn, signal, onError)
    },
  }
}

async function repeat(ms: () => number, fn: () => Promise<void>, signal: AbortSignal, onError: (error: unknown) => void): Promise<void> {
  for (;;) {
    try {
      await sleep(ms(), signal)
      await fn()
    } catch (error) {
      if (signal.aborted) return
      onError(error)
    }
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason)
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      },
      Math.min(Math.max(0, ms), longestWaitMs),
    )
    signal?.addEventListener('abort', stop, { once: true })
  })
}
