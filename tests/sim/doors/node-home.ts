// A simulated node's own corner of this disk: its HOME, the executables on its PATH, and its /proc files.
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { NodeLook, World } from '../core/types.ts'
import { createHubFiles } from './hub-files.ts'
import { quote, stubText, type ToolSocket } from './tool-socket.ts'

export interface NodeHome {
  readonly node: string
  readonly home: string
  /** What a command sent over SSH finds in its environment. */
  readonly env: Readonly<Record<string, string>>
  /** Files follow the world now; called by itself after every change and every second. */
  refresh(): void
  stop(): void
}

/** On the PATH of every command; uvx is only on a login shell's. */
const onPath = ['docker', 'df', 'nvidia-smi', 'ibdev2netdev', 'ip', 'git', 'hostname', 'rsync', 'sudo', 'ping', 'last', 'journalctl']
const systemPath = '/usr/local/bin:/usr/bin:/bin'
const refreshMs = 1_000

export interface NodeHomeNeeds {
  readonly world: World
  readonly node: string
  /** Of this node alone; made when it is not there. */
  readonly folder: string
  readonly socket: ToolSocket
}

export function openNodeHome({ world, node, folder, socket }: NodeHomeNeeds): NodeHome {
  const look = world.look(node)
  const simulatedHome = look.hubPath.replace(/\/\.cache\/huggingface\/hub$/, '')
  const home = join(folder, 'home')
  const bin = join(folder, 'fakebin')
  const proc = join(folder, 'proc')
  const sys = join(folder, 'sys')
  const launcher = look.launcher === null ? null : launcherFolder(look.launcher.path, simulatedHome, home)
  const isLauncherElsewhere = look.launcher !== null && launcher !== null && !look.launcher.path.startsWith(`${simulatedHome}/`)
  socket.namePaths(node, [
    ...(isLauncherElsewhere ? [{ simulated: look.launcher.path, real: launcher }] : []),
    { simulated: simulatedHome, real: home },
  ])

  const stub = (path: string, tool: string, more = ''): void => {
    writeExecutable(path, stubText(socket, node, tool, more))
  }
  for (const tool of onPath) stub(join(bin, tool), tool)
  stub(join(bin, 'curl'), 'curl', curlText)
  stub(join(bin, 'git'), 'git', realGitText(launcher))
  writeShellFiles(home, bin)
  const fish = join(folder, 'shells/fish')
  const login = join(folder, 'login')
  writeExecutable(fish, fishText)
  if (look.launcher !== null && launcher !== null) {
    writeLauncher(look.launcher, look.dotenv, launcher, stub)
    const { launcherRecipes = {}, launcherMods = {} } = world.options.nodes.find((one) => one.name === node) ?? {}
    writeFolder(join(launcher, 'recipes'), launcherRecipes)
    for (const [name, files] of Object.entries(launcherMods)) writeFolder(join(launcher, 'mods', name), files)
  }

  const hubPath = join(home, '.cache/huggingface/hub')
  const hub = createHubFiles(hubPath, join(home, 'models'), {
    now: () => world.options.clock.now(),
    onGone: (repo) => world.removeModel(node, repo),
  })
  mkdirSync(hubPath, { recursive: true })
  const uvx = join(home, '.local/bin/uvx')
  let sysText = ''
  /** Links change seldom, and there are many files of them. */
  const writeSys = (): void => {
    const files = Object.entries(world.sys(node))
    const text = JSON.stringify(files)
    if (text === sysText) return
    sysText = text
    for (const [name, content] of files) replaceFile(join(sys, name), content)
  }
  const refresh = (): void => {
    const now = world.look(node)
    if (!isRoot) setOwner(hubPath, true)
    hub.write(world.models(node))
    hub.touch()
    if (!world.look(node).uvx) rmSync(uvx, { force: true })
    else if (!existsSync(uvx)) stub(uvx, 'uvx')
    replaceFile(login, loginText(now, fish))
    setOwner(hubPath, now.cacheWritable)
    for (const [name, text] of Object.entries(world.proc(node))) replaceFile(join(proc, name), text)
    writeSys()
    if (launcher !== null && now.launcher !== null) writeCommit(launcher, now.launcher.commit)
  }
  refresh()
  const forget = world.onChange(refresh)
  const timer = setInterval(refresh, refreshMs)
  return {
    node,
    home,
    env: {
      HOME: home,
      PATH: `${bin}:${systemPath}`,
      SHELL: '/bin/bash',
      HOSTNAME: node,
      LANG: 'C.UTF-8',
      SPARK_CONTROL_PROC: proc,
      SPARK_CONTROL_SYS: sys,
      SIM_LOGIN: login,
    },
    refresh,
    stop() {
      forget()
      clearInterval(timer)
    },
  }
}

/** A launcher outside the simulated home still lives inside the real one: the rest of this disk is not ours. */
function launcherFolder(path: string, simulatedHome: string, home: string): string {
  return path.startsWith(`${simulatedHome}/`) ? join(home, path.slice(simulatedHome.length)) : join(home, path)
}

