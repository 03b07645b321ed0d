// Real listeners for what serves, engines and services: one for each address and port, opened when it is ready and closed when it dies.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Listening, Serve, World } from '../core/types.ts'
import { answerRequest, type EngineAnswer, type EngineRequest } from '../core/vllm-answers.ts'
import { closeServer } from './tool-socket.ts'

export interface VllmServers {
  /** Resolves when the listeners are what the world says now. */
  settled(): Promise<void>
  stop(): Promise<void>
}

type Served = Serve | Listening

interface Listener {
  serve: Served
  readonly server: Server
  readonly sockets: Set<Socket>
  running: number
}

/** Between two pieces of a stream, ms: about 50 tokens a second. */
const tokenMs = 20
/** How often a held connection looks whether its host moves again, ms. */
const holdMs = 100
const bodyLimit = 32 * 1024 * 1024

/** `onTrouble` hears why an address could not be listened on: another program may have the port. */
export function openVllmServers(world: World, onTrouble: (sentence: string) => void): VllmServers {
  const listeners = new Map<string, Listener>()
  let ended = false
  let work: Promise<void> = Promise.resolve()

  const close = async (key: string, { server, sockets }: Listener): Promise<void> => {
    listeners.delete(key)
    await closeServer(server, sockets)
  }
  const add = async (key: string, serve: Served): Promise<void> => {
    try {
      listeners.set(key, await open(world, serve))
    } catch (error) {
      onTrouble(`${key} cannot be listened on: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const follow = async (): Promise<void> => {
    const wanted = ended ? new Map<string, Served>() : servesByKey(world)
    for (const [key, listener] of [...listeners]) {
      const serve = wanted.get(key)
      if (serve?.since === listener.serve.since) listener.serve = serve
      else await close(key, listener)
    }
    for (const [key, serve] of wanted) if (!listeners.has(key)) await add(key, serve)
  }
  const again = (): void => {
    work = work.then(follow)
  }
  const forget = world.onChange(again)
  again()
  return {
    settled: () => work,
    async stop() {
      ended = true
      forget()
      again()
      await work
    },
  }
}

/** The first of two that want the same port has it. */
function servesByKey(world: World): Map<string, Served> {
  const reachable = [...world.serving(), ...world.listening()].filter((serve) => world.reach(serve.node) !== 'down')
  return new Map(reachable.reverse().map((serve) => [`${serve.address}:${serve.port}`, serve]))
}

async function open(world: World, serve: Served): Promise<Listener> {
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    void handle(world, listener, request, response).catch(() => response.destroy())
  })
  const listener: Listener = { serve, server, sockets, running: 0 }
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(serve.port, serve.address, resolve))
  return listener
}

async function handle(world: World, listener: Listener, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request)
  while (world.reach(listener.serve.node) === 'frozen' && !response.destroyed) await pause(holdMs)
  const asked = { method: request.method ?? 'GET', path: request.url ?? '/', body }
  const answer = answerOf(world, listener, asked)
  // A wedged engine keeps the connection and never says a word.
  if (answer === null) return
  const counts = request.method === 'POST'
  if (counts) listener.running += 1
  try {
    if (answer.delayMs !== undefined) await pause(answer.delayMs * world.options.timeScale)
    await send(answer, response)
  } finally {
    if (counts) listener.running -= 1
  }
}

function answerOf(world: World, { serve, running }: Listener, asked: EngineRequest): EngineAnswer | null {
  return 'service' in serve ? world.ask(serve, asked) : answerRequest(serve, asked, world.options.clock.now(), running)
}

async function send(answer: EngineAnswer, response: ServerResponse): Promise<void> {
  const isStream = answer.contentType.startsWith('text/event-stream')
  response.writeHead(answer.status, { 'content-type': answer.contentType, server: 'uvicorn' })
  for (const chunk of answer.chunks) {
    if (response.destroyed) return
    response.write(chunk)
    if (isStream) await pause(tokenMs)
  }
  response.end()
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimit) throw new Error('the body is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
