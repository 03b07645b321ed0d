// /v1 passed to what serves. The bytes are not looked at; what is decided here is where they go, and whether now.
import { SparkError } from '../contract/errors.ts'
import type { Machine } from '../domain/machine.ts'
import type { Swap } from '../domain/swap.ts'
import type { EngineAddress, Engines, PassedAnswer, PassedRequest } from './engine-ports.ts'
import type { ServingStore, SwapStore } from './ports.ts'
import type { ChatUse } from './use-cases.ts'

export interface ChatNeeds {
  readonly engines: Pick<Engines, 'pass'>
  readonly serving: Pick<ServingStore, 'find'>
  readonly swaps: Pick<SwapStore, 'live'>
  readonly machines: () => readonly Machine[]
  /** Seconds a live swap will still take; null when nobody knows. */
  readonly etaSeconds?: (swap: Swap) => number | null
  readonly nameOf?: (model: string) => string
  /** Called when a request comes in, before it goes on: what may wait gives way. */
  readonly comes?: () => void
}

const theEngine = { engine: 'main', cluster: 'default' }
const usualWaitSeconds = 30
const longestWaitSeconds = 600

export function createChat(needs: ChatNeeds): ChatUse {
  const inFlight = new Map<string, number>()

  /** Counts a request in; the returned function counts it out, once however often it is called. */
  const enter = (engine: string): (() => void) => {
    inFlight.set(engine, (inFlight.get(engine) ?? 0) + 1)
    let isIn = true
    return () => {
      if (isIn) inFlight.set(engine, (inFlight.get(engine) ?? 1) - 1)
      isIn = false
    }
  }

  return {
    pass: async (request) => {
      const { engine, cluster } = theEngine
      refuseWhileSwitching(needs, cluster)
      const address = addressOf(needs, engine)
      const leave = enter(engine)
      needs.comes?.()
      try {
        const answer = await needs.engines.pass(address, request)
        return counted(answer, request.signal, leave)
      } catch (error) {
        leave()
        // A switch that began between our look and the connection: the truer answer, and one that clients try again after.
        if (error instanceof SparkError && error.code === 'engine_unreachable') refuseWhileSwitching(needs, cluster)
        throw error
      }
    },
    inFlight: (engine) => inFlight.get(engine) ?? 0,
  }
}

/** Up to `check` the old model still answers; from `make_room` on nothing is promised until the outcome. */
function refuseWhileSwitching(needs: ChatNeeds, cluster: string): void {
  const swap = needs.swaps.live(cluster)
  if (swap === null || swap.phase === 'check') return
  const left = needs.etaSeconds?.(swap) ?? usualWaitSeconds
  const retryAfterSeconds = Math.max(1, Math.min(longestWaitSeconds, Math.ceil(left)))
  const coming = swap.phase === 'restore' ? swap.previousModel : swap.model
  if (coming === null) throw new SparkError('engine_stopped', { retryAfterSeconds })
  throw new SparkError('engine_switching', { model: needs.nameOf?.(coming) ?? coming, retryAfterSeconds })
}

function addressOf(needs: ChatNeeds, engine: string): EngineAddress {
  const serving = needs.serving.find(engine)
  if (serving === null) throw new SparkError('engine_stopped', { retryAfterSeconds: usualWaitSeconds })
  const head = needs.machines().find((machine) => machine.id === serving.machines[0])
  if (head === undefined) throw new SparkError('engine_unreachable', { why: 'its machine is no longer here' })
  return { address: head.address, port: serving.port }
}

/** The same answer, whose end, failure or abandonment is noticed. */
function counted(answer: PassedAnswer, signal: PassedRequest['signal'], leave: () => void): PassedAnswer {
  if (answer.body === null) {
    leave()
    return answer
  }
  const reader = answer.body.getReader()
  const out = (): void => {
    signal.removeEventListener('abort', out)
    leave()
  }
  if (signal.aborted) out()
  else signal.addEventListener('abort', out)
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const chunk = await reader.read()
          if (!chunk.done) return controller.enqueue(chunk.value)
          out()
          controller.close()
        } catch (error) {
          out()
          throw error
        }
      },
      cancel: async (reason) => {
        out()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return { ...answer, body }
}
