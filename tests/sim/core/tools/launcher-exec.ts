// Starting the containers and running the command in them: solo, ranks without Ray, or on the Ray head.
import { containerForExec, runContainer, type SimContainer, spawn } from '../container.ts'
import type { SimNode } from '../node.ts'
import type { SimProcess } from '../process.ts'
import { quoteWords } from '../shell-words.ts'
import { type Launch, sshReaches } from './launcher-launch.ts'
import type { Member } from './launcher-nodes.ts'
import { stopCluster } from './launcher-stop.ts'

type Running = Launch & { readonly wasRunning: boolean }

const sleeping = ['sleep', 'infinity']
const earlyoom = ['earlyoom', '-M', '524288,102400', '-s', '100', '-r', '60']

/** Containers on every node; docker's refusals are shown and not heeded (R5). A number ends the launch. */
export async function startCluster(launch: Launch): Promise<number | null> {
  const { crew, say, flags } = launch
  if (flags.nonPrivileged) say('Running in non-privileged mode...')
  say(`Starting Head Node on ${crew.head.address}...`)
  await runOn(launch, crew.head)
  for (const worker of crew.workers) {
    say(`Starting Worker Node on ${worker.address}...`)
    if (sshReaches(launch.sim, worker)) await runOn(launch, worker)
    else launch.io.err(`ssh: connect to host ${worker.address} port 22: Connection refused\n`)
  }
  if (flags.mods.length > 0 && !(await applyMods(launch))) {
    await stopCluster(launch)
    return 1
  }
  if (launch.ray) await startRay(launch)
  else await launch.sim.wait(launch.node, 2_000, launch.io.signal)
  return null
}

async function runOn({ sim, io, node, flags, name, containerEnv }: Launch, member: Member): Promise<void> {
  if (member.node === undefined) return
  const isRayEra = node.era === 'E1'
  const answer = await runContainer(
    sim,
    member.node,
    {
      name,
      image: flags.image,
      command: flags.earlyoom ? earlyoom : isRayEra ? ['ray', 'start', '--block'] : sleeping,
      env: [...nodeEnv(member), ...containerEnv, ...flags.env],
      mounts: [`${node.home}/.cache/huggingface:/root/.cache/huggingface`, ...flags.volumes],
      privileged: !flags.nonPrivileged,
      hostNetwork: flags.publish.length === 0,
    },
    io.signal,
  )
  if (answer.ok) io.out(`${answer.value.id}\n`)
  else io.err(`${answer.text}\n`)
}

const nodeEnv = (member: Member): readonly string[] => [
  `VLLM_HOST_IP=${member.address}`,
  'NCCL_IGNORE_CPU_AFFINITY=1',
  'PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True',
]

async function applyMods({ sim, io, node, crew, flags, name, say }: Launch): Promise<boolean> {
  say('Applying modifications to cluster nodes...')
  for (const member of [crew.head, ...crew.workers]) {
    for (const mod of flags.mods) {
      const short = mod.replace(/\/+$/, '').split('/').at(-1)
      say(`Applying mod '${short}' to ${member.address}...`)
      say('  Copying directory content to container...')
      const found = member.node === undefined ? null : containerForExec(sim, member.node, name)
      await sim.wait(node, 600, io.signal)
      if (found?.ok === true) io.err(`Successfully copied 14.8kB to ${name}:/workspace/mods/${short}/\n`)
      say(`  Running patch script on ${member.address}...`)
      if (found?.ok !== true || sim.faults.strike('F26', member.node?.name ?? '') !== null) {
        say(`Error: Patch script failed on ${member.address}`)
        return false
      }
    }
  }
  return true
}

async function startRay({ sim, io, node, crew, name, say }: Launch): Promise<void> {
  say(`Starting Ray HEAD node on ${crew.head.address}...`)
  for (const worker of crew.workers) say(`Starting Ray WORKER node on ${worker.address}...`)
  say('Waiting for cluster to be ready...')
  await sim.wait(node, 6_000, io.signal)
  const head = node.containers.get(name)
  if (head === undefined) return say('Timeout waiting for cluster to start.')
  head.rayPeers = crew.workers.flatMap(({ node: peer }) => {
    const container = peer?.containers.get(name)
    return peer === undefined || container === undefined ? [] : [{ node: peer, container }]
  })
  say('Cluster head is responsive.')
  await sim.wait(node, 5_000, io.signal)
}

