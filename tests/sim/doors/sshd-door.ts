// Door 3: a real sshd for every simulated node, under the user who runs the tests.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { accessSync, appendFileSync, chmodSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Reach } from '../core/types.ts'
import { entryCommand, type NodeHome } from './node-home.ts'
import { daemonsUnder, send } from './node-processes.ts'
import { type Door, type DoorOptions, openSite } from './node-site.ts'
import { type HostKey, hostKeyOf } from './ssh-keys.ts'

/** How long an sshd may take until it greets, ms. */
const startMs = 10_000

interface Daemon {
  readonly home: NodeHome
  readonly address: string
  readonly port: number
  readonly hostKey: string
  readonly keysFile: string
  readonly start: () => Promise<void>
  readonly pid: () => number | undefined
  /** sshd's own processes that hold a connection each; what they run is not among them. */
  readonly sessions: () => readonly number[]
  readonly end: () => Promise<void>
}

/** Opens it; rejects with a sentence when there is no sshd. */
export async function openSshdDoor(options: DoorOptions): Promise<Door> {
  const sshd = findSshd()
  // As root sshd locks itself into this folder between connection and login, and refuses to start without it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const more = newerOptions(sshd)
  const site = await openSite(options)
  const daemons: Daemon[] = []
  try {
    for (const home of site.homes) {
      const address = options.world.look(home.node).address
      const port = options.basePort ?? (await freePort(address))
      const daemon = prepare({
        sshd,
        more,
        home,
        address,
        port,
        folder: join(site.dir, home.node, 'sshd'),
        hostKey: hostKeyOf(home.node, options.hostKeys),
        keys: options.authorizedKeys ?? [],
      })
      daemons.push(daemon)
      await daemon.start()
      site.guard(home.node, { listener: daemon.pid, turn: (reach) => turn(daemon, reach) })
    }
  } catch (error) {
    for (const daemon of daemons) await daemon.end()
    await site.stop()
    throw error
  }
  const user = userInfo().username
  return {
    machines: daemons.map(({ home, address, port, hostKey }) => ({ name: home.node, address, port, user, hostKey, home: home.home })),
    authorize(publicKey, node) {
      for (const daemon of daemons)
        if (node === undefined || node === daemon.home.node) appendFileSync(daemon.keysFile, `${publicKey.trim()}\n`)
    },
    settled: () => site.settled(),
    stop: () => site.stop(),
  }
}

/** A frozen host's kernel still takes connections, but nobody greets: the site stops the sessions, this the listener. */
async function turn(daemon: Daemon, reach: Reach): Promise<void> {
  if (reach === 'down') {
    // Its sessions are processes of their own and would outlive it.
    for (const pid of daemon.sessions()) send(pid, 'SIGKILL')
    return await daemon.end()
  }
  if (daemon.pid() === undefined) await daemon.start()
  const pid = daemon.pid()
  if (pid !== undefined) send(pid, reach === 'frozen' ? 'SIGSTOP' : 'SIGCONT')
}

function findSshd(): string {
  const found = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd', '/sbin/sshd'].find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  if (found === undefined) throw new Error('There is no sshd on this machine: install openssh-server (make deps).')
  return found
}

/** From 9.8 on sshd shuts out an address after a few refused keys, which is what tests of refused keys are about. */
function newerOptions(sshd: string): readonly string[] {
  const said = spawnSync(sshd, ['-V'], { encoding: 'utf8' })
  const [, major = '0', minor = '0'] = /OpenSSH_(\d+)\.(\d+)/.exec(`${said.stdout}${said.stderr}`) ?? []
  return Number(major) * 100 + Number(minor) >= 908 ? ['PerSourcePenalties no'] : []
}

interface DaemonOrder {
  readonly sshd: string
  /** Lines of sshd_config that only this sshd knows. */
  readonly more: readonly string[]
  readonly home: NodeHome
  readonly address: string
  readonly port: number
  readonly folder: string
  readonly hostKey: HostKey
  readonly keys: readonly string[]
}

function prepare({ sshd, more, home, address, port, folder, hostKey, keys }: DaemonOrder): Daemon {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const keysFile = join(folder, 'authorized_keys')
  const configFile = join(folder, 'sshd_config')
  writePrivate(join(folder, 'host_key'), hostKey.privateKey)
  writePrivate(keysFile, keys.map((key) => `${key.trim()}\n`).join(''))
  writeFileSync(configFile, configText({ home, address, port, folder, keysFile, more }))

  let child: ChildProcess | undefined
  const pid = (): number | undefined => (child?.exitCode === null && child.signalCode === null ? child.pid : undefined)
  return {
    home,
    address,
    port,
    hostKey: hostKey.fingerprint,
    keysFile,
    pid,
    sessions: () => daemonsUnder(pid()),
    async start() {
      // -D: stays our child, so that we know when it ends and end it by its pid.
      child = spawn(sshd, ['-D', '-f', configFile, '-E', join(folder, 'log')], { stdio: 'ignore' })
      child.on('error', () => undefined)
      await greeted(address, port, pid, join(folder, 'log'))
    },
    async end() {
      const running = child
      if (running === undefined || pid() === undefined) return
      const gone = new Promise((resolve) => running.once('exit', resolve))
      running.kill('SIGKILL')
      await gone
    },
  }
}

interface ConfigFacts {
  readonly home: NodeHome
  readonly address: string
  readonly port: number
  readonly folder: string
  readonly keysFile: string
  readonly more: readonly string[]
}

function configText({ home, address, port, folder, keysFile, more }: ConfigFacts): string {
  const variables = Object.entries(home.env).map(([name, value]) => `"${name}=${value}"`)
  return [
    `ListenAddress ${address}`,
    `Port ${port}`,
    `HostKey "${join(folder, 'host_key')}"`,
    `PidFile none`,
    `AuthorizedKeysFile "${keysFile}"`,
    'StrictModes no',
    'UsePAM no',
    'UseDNS no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'PrintMotd no',
    // Every login and every channel is a line of its log.
    'LogLevel VERBOSE',
    ...more,
    'Subsystem sftp internal-sftp',
    `SetEnv ${variables.join(' ')}`,
    // A login begins in the user's real home; a node's begins in its own.
    `ForceCommand ${entryCommand}`,
    '',
  ].join('\n')
}

function writePrivate(path: string, text: string): void {
  writeFileSync(path, text)
  chmodSync(path, 0o600)
}

/** Resolves when something at the port says SSH-2.0. */
async function greeted(address: string, port: number, pid: () => number | undefined, log: string): Promise<void> {
  const until = Date.now() + startMs
  while (!(await greets(address, port))) {
    if (pid() === undefined) throw new Error(`sshd for ${address}:${port} ended at once: ${tailOf(log)}`)
    if (Date.now() > until) throw new Error(`sshd for ${address}:${port} does not answer: ${tailOf(log)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function greets(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address)
    const done = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(1_000, () => done(false))
    socket.once('data', (chunk) => done(chunk.toString('latin1').startsWith('SSH-')))
    socket.once('error', () => done(false))
    socket.once('end', () => done(false))
  })
}

function tailOf(log: string): string {
  try {
    return readFileSync(log, 'utf8').trim().split('\n').slice(-3).join(' / ')
  } catch {
    return 'it said nothing'
  }
}

async function freePort(address: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, address, resolve))
  const bound = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof bound === 'object' && bound !== null ? bound.port : 0
}
