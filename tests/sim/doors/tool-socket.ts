// Where the executables of simulated nodes knock: one TCP connection on loopback a call. tests/sim/bin/tool.bash is the other side.
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { ToolCall, World } from '../core/types.ts'

/** A folder as the simulator names it, and as it is on this disk. */
export interface PathNames {
  readonly simulated: string
  readonly real: string
}

/** All the socket needs of a world. */
type Runner = Pick<World, 'run'>

export interface ToolSocket {
  readonly port: number
  /** A caller that does not know it is turned away. */
  readonly secret: string
  /** From now on these paths of a node stand for each other, in arguments and in output. */
  namePaths(node: string, names: readonly PathNames[]): void
  close(): Promise<void>
}

const client = fileURLToPath(new URL('../bin/tool.bash', import.meta.url))

/** The text of an executable that carries its calls here. `comments` stand at its top, for readers of the file. */
export function stubText(socket: Pick<ToolSocket, 'port' | 'secret'>, node: string, tool: string, comments = ''): string {
  const variables = `SIM_PORT=${socket.port} SIM_SECRET=${socket.secret} SIM_NODE=${quote(node)} SIM_TOOL=${quote(tool)}`
  return `#!/bin/bash\n${comments}${variables}\n. ${quote(client)}\n`
}

/** One word for a shell. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** Longest call: argv of a machine is 128 KiB a word at most. */
const requestLimit = 4 * 1024 * 1024

/** Opens the world for callers on this machine. */
export async function openToolSocket(world: Runner): Promise<ToolSocket> {
  const secret = randomBytes(16).toString('hex')
  const names = new Map<string, readonly PathNames[]>()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    socket.setNoDelay(true)
    receive(socket, (words) => {
      const call = words[0] === secret ? readCall(words) : null
      if (call === null) socket.destroy()
      else void answer(world, socket, call, names.get(call.node) ?? [])
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    secret,
    namePaths: (node, pairs) => names.set(node, pairs),
    close: () => closeServer(server, sockets),
  }
}

export function closeServer(server: Server, sockets: Iterable<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy()
  return new Promise((resolve) => server.close(() => resolve()))
}

/** Calls `done` with the words of a complete request. */
function receive(socket: Socket, done: (words: readonly string[]) => void): void {
  let bytes = Buffer.alloc(0)
  const onData = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk])
    const words = wordsOf(bytes)
    if (words !== null) {
      socket.off('data', onData)
      socket.resume()
      done(words)
    } else if (bytes.length > requestLimit) socket.destroy()
  }
  socket.on('data', onData)
}

/** null: not all of it is there. */
function wordsOf(bytes: Buffer): readonly string[] | null {
  if (bytes.at(-1) !== 0) return null
  const words = bytes.subarray(0, -1).toString('utf8').split('\0')
  const count = Number(words[4])
  const env = words.slice(5 + count)
  return words.length > 5 + count && env.indexOf('') === env.length - 1 ? words : null
}

function readCall(words: readonly string[]): ToolCall | null {
  const [, node = '', tool = '', cwd = '', count = ''] = words
  if (!/^\d+$/.test(count)) return null
  const argv = words.slice(5, 5 + Number(count))
  const env = words.slice(5 + Number(count), -1).map((pair): [string, string] => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at), pair.slice(at + 1)]
  })
  return { node, tool, cwd, argv, env: Object.fromEntries(env) }
}

async function answer(world: Runner, socket: Socket, call: ToolCall, names: readonly PathNames[]): Promise<void> {
  const life = new AbortController()
  socket.on('close', () => life.abort(new Error('the caller is gone')))
  const inside = (text: string): string => names.reduce((all, { simulated, real }) => all.replaceAll(real, simulated), text)
  const outside = (text: string): string => names.reduce((all, { simulated, real }) => all.replaceAll(simulated, real), text)
  const send = (stream: 'o' | 'e', text: string): void => {
    if (!socket.destroyed) socket.write(`${stream}${escapeText(outside(text))}\n`)
  }
  const code = await world
    .run(
      { ...call, cwd: inside(call.cwd), argv: call.argv.map(inside), env: mapValues(call.env, inside) },
      { out: (text) => send('o', text), err: (text) => send('e', text), signal: life.signal },
    )
    .catch((error: unknown) => {
      send('e', `${call.tool}: the simulator failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      return 125
    })
  if (!socket.destroyed) socket.end(`x${code}\n`)
}

const mapValues = (record: Readonly<Record<string, string>>, change: (text: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))

/** For printf %b in a line. */
function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\0', '\\0000')
}
