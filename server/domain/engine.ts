// An engine is a place in a cluster where one vLLM serves: a container name and a port. Which machines it uses is in the plan.
import type { Plan } from './plan.ts'

/** What an engine serves by our doing (or by adoption): written when a swap ends, the ground for stopping it and for the way back. */
export interface Serving {
  readonly engine: string
  readonly model: string
  readonly recipeId: string | null
  /** The plan it was started with; null when it was adopted from a container we did not start. */
  readonly plan: Plan | null
  /** Machine ids; the first is the head. */
  readonly machines: readonly string[]
  readonly port: number
  /** Names the engine answers to in /v1/models. */
  readonly servedName: string
  readonly since: number
  readonly adopted: boolean
  /** Of an adopted one: the container it was seen in, whatever ours are called by now. Absent in a row of an earlier version. */
  readonly containerName?: string | undefined
}

/** What one look at an engine over HTTP said. */
export interface EngineLook {
  readonly at: number
  readonly reachable: boolean
  readonly healthy: boolean
  /** Ids of /v1/models; empty when not reachable. */
  readonly models: readonly string[]
  readonly runningRequests: number | null
  readonly waitingRequests: number | null
  /** Counters of vLLM's /metrics, since its start; null where it does not tell. */
  readonly promptTokens: number | null
  readonly generatedTokens: number | null
  /** Share of the KV cache in use, 0 to 1. */
  readonly cacheUsage: number | null
}
