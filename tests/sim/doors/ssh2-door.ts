// Door 2: an SSH server in this process for every simulated node, which runs what it is sent in a real bash. Needs neither root nor sshd.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { timingSafeEqual } from 'node:crypto'
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel, type Session } from 'ssh2'
import type { Reach } from '../core/types.ts'
import { entryCommand, type NodeHome } from './node-home.ts'
import { send } from './node-processes.ts'
import { type Door, type DoorOptions, openSite } from './node-site.ts'
import { type HostKey, hostKeyOf, parseKey } from './ssh-keys.ts'

/** Every user name is let in; this one is told. */
const user = 'spark'

interface Entrance {
  readonly home: NodeHome
  readonly address: string
  readonly port: number
  readonly hostKey: string
  readonly keys: ParsedKey[]
  turn(reach: Reach): Promise<void>
}

/** Opens it. The processes of a node end with `stop()`, not with the connection that started them. */
export async function openSsh2Door(options: DoorOptions): Promise<Door> {
  const site = await openSite(options)
  const entrances: Entrance[] = []
  try {
    for (const home of site.homes) {
      const hostKey = hostKeyOf(home.node, options.hostKeys)
      const entrance = await openEntrance({ home, hostKey, address: options.world.look(home.node).address, port: options.basePort ?? 0 })
      entrance.keys.push(...(options.authorizedKeys ?? []).map(parseKey))
      entrances.push(entrance)
      site.guard(home.node, { turn: entrance.turn })
    }
  } catch (error) {
    for (const entrance of entrances) await entrance.turn('down')
    await site.stop()
    throw error
  }
  return {
    machines: entrances.map(({ home, address, port, hostKey }) => ({ name: home.node, address, port, user, hostKey, home: home.home })),
    authorize(publicKey, node) {
      const key = parseKey(publicKey)
      for (const entrance of entrances) if (node === undefined || node === entrance.home.node) entrance.keys.push(key)
    },
    settled: () => site.settled(),
    stop: () => site.stop(),
  }
}

interface EntranceOrder {
  readonly home: NodeHome
  readonly hostKey: HostKey
  readonly address: string
  /** 0: any that is free. */
  readonly port: number
}

async function openEntrance({ home, hostKey, address, port: wantedPort }: EntranceOrder): Promise<Entrance> {
  const keys: ParsedKey[] = []
  const sockets = new Set<Socket>()
  let held: Socket[] = []
  let reach: Reach = 'up'
  const ssh = new ssh2.Server({ hostKeys: [hostKey.privateKey], ident: 'OpenSSH_9.6p1 Ubuntu-3ubuntu13.5' }, (client) =>
    greet(client, home, keys),
  )
  const onSocket = (socket: Socket): void => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    if (reach === 'frozen') held.push(socket)
    else ssh.injectSocket(socket)
  }
  let server = await listen(address, wantedPort, onSocket)
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : wantedPort

  return {
    home,
    address,
    port,
    hostKey: hostKey.fingerprint,
    keys,
    async turn(next) {
      const before = reach
      reach = next
      if (before === 'down') server = await listen(address, port, onSocket)
      if (next === 'frozen') for (const socket of sockets) socket.pause()
      if (next === 'up') thaw()
      if (next === 'down') await shut()
    },
  }

  function thaw(): void {
    for (const socket of sockets) socket.resume()
    for (const socket of held.splice(0)) ssh.injectSocket(socket)
  }
  async function shut(): Promise<void> {
    held = []
    for (const socket of sockets) socket.destroy()
    await close(server)
  }
}

function listen(address: string, port: number, onSocket: (socket: Socket) => void): Promise<NetServer> {
  const server = createServer(onSocket)
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, address, () => resolve(server)))
}

const close = (server: NetServer): Promise<void> => new Promise((resolve) => server.close(() => resolve()))

function greet(client: Connection, home: NodeHome, keys: readonly ParsedKey[]): void {
  client.on('error', () => undefined)
  client.on('authentication', (context) => {
    if (isKnown(context, keys)) context.accept()
    else context.reject(['publickey'])
  })
  client.on('session', (accept) => serveSession(accept(), home))
}

function isKnown(context: AuthContext, keys: readonly ParsedKey[]): boolean {
  if (context.method !== 'publickey') return false
  const key = keys.find((one) => one.type === context.key.algo && sameBytes(one.getPublicSSH(), context.key.data))
  if (key === undefined) return false
  // Without a signature the client only asks whether this key would do.
  return context.signature === undefined || key.verify(context.blob ?? Buffer.alloc(0), context.signature, context.hashAlgo) === true
}

const sameBytes = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other)

/** One exec or shell; a terminal is refused, so a person's `ssh` goes on without one. */
function serveSession(session: Session, home: NodeHome): void {
  let child: ChildProcessWithoutNullStreams | undefined
  session.on('pty', (_accept, reject) => reject?.())
  session.on('exec', (accept, _reject, { command }) => {
    child = run(accept(), home, command)
  })
  session.on('shell', (accept) => {
    child = run(accept(), home, '')
  })
  session.on('signal', (accept, _reject, { name }) => {
    if (child?.pid !== undefined) send(-child.pid, `SIG${name}` as NodeJS.Signals)
    accept?.()
  })
}

/** As sshd does it: its own session, exit code when the process ends, the channel open while anything holds its streams. */
function run(channel: ServerChannel, home: NodeHome, command: string): ChildProcessWithoutNullStreams {
  const child = spawn('/bin/bash', ['-c', entryCommand], {
    cwd: home.home,
    env: { ...home.env, USER: user, LOGNAME: user, SSH_ORIGINAL_COMMAND: command },
    detached: true,
  })
  for (const stream of [channel, child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined)
  channel.pipe(child.stdin)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.on('error', () => {
    channel.exit(127)
    channel.end()
  })
  child.on('exit', (code, signal) => {
    if (signal !== null) channel.exit(signal.replace(/^SIG/, ''))
    else channel.exit(code ?? 255)
  })
  child.on('close', () => channel.end())
  // Nobody listens any more: what still writes gets a broken pipe, what does not goes on.
  channel.on('close', () => {
    child.stdin.destroy()
    child.stdout.destroy()
    child.stderr.destroy()
  })
  return child
}
