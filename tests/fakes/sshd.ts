// A real OpenSSH server on loopback with a world of its own: a home folder, a PATH whose first folder holds the test's fake
// executables, a login, and a stand-in for the few files of /proc that tests change.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { fingerprint, generateKeyPair } from '../../server/adapters/ssh/key-pair.ts'
import type { Machine } from '../../server/domain/machine.ts'

const sshd = '/usr/sbin/sshd'

export interface FakeSshd {
  readonly home: string
  readonly proc: string
  readonly port: number
  readonly privateKey: string
  /** The machine as the appliance would know it; the host key is pinned. */
  readonly machine: Machine
  /** Puts an executable on the PATH: the text of a bash script without its first line. */
  tool(name: string, body: string): void
  /** Lets one more key in. */
  authorize(publicKey: string): void
  /** The boot id it tells from now on. */
  bootAs(id: string): void
  /** How often somebody was let in. */
  logins(): number
  /** Writes a file below the home folder. */
  write(path: string, text: string): void
  read(path: string): string
  exists(path: string): boolean
  /** Sessions' processes of this server end; the server goes on. */
  dropConnections(): void
  /** New connections fall away; a new identity is shown from then on. */
  changeHostKey(): Promise<void>
  /** Lines of the server's log. */
  log(): string
  stop(): Promise<void>
}

export interface SshdOptions {
  readonly address?: string
  /** Where it is reached when it listens everywhere. */
  readonly reachedAt?: string
  /** A bash script that stands for the user's login shell: it gets the command in SSH_ORIGINAL_COMMAND. */
  readonly loginShell?: string
}

export async function startSshd({ address = '127.0.0.1', reachedAt = address, loginShell }: SshdOptions = {}): Promise<FakeSshd> {
  if (!existsSync(sshd)) throw new Error('sshd is not installed: apt-get install openssh-server')
  const root = mkdtempSync(join(tmpdir(), 'spark-control-sshd-'))
  const [home, proc, bin] = ['home', 'proc', 'bin'].map((name) => join(root, name)) as [string, string, string]
  for (const dir of [home, bin, join(proc, 'pressure'), join(proc, 'sys/kernel/random')]) mkdirSync(dir, { recursive: true })
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const port = await freePort(address)
  const pair = generateKeyPair()
  const put = (path: string, text: string, mode = 0o600): void => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, mode)
  }
  put(join(root, 'authorized_keys'), `${pair.publicKey}\n`)
  put(
    join(proc, 'meminfo'),
    'MemTotal:       127600748 kB\nMemFree:         9000000 kB\nMemAvailable:   118566368 kB\nCached:         80000000 kB\n',
  )
  put(join(proc, 'pressure/memory'), 'some avg10=0.25 avg60=0.10 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n')
  put(join(proc, 'uptime'), '4242.42 9000.00\n')
  put(join(proc, 'sys/kernel/random/boot_id'), '11111111-2222-3333-4444-555555555555\n')
  if (loginShell !== undefined) put(join(root, 'login-shell'), `#!/usr/bin/env bash\n${loginShell}\n`, 0o755)
  put(
    join(root, 'sshd_config'),
    [
      `ListenAddress ${address}:${port}`,
      `HostKey ${root}/host_key`,
      `AuthorizedKeysFile ${root}/authorized_keys`,
      'PasswordAuthentication no',
      'UsePAM no',
      'StrictModes no',
      'PidFile none',
      'LogLevel VERBOSE',
      `SetEnv HOME=${home} PATH=${bin}:/usr/local/bin:/usr/bin:/bin SPARK_CONTROL_PROC=${proc} SPARK_CONTROL_SYS=${join(root, 'sys')}`,
      ...(loginShell === undefined ? [] : [`ForceCommand ${root}/login-shell`]),
      '',
    ].join('\n'),
  )

  let server: ChildProcess
  let written = ''
  const newHostKey = (): string => {
    rmSync(join(root, 'host_key'), { force: true })
    rmSync(join(root, 'host_key.pub'), { force: true })
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(root, 'host_key')])
    return fingerprint(Buffer.from(readFileSync(join(root, 'host_key.pub'), 'utf8').split(' ')[1] ?? '', 'base64'))
  }
  const start = async (): Promise<void> => {
    server = spawn(sshd, ['-D', '-e', '-f', join(root, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] })
    server.stderr?.on('data', (chunk: Buffer) => {
      written += chunk.toString()
    })
    await untilListening(reachedAt, port)
  }
  const sessions = (): number[] => childrenOf(server.pid ?? 0)
  const halt = async (): Promise<void> => {
    const ended = new Promise((resolve) => server.once('exit', resolve))
    for (const pid of sessions()) kill(pid)
    server.kill('SIGKILL')
    await ended
  }
  const hostKey = newHostKey()
  await start()
  return {
    home,
    proc,
    port,
    privateKey: pair.privateKey,
    machine: {
      id: 'spark1',
      name: 'spark-1',
      address: reachedAt,
      port,
      user: userInfo().username,
      hostKey,
      fabricAddress: null,
      launcherPath: null,
      cachePath: null,
      modelFolders: [],
      addedAt: 0,
    },
    tool: (name, body) => put(join(bin, name), `#!/usr/bin/env bash\n${body}\n`, 0o755),
    authorize: (publicKey) => appendFileSync(join(root, 'authorized_keys'), `${publicKey}\n`),
    bootAs: (id) => put(join(proc, 'sys/kernel/random/boot_id'), `${id}\n`),
    logins: () => written.split('Accepted publickey').length - 1,
    write: (path, text) => put(join(home, path), text),
    read: (path) => readFileSync(join(home, path), 'utf8'),
    exists: (path) => existsSync(join(home, path)),
    dropConnections: () => sessions().forEach(kill),
    async changeHostKey() {
      await halt()
      newHostKey()
      await start()
    },
    log: () => written,
    async stop() {
      await halt()
      rmSync(root, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    const children = text.trim().split(/\s+/).filter(Boolean).map(Number)
    return [...children, ...children.flatMap((child) => (isSshd(child) ? childrenOf(child).filter(isSshd) : []))]
  } catch {
    return []
  }
}

function isSshd(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('sshd')
  } catch {
    return false
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was gone already.
  }
}

function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, address, () => {
      const found = server.address()
      server.close(() => (typeof found === 'object' && found !== null ? resolve(found.port) : reject(new Error('no port'))))
    })
  })
}

async function untilListening(address: string, port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, address)
      socket.once('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('sshd did not start')
}
