// An SSH door for many Sparks at little cost: a script that a machine is sent for the first time runs in a real bash, as behind door 2;
// from then on its answer is said again, with the memory and the clock of that moment. So a hundred machines fit beside the appliance on
// one computer, and what is measured is the appliance.
import { spawn } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import ssh2, { type Connection, type ParsedKey, type ServerChannel } from 'ssh2'
import type { World } from '../sim/core/types.ts'
import type { NodeHome } from '../sim/doors/node-home.ts'
import { type Door, openSite } from '../sim/doors/node-site.ts'
import { hostKeyOf, parseKey } from '../sim/doors/ssh-keys.ts'

export interface ReplayDoor extends Pick<Door, 'machines' | 'authorize' | 'stop'> {
  /** Scripts that were answered so far. */
  answered(): number
}

/** The mark between sections of an answer, anew in each script. */
const markPattern = /printf '\\n%s:%s\\n' ([0-9a-f]{32}) /

export async function openReplayDoor(world: World, dir: string): Promise<ReplayDoor> {
  const site = await openSite({ world, dir })
  const keys: ParsedKey[] = []
  const servers: Server[] = []
  const clients = new Set<Connection>()
  const replay = createReplay(world)
  const machines: Door['machines'][number][] = []
  for (const home of site.homes) {
    const hostKey = hostKeyOf(home.node)
    const ssh = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (client) => {
      clients.add(client)
      client.on('close', () => clients.delete(client))
      greet(client, keys, (channel) => void replay.serve(home, channel))
    })
    const server = createServer((socket) => {
      socket.setNoDelay(true)
      ssh.injectSocket(socket)
    })
    const { address } = world.look(home.node)
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, address, resolve))
    servers.push(server)
    const bound = server.address()
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0
    machines.push({ name: home.node, address, port, user: 'spark', hostKey: hostKey.fingerprint, home: home.home })
  }
  return {
    machines,
    authorize: (publicKey) => void keys.push(parseKey(publicKey)),
    answered: replay.answered,
    async stop() {
      for (const client of clients) client.end()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
      await site.stop()
    },
  }
}

function greet(client: Connection, keys: readonly ParsedKey[], serve: (channel: ServerChannel) => void): void {
  client.on('error', () => undefined)
  client.on('authentication', (context) => {
    const known = context.method === 'publickey' && keys.some((key) => key.getPublicSSH().equals(context.key.data))
    if (known) context.accept()
    else context.reject(['publickey'])
  })
  client.on('session', (accept) => accept().on('exec', (take) => serve(take())))
}

interface Replay {
  serve(home: NodeHome, channel: ServerChannel): Promise<void>
  answered(): number
}

function createReplay(world: World): Replay {
  const said = new Map<string, Promise<string>>()
  let count = 0
  return {
    answered: () => count,
    async serve(home, channel) {
      channel.on('error', () => undefined)
      const script = await scriptOf(channel)
      if (script.startsWith(streamMark)) return tellOfMemory(world, home.node, script, channel)
      const mark = markPattern.exec(script)?.[1] ?? ''
      const key = `${home.node}\n${script.replaceAll(mark, '')}`
      const first = said.get(key) ?? inBash(home, script).then((text) => text.replaceAll(mark, 'MARK'))
      said.set(key, first)
      channel.write(asOfNow(world, home.node, await first).replaceAll('MARK', mark))
      count += 1
      channel.exit(0)
      channel.end()
    },
  }
}

function asOfNow(world: World, node: string, text: string): string {
  const proc = world.proc(node)
  const fresh = new Map([
    ['meminfo', moved(proc['meminfo'] ?? '')],
    ['uptime', proc['uptime'] ?? ''],
    ['pressure', proc['pressure/memory'] ?? ''],
  ])
  return text.replace(/\nMARK:(meminfo|uptime|pressure)\n[\s\S]*?(?=\nMARK:)/g, (_, name: string) => `\nMARK:${name}\n${fresh.get(name)}`)
}

/** What is available never stands still on a real machine; kB. */
function moved(meminfo: string): string {
  const move = Math.floor(Math.random() * 4096)
  return meminfo.replace(
    /^(MemAvailable|MemFree):(\s+)(\d+)/gm,
    (_, name: string, gap: string, kB: string) => `${name}:${gap}${Number(kB) - move}`,
  )
}

const streamMark = 'spark_control_stream() {'

/** Of a stream the first part is all of it: its input stays open, and so must its channel. */
function scriptOf(channel: ServerChannel): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    channel.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (text.startsWith(streamMark) && text.includes('\nspark_control_stream')) resolve(text)
    })
    channel.on('end', () => resolve(text))
  })
}

/** The stream about memory, once a second, as the loop of a real machine writes it. */
function tellOfMemory(world: World, node: string, script: string, channel: ServerChannel): void {
  const token = /\n' ([0-9a-f]{32}) "/.exec(script)?.[1] ?? ''
  let number = 0
  const tell = (): void => {
    number += 1
    const proc = world.proc(node)
    const words = (name: string): string => (proc[name] ?? '').trim().replaceAll('\n', ' ')
    const up = words('uptime').split(' ')[0]
    const fields = [
      token,
      number,
      words('sys/kernel/random/boot_id'),
      up,
      moved(proc['meminfo'] ?? '')
        .trim()
        .replaceAll('\n', ' '),
    ]
    channel.write(`\n${[...fields, words('pressure/memory'), 'oom_kill 0', number].join('|')}\n`)
  }
  const timer = setInterval(tell, 1000)
  channel.once('close', () => clearInterval(timer))
  tell()
}

function inBash(home: NodeHome, script: string): Promise<string> {
  const child = spawn('/bin/bash', ['-s'], { cwd: home.home, env: home.env, stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.end(script)
  return textOf(child.stdout)
}

async function textOf(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('latin1')
}
