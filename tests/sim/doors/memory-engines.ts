// The HTTP face of what serves, without HTTP: answered from the world by address and port.
import type { EngineAddress, Engines, PassedAnswer, PassedRequest } from '../../../server/app/engine-ports.ts'
import { SparkError } from '../../../server/contract/errors.ts'
import type { EngineLook } from '../../../server/domain/engine.ts'
import { forever } from '../core/process.ts'
import type { Reach, Serve, World } from '../core/types.ts'
import { answerRequest } from '../core/vllm-answers.ts'

/** A streamed answer: its first token, and each after it. */
const firstTokenMs = 200
const tokenMs = 25
/** A look gives up after this long. */
const lookMs = 5_000

export function createMemoryEngines(world: World): Engines {
  const { clock } = world.options

  const serveAt = (engine: EngineAddress): Serve | undefined =>
    world.serving().find((one) => one.address === engine.address && one.port === engine.port)
  const reachOf = (engine: EngineAddress): Reach => {
    const node = world.options.nodes.find((one) => one.address === engine.address)
    return node === undefined ? 'down' : world.reach(node.name)
  }
  /** False when the host held the connection until the time was over. */
  async function thawed(engine: EngineAddress, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const until = clock.now() + timeoutMs
    while (reachOf(engine) === 'frozen') {
      if (clock.now() >= until) return false
      await clock.sleep(Math.min(500, until - clock.now()), signal)
    }
    return true
  }
  const gone = (): EngineLook => ({
    at: clock.now(),
    reachable: false,
    healthy: false,
    models: [],
    runningRequests: null,
    waitingRequests: null,
    promptTokens: null,
    generatedTokens: null,
    cacheUsage: null,
  })

  return {
    async look(engine, signal) {
      const answers = await thawed(engine, lookMs, signal)
      const serve = serveAt(engine)
      if (!answers || serve === undefined || reachOf(engine) !== 'up') return gone()
      return {
        at: clock.now(),
        reachable: true,
        healthy: true,
        models: serve.names,
        runningRequests: serve.wedged ? 1 : 0,
        waitingRequests: 0,
        promptTokens: 0,
        generatedTokens: 0,
        cacheUsage: 0,
      }
    },
    async complete(engine, model, timeoutMs, signal) {
      const late = { ok: false, reason: `no answer within ${Math.round(timeoutMs / 1000)} s` }
      if (!(await thawed(engine, timeoutMs, signal))) return late
      const serve = serveAt(engine)
      if (serve === undefined || reachOf(engine) !== 'up') return { ok: false, reason: 'connection refused' }
      if (!serve.names.includes(model)) return { ok: false, reason: `The model \`${model}\` does not exist.` }
      if (!serve.wedged) return { ok: true, reason: null }
      await clock.sleep(timeoutMs, signal)
      return late
    },
    async measure(engine, model, timeoutMs, signal) {
      const until = clock.now() + timeoutMs
      if (!(await thawed(engine, timeoutMs, signal).catch(() => false))) return { answer: null, why: 'no whole answer in time' }
      const serve = serveAt(engine)
      if (serve === undefined || reachOf(engine) !== 'up') return { answer: null, why: 'connection refused' }
      if (!serve.names.includes(model)) return { answer: null, why: `The model \`${model}\` does not exist.` }
      const streamMs = 63 * tokenMs
      await clock.sleep(serve.wedged ? Math.max(0, until - clock.now()) : firstTokenMs + streamMs, signal).catch(() => undefined)
      const ended = signal.aborted || serve.wedged || serveAt(engine)?.since !== serve.since
      return ended ? { answer: null, why: 'it closed the connection' } : { answer: { tokens: 64, firstTokenMs, streamMs } }
    },
    async pass(engine, request) {
      if (!(await thawed(engine, lookMs, request.signal))) throw new SparkError('engine_unreachable', { why: 'no answer' })
      const serve = serveAt(engine)
      if (serve === undefined || reachOf(engine) !== 'up') throw new SparkError('engine_unreachable', { why: 'connection refused' })
      return await passTo(serve, request, clock.now())
    },
  }
}

async function passTo(serve: Serve, request: PassedRequest, now: number): Promise<PassedAnswer> {
  const body = request.body === null ? '' : await new Response(request.body as BodyInit).text()
  const answer = answerRequest(serve, { method: request.method, path: request.path, body }, now)
  if (answer === null) return await forever(request.signal)
  const chunks = answer.chunks.map((chunk) => new TextEncoder().encode(chunk))
  return { status: answer.status, headers: { 'content-type': answer.contentType }, body: chunks.length === 0 ? null : streamOf(chunks) }
}

const streamOf = (chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
