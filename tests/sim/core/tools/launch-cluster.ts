// launch-cluster.sh: reads its flags, finds its nodes, and starts, stops or looks at the containers of one name.
import { daemonTrouble } from '../container.ts'
import { passed } from '../moments.ts'
import { reachOf, type SimNode } from '../node.ts'
import type { Tool } from '../sim.ts'
import type { Moment, ToolIo } from '../types.ts'
import { execute, startCluster } from './launcher-exec.ts'
import { parseLauncherFlags, usageText } from './launcher-flags.ts'
import { checkImages, isRunning, type Launch, sshReaches } from './launcher-launch.ts'
import { type Crew, detectCrew, trimCrew } from './launcher-nodes.ts'
import { stopCluster } from './launcher-stop.ts'

export const launchCluster: Tool = async (sim, call, io) => {
  const node = sim.node(call.node)
  const parsed = parseLauncherFlags(node.era, call.argv)
  if (!parsed.ok) {
    io.out(`${parsed.trouble === null ? '' : `${parsed.trouble}\n`}${usageText(node.era, './launch-cluster.sh')}`)
    return 1
  }
  const flags = parsed.flags
  const containerEnv = node.era === 'E1' ? [] : readDotenv(node.options.dotenv, io)
  const missing = missingMod(node, flags.mods)
  if (missing !== null) {
    io.out(`Error: Mod path '${missing}' does not exist.\n`)
    return 1
  }
  const crew = await detectCrew(sim, node, flags, io)
  if (typeof crew === 'number') return crew
  if (flags.action === null && !flags.checkConfig) return 0
  const name = flags.name === 'vllm_node' ? (node.options.dotenv?.['CONTAINER_NAME'] ?? flags.name) : flags.name
  const launch: Launch = {
    sim,
    io,
    node,
    flags,
    crew,
    name,
    containerEnv,
    ray: !crew.solo && (node.era === 'E3' ? flags.ray : !flags.noRay),
    say: (line) => io.out(`${line}\n`),
  }
  sayHeader(launch)
  return await act(launch)
}

async function act(launch: Launch): Promise<number> {
  const { flags, say } = launch
  if (flags.action === 'stop') return await stopCluster(launch)
  if (flags.action === 'status') return sayStatus(launch)
  if (!(await checkSsh(launch))) return 1
  if (flags.checkConfig) {
    say(`Docker Args: ${dockerArgs(launch)}`)
    say('Configuration Check Complete.')
    return 0
  }
  const crew = trimmed(launch)
  if (crew === null) return 1
  return await bringUp({ ...launch, crew })
}

const trimmed = ({ crew, node, flags, say }: Launch): Crew | null =>
  crew.solo || node.era === 'E1' ? crew : trimCrew(crew, flags.words, say)

/** 129: its terminal went away (F23). */
async function bringUp(launch: Launch): Promise<number> {
  const terminal = new AbortController()
  const io = { ...launch.io, signal: AbortSignal.any([launch.io.signal, terminal.signal]) }
  try {
    return await takeSteps({ ...launch, io }, () => terminal.abort(new Error('hang-up')))
  } catch (error) {
    if (launch.io.signal.aborted || !terminal.signal.aborted) throw error
    return 129
  }
}

async function takeSteps(launch: Launch, hangUp: () => void): Promise<number> {
  const members = [launch.crew.head, ...launch.crew.workers].flatMap(({ node }) => node?.name ?? [])
  const model = launch.flags.words[2] ?? ''
  const at = (moment: Moment): Promise<void> => passed(launch.sim, { moment, nodes: members, leads: true, model, from: 0, to: 0, hangUp })
  await at('launcher')
  const wasRunning = sayRunning(launch)
  if (!wasRunning) {
    if (!launch.crew.solo && !checkImages(launch)) return 1
    const failed = await startCluster(launch)
    if (failed !== null) return failed
    await at('containers')
    launch.io.signal.throwIfAborted()
  }
  return await execute({ ...launch, wasRunning })
}

