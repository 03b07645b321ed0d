// What a service answers over HTTP, without HTTP and in virtual time: asked by address and port.
import type { Listening, Reach, World } from '../core/types.ts'
import type { EngineRequest } from '../core/vllm-answers.ts'

export interface ServiceReply {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** refused: nobody listens there. timeout: no whole answer in time. aborted: the caller gave up. */
export type ServiceOutcome =
  | { readonly ok: true; readonly reply: ServiceReply }
  | { readonly ok: false; readonly why: 'refused' | 'timeout' | 'aborted' }

export type AskService = (
  at: { readonly address: string; readonly port: number },
  request: EngineRequest,
  timeoutMs: number,
  signal?: AbortSignal,
) => Promise<ServiceOutcome>

const refused = { ok: false, why: 'refused' } as const
const late = { ok: false, why: 'timeout' } as const

/** How often a held connection looks whether its host moves again, ms. */
const holdMs = 500

export function createMemoryServices(world: World): AskService {
  const { clock, timeScale } = world.options
  const listeningAt = ({ address, port }: Parameters<AskService>[0]): Listening | undefined =>
    world.listening().find((one) => one.address === address && one.port === port)
  const reachOf = (address: string): Reach => {
    const node = world.options.nodes.find((one) => one.address === address)
    return node === undefined ? 'down' : world.reach(node.name)
  }
  const open = (at: Parameters<AskService>[0]): Listening | undefined => (reachOf(at.address) === 'up' ? listeningAt(at) : undefined)

  const talk = async (
    at: Parameters<AskService>[0],
    request: EngineRequest,
    rest: (ms: number) => Promise<boolean>,
  ): Promise<ServiceOutcome> => {
    while (reachOf(at.address) === 'frozen') if (!(await rest(holdMs))) return late
    const found = open(at)
    if (found === undefined) return refused
    const answer = world.ask(found, request)
    const inTime = await rest(answer === null ? Number.POSITIVE_INFINITY : (answer.delayMs ?? 0) * timeScale)
    if (answer === null || !inTime) return late
    if (open(at)?.since !== found.since) return refused
    return { ok: true, reply: { status: answer.status, contentType: answer.contentType, body: answer.chunks.join('') } }
  }

  return async (at, request, timeoutMs, signal) => {
    const until = clock.now() + timeoutMs
    /** False when the time was over before. */
    const rest = async (ms: number): Promise<boolean> => {
      const left = until - clock.now()
      await clock.sleep(Math.max(0, Math.min(ms, left)), signal)
      return ms <= left
    }
    try {
      return await talk(at, request, rest)
    } catch (error) {
      if (signal?.aborted !== true) throw error
      return { ok: false, why: 'aborted' }
    }
  }
}