/** The command in the containers. E1 has no -d for exec: it waits and tears down. */
export async function execute(launch: Running): Promise<number> {
  const { flags, node, say } = launch
  if (flags.action === 'start') return await afterStart(launch)
  const words = wordsForMode(launch)
  const daemon = flags.daemon && node.era !== 'E1'
  say(node.era === 'E1' ? `Executing command on head node: ${textOf(launch, words)}` : `Executing command: ${textOf(launch, words)}`)
  const asRanks = !launch.crew.solo && !launch.ray && textOf(launch, words).includes('vllm serve')
  const rank = asRanks ? rankFlags(launch) : () => []
  if (asRanks)
    for (const [index, worker] of launch.crew.workers.entries()) startWorker(launch, worker, index + 1, [...words, ...rank(index + 1)])
  const headText = textOf(launch, [...words, ...rank(0)])
  if (asRanks) say(`Executing command on head node (rank 0): ${headText}`)
  const started = execIn(launch, node, headText)
  if (daemon) return afterDaemon(launch, started.ok, asRanks)
  return started.ok ? await inForeground(launch, started.container, started.process) : await tearDown(launch, 1)
}

function afterDaemon({ io, say, name }: Running, started: boolean, asRanks: boolean): number {
  if (!started && asRanks) {
    io.err('Error: Failed to start the command on the head node.\n')
    return 1
  }
  // R6: solo and Ray never look at what docker exec said.
  say(`Command dispatched in background (Daemon mode). Container: ${name}`)
  return 0
}

/** %q since 2026-03-06; before, the words are joined and lose their quotes. */
function textOf({ node }: Launch, words: readonly string[]): string {
  const quotes = node.launcher === null || node.launcher.date >= '2026-03-06'
  return quotes ? quoteWords(words) : words.join(' ')
}

/** R8. */
function wordsForMode({ flags, crew, ray, io }: Launch): readonly string[] {
  const words = flags.words
  const isServe = words[0] === 'vllm' && words[1] === 'serve'
  if (crew.solo || !isServe) return words
  const at = words.findIndex((word) => word.startsWith('--distributed-executor-backend'))
  if (ray) {
    if (at >= 0) return words
    io.err('Adding --distributed-executor-backend ray for Ray mode.\n')
    return [...words, '--distributed-executor-backend', 'ray']
  }
  if (at < 0) return words
  return words.toSpliced(at, words[at]?.includes('=') ? 1 : 2)
}

function rankFlags({ crew, flags }: Launch): (rank: number) => readonly string[] {
  const total = String(crew.workers.length + 1)
  const base = ['--nnodes', total, '--node-rank']
  return (rank) => [
    ...base,
    String(rank),
    '--master-addr',
    crew.head.address,
    '--master-port',
    flags.masterPort,
    ...(rank === 0 ? [] : ['--headless']),
  ]
}

function startWorker(launch: Running, worker: Member, rank: number, words: readonly string[]): void {
  launch.say(`Launching worker (rank ${rank}) on ${worker.address}...`)
  if (sshReaches(launch.sim, worker)) execIn(launch, worker.node, textOf(launch, words))
  else launch.io.err(`ssh: connect to host ${worker.address} port 22: Connection refused\n`)
}

type Started = { readonly ok: true; readonly container: SimContainer; readonly process: SimProcess } | { readonly ok: false }

/** `docker exec -d NAME bash -c TEXT`: docker's refusal goes to stderr. */
function execIn({ sim, io, name }: Launch, node: SimNode, text: string): Started {
  const found = containerForExec(sim, node, name)
  if (!found.ok) {
    io.err(`${found.text}\n`)
    return { ok: false }
  }
  return { ok: true, container: found.value, process: spawn(sim, node, found.value, ['bash', '-c', text]) }
}

async function inForeground(launch: Running, container: SimContainer, process: SimProcess): Promise<number> {
  const unfollow = container.log.follow(launch.io.out)
  let code = 1
  try {
    code = await Promise.race([process.ended, launch.sim.aborted(launch.io.signal)])
    if (container.state === 'exited') {
      launch.io.err(`Container '${launch.name}' is no longer running; head command did not report completion.\n`)
      code = 1
    }
  } finally {
    unfollow()
    // R12: the trap runs even when the caller is gone; only a power cut stops it.
    code = await tearDown(launch, code)
  }
  return code
}

async function tearDown(launch: Running, code: number): Promise<number> {
  if (launch.wasRunning) launch.say('Cluster was already running when script started. Skipping cleanup.')
  else await stopCluster(launch, launch.node.life.signal)
  return code
}

async function afterStart(launch: Running): Promise<number> {
  if (launch.flags.daemon) {
    launch.say('Cluster started in background (Daemon mode).')
    return 0
  }
  const head = launch.node.containers.get(launch.name)
  if (head?.processes[0] === undefined) return await tearDown(launch, 1)
  return await inForeground(launch, head, head.processes[0])
}
