// A simulated node's own corner of this disk: its HOME, the executables on its PATH, and its /proc files.
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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
const onPath = ['docker', 'nvidia-smi', 'ibdev2netdev', 'ip', 'git', 'hostname']
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
  writeShellFiles(home, bin)
  if (look.launcher !== null && launcher !== null) {
    writeLauncher(look.launcher, look.dotenv, launcher, stub)
    writeRecipes(join(launcher, 'recipes'), world.options.nodes.find((one) => one.name === node)?.launcherRecipes ?? {})
  }

  const hub = createHubFiles(join(home, '.cache/huggingface/hub'), join(home, 'models'), () => world.options.clock.now())
  mkdirSync(join(home, '.cache/huggingface/hub'), { recursive: true })
  const uvx = join(home, '.local/bin/uvx')
  const refresh = (): void => {
    hub.write(world.models(node))
    hub.touch()
    if (!world.look(node).uvx) rmSync(uvx, { force: true })
    else if (!existsSync(uvx)) stub(uvx, 'uvx')
    for (const [name, text] of Object.entries(world.proc(node))) replaceFile(join(proc, name), text)
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

type WriteStub = (path: string, tool: string, more?: string) => void

function writeLauncher(launcher: NonNullable<NodeLook['launcher']>, dotenv: NodeLook['dotenv'], folder: string, stub: WriteStub): void {
  mkdirSync(join(folder, '.git'), { recursive: true })
  writeFileSync(join(folder, '.git/HEAD'), 'ref: refs/heads/main\n')
  stub(join(folder, 'launch-cluster.sh'), 'launch-cluster.sh', launcherText(launcher.date))
  stub(join(folder, 'hf-download.sh'), 'hf-download.sh')
  const lines = Object.entries(dotenv).map(([key, value]) => `${key}=${quote(value)}\n`)
  if (lines.length > 0) writeFileSync(join(folder, '.env'), lines.join(''))
}

function writeRecipes(folder: string, recipes: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(recipes)) writeFileSync(join(folder, name), text)
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