/** Mods are looked at before anything else. That a path must hold a run.sh is from the reference; the words are made up. */
function missingMod({ options }: SimNode, mods: readonly string[]): string | null {
  if (options.launcherMods === undefined) return null
  const isThere = (path: string): boolean => {
    const name = path.replace(/\/+$/, '').split('/').at(-1) ?? ''
    return options.launcherMods?.[name]?.['run.sh'] !== undefined
  }
  return mods.find((path) => !isThere(path)) ?? null
}

function readDotenv(dotenv: Readonly<Record<string, string>> | undefined, io: ToolIo): readonly string[] {
  if (dotenv === undefined) return []
  const keys = Object.keys(dotenv)
  io.out('Loading configuration from .env file...\n')
  io.out(`Loaded .env variables: ${keys.map((key) => `DOTENV_${key}`).join(' ')}\n`)
  const forContainer = keys.filter((key) => key.startsWith('CONTAINER_') && key !== 'CONTAINER_NAME')
  for (const key of forContainer) io.out(`Adding container env: ${key.slice('CONTAINER_'.length)}\n`)
  return forContainer.map((key) => `${key.slice('CONTAINER_'.length)}=${dotenv[key]}`)
}

function sayHeader({ say, crew, name, flags }: Launch): void {
  say(`Head Node: ${crew.head.address}`)
  say(`Worker Nodes: ${crew.workers.map((worker) => worker.address).join(' ')}`)
  say(`Container Name: ${name}`)
  say(`Image Name: ${flags.image}`)
  say(`Action: ${flags.action ?? 'start'}`)
}

async function checkSsh(launch: Launch): Promise<boolean> {
  const { sim, crew, node, io, say } = launch
  if (crew.solo) return true
  say('Checking SSH connectivity to worker nodes...')
  for (const worker of crew.workers) {
    const reaches = sshReaches(sim, worker)
    await sim.wait(node, reaches ? 250 : 5_000, io.signal)
    say(reaches ? `  SSH to ${worker.address}: OK` : `Error: Passwordless SSH to ${worker.address} failed.`)
    if (!reaches) return false
  }
  return true
}

/** R3: containers of that exact name anywhere mean that nothing is launched. */
function sayRunning({ sim, crew, name, say }: Launch): boolean {
  const found = [crew.head, ...crew.workers].filter((member) => member.node !== undefined && isRunning(sim, member.node, name))
  for (const member of found) {
    say(`Warning: Container '${name}' is already running on ${member === crew.head ? 'head' : 'worker'} node (${member.address}).`)
  }
  if (found.length > 0) say('Cluster containers are already running. Skipping launch.')
  return found.length > 0
}

/** R2: any line of `docker ps` that contains the name counts. R10, R11: ssh trouble is not told. */
function sayStatus({ sim, crew, name, say, ray }: Launch): number {
  say('Checking status...')
  for (const member of [crew.head, ...crew.workers]) {
    const where = member === crew.head ? '[HEAD]' : '[WORKER]'
    const lines =
      member.node === undefined || daemonTrouble(sim, member.node) !== null || reachOf(member.node, sim.clock.now()) !== 'up'
        ? []
        : [...member.node.containers.values()]
    const runs = lines.some(
      (one) => one.state === 'running' && `${one.id.slice(0, 12)} ${one.image} ${one.command.join(' ')} ${one.name}`.includes(name),
    )
    say(`${where} ${member.address}: Container '${name}' is ${runs ? 'RUNNING' : 'NOT running'}.`)
  }
  if (ray) say('--- Ray Status ---')
  if (ray) say(crew.head.node !== undefined && isRunning(sim, crew.head.node, name) ? 'Active: 1 node_0' : 'Failed to get ray status.')
  return 0
}

/** R13: verbatim, secrets and all. */
function dockerArgs({ flags, containerEnv, name }: Launch): string {
  const env = [...containerEnv, ...flags.env].map((pair) => `-e ${pair}`)
  const mode = flags.nonPrivileged ? '--cap-add=IPC_LOCK --shm-size=64g' : '--privileged --ipc=host'
  return ['--gpus all -d --rm --network host', `--name ${name}`, mode, ...env, ...flags.volumes.map((volume) => `-v ${volume}`)].join(' ')
}