/** What sshd runs for a login: what the node has in its way today, then its shell. */
export const entryCommand = `cd "$HOME"; . "$SIM_LOGIN"; if [ -n "$SSH_ORIGINAL_COMMAND" ]; then exec $SIM_WRAP "$SHELL" -c "$SSH_ORIGINAL_COMMAND"; else exec $SIM_WRAP "$SHELL" -l; fi`

/** root writes anywhere; without these it is a user like any other. */
const asAnybody = 'setpriv --bounding-set=-dac_override,-dac_read_search'
const isRoot = process.getuid?.() === 0

/** The cache of somebody else: everybody may read it. */
function setOwner(folder: string, ours: boolean): void {
  if (isRoot) chownSync(folder, ours ? 0 : 65_534, ours ? 0 : 65_534)
  else chmodSync(folder, ours ? 0o755 : 0o555)
}

/** What is in the way of a login: start files that talk, a shell that is no bash, a cache that may not be written. */
function loginText(look: NodeLook, fish: string): string {
  const noise = `echo 'Welcome to DGX Spark, ${look.name}! Have a lot of fun.'; echo 'stdin: is not a tty' >&2\n`
  const wrap = isRoot && !look.cacheWritable ? `SIM_WRAP='${asAnybody}'\n` : ''
  return `${wrap}${look.banner ? noise : ''}${look.loginShell === 'fish' ? `SHELL=${quote(fish)}\nexport SHELL\n` : ''}`
}

/** Stands in for fish: runs plain commands, refuses what only bash understands, as fish words it. */
const fishText = `#!/bin/bash
while [ "$1" = -l ]; do shift; done
[ "$1" = -c ] || exec bash
case $2 in
  *'\${'*|*'$('*|*'[['*|*'<<'*|*'$?'*|*'() {'*|*'; then'*|*'; do'*)
    echo "fish: Unsupported use of shell syntax. This is not bash." >&2
    exit 127 ;;
esac
exec bash -c "$2"
`

/** As Ubuntu's skeleton: .bashrc does nothing in a shell without a person, .profile adds ~/.local/bin. */
function writeShellFiles(home: string, bin: string): void {
  mkdirSync(join(home, '.local/bin'), { recursive: true })
  writeFileSync(join(home, '.bashrc'), 'case $- in *i*) ;; *) return ;; esac\n')
  // /etc/profile of Debian sets PATH anew, so the simulated executables are put back here.
  writeFileSync(join(home, '.profile'), `PATH="$HOME/.local/bin:"${quote(bin)}":$PATH"\n`)
}

/** Words after `exec` keep their quotes from this day on, because the script prints them with %q; readers look for that. */
const quotesSince = '2026-03-06'
const launcherText = (date: string): string =>
  `# Stands in for launch-cluster.sh of spark-vllm-docker; the simulator answers as that script would.\n${
    date < quotesSince ? '' : `# Words after exec keep their quotes:\n#   printf '%q ' "$@"\n`
  }`

/** The checkout of the launcher is simulated; every other one on this disk is real. */
const realGitText = (launcher: string | null): string => {
  const real = 'exec /usr/bin/git "$@"'
  return launcher === null
    ? `${real}\n`
    : `here=$PWD named=; for word; do [ -z "$named" ] || { here=$word; break; }; [ "$word" != -C ] || named=yes; done\ncase $here/ in ${quote(launcher)}/*) ;; *) ${real} ;; esac\n`
}

/** The simulator sees words, not files: what `-H @FILE` names goes along. */
const curlText = `for word; do case $word in @/*) FAKE_CURL_HEADER=$(<"\${word#@}") ;; esac; done\n`

type WriteStub = (path: string, tool: string, more?: string) => void

function writeLauncher(launcher: NonNullable<NodeLook['launcher']>, dotenv: NodeLook['dotenv'], folder: string, stub: WriteStub): void {
  mkdirSync(join(folder, '.git'), { recursive: true })
  writeFileSync(join(folder, '.git/HEAD'), 'ref: refs/heads/main\n')
  stub(join(folder, 'launch-cluster.sh'), 'launch-cluster.sh', launcherText(launcher.date))
  stub(join(folder, 'hf-download.sh'), 'hf-download.sh')
  const lines = Object.entries(dotenv).map(([key, value]) => `${key}=${quote(value)}\n`)
  if (lines.length > 0) writeFileSync(join(folder, '.env'), lines.join(''))
}

/** Another commit is another line here: readers tell by this file that the checkout changed. */
function writeCommit(folder: string, commit: string): void {
  const path = join(folder, '.git/logs/HEAD')
  if (existsSync(path) && readFileSync(path, 'utf8') === `${commit}\n`) return
  replaceFile(path, `${commit}\n`)
}

function writeFolder(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}

function writeExecutable(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, 0o755)
}

/** Readers see the old text or the new one. */
function replaceFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}
