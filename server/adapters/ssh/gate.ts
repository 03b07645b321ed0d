// How many channels may be open at once on one connection. OpenSSH allows ten; the last of ours is kept for control,
// so a slow scan never stands in the way of a fence or a job.

/** Channels open at once on a connection. */
export const channelLimit = 6
/** Of these, only calls that control a machine may take the last ones. */
export const controlReserve = 1

interface Waiter {
  readonly control: boolean
  readonly enter: () => void
}

export interface Gate {
  /** Resolves with the function that gives the place back. */
  enter(control: boolean, signal: AbortSignal): Promise<() => void>
  readonly inside: number
}

/** First come, first served among equals; control goes before the rest. */
export function createGate(): Gate {
  let inside = 0
  const waiting: Waiter[] = []
  const fits = (control: boolean): boolean => inside < (control ? channelLimit : channelLimit - controlReserve)

  const leave = (): void => {
    inside -= 1
    const next = waiting.find((one) => one.control && fits(true)) ?? waiting.find((one) => fits(one.control))
    if (next === undefined) return
    waiting.splice(waiting.indexOf(next), 1)
    next.enter()
  }

  const take = (): (() => void) => {
    inside += 1
    let left = false
    return () => {
      if (left) return
      left = true
      leave()
    }
  }

  return {
    get inside() {
      return inside
    },
    enter: (control, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        if (fits(control)) return resolve(take())
        const onAbort = (): void => {
          waiting.splice(waiting.indexOf(waiter), 1)
          reject(signal.reason)
        }
        const waiter: Waiter = {
          control,
          enter: () => {
            signal.removeEventListener('abort', onAbort)
            resolve(take())
          },
        }
        signal.addEventListener('abort', onAbort, { once: true })
        waiting.push(waiter)
      }),
  }
}
