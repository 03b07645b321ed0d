// docker run and docker exec.
import { containerForExec, runContainer, type SimContainer, spawn } from '../container.ts'
import { parseServe } from '../vllm-args.ts'
import { readArgv } from './argv.ts'
import type { DockerCall } from './docker.ts'

const runFlags = [
  '--name',
  '--gpus',
  '--network',
  '--net',
  '--entrypoint',
  '-e',
  '--env',
  '-v',
  '--volume',
  '--mount',
  '-l',
  '--label',
  '-p',
  '--publish',
  '--ipc',
  '--shm-size',
  '--memory',
  '--memory-swap',
  '--pids-limit',
  '--ulimit',
  '--device',
  '--cap-add',
  '-w',
  '--restart',
  '-u',
  '--user',
  '--hostname',
]

export async function dockerRun({ sim, node, argv, io }: DockerCall): Promise<number> {
  const args = readArgv(argv, runFlags, true)
  const [image = '', ...command] = args.words
  const answer = await runContainer(
    sim,
    node,
    {
      name: args.value('--name') ?? `sim_${node.prng.hex(6)}`,
      image,
      command: command.length > 0 ? command : ['sleep', 'infinity'],
      env: args.values('-e', '--env'),
      mounts: args.values('-v', '--volume'),
      labels: Object.fromEntries(
        args.values('-l', '--label').map((pair) => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')]),
      ),
      hostNetwork: (args.value('--network', '--net') ?? 'bridge') === 'host',
      privileged: args.has('--privileged'),
      autoRemove: args.has('--rm'),
      ports: args.values('-p', '--publish'),
      restarts: !['', 'no'].includes(args.value('--restart') ?? ''),
    },
    io.signal,
  )
  if (!answer.ok) {
    io.err(`${answer.text}\n`)
    return answer.exitCode
  }
  if (args.has('-d', '--detach')) {
    io.out(`${answer.value.id}\n`)
    return 0
  }
  const first = answer.value.processes[0]
  answer.value.log.follow(io.out)
  io.out(answer.value.log.text())
  return first === undefined ? 0 : await Promise.race([first.ended, sim.aborted(io.signal)])
}

export async function dockerExec({ sim, node, argv, io }: DockerCall): Promise<number> {
  const args = readArgv(argv, ['-w', '--workdir', '-e', '--env', '-u', '--user'], true)
  const [name = '', ...words] = args.words
  if (args.has('-it', '-ti', '-t', '--tty')) {
    io.err('the input device is not a TTY\n')
    return 1
  }
  const found = containerForExec(sim, node, name)
  if (!found.ok) {
    io.err(`${found.text}\n`)
    return found.exitCode
  }
  const look = words[0] === 'pgrep' ? pgrep(found.value, words) : words[0] === 'ps' ? psText(found.value) : null
  if (look !== null) {
    io.out(look)
    return look === '' ? 1 : 0
  }
  return await execute({ sim, node, argv, io }, found.value, words, args.has('-d', '--detach'))
}

async function execute(
  { sim, node, io }: DockerCall,
  container: SimContainer,
  words: readonly string[],
  detached: boolean,
): Promise<number> {
  if (detached) {
    spawn(sim, node, container, words)
    return 0
  }
  const isServe = parseServe(words) !== null
  const unfollow = isServe ? container.log.follow(io.out) : () => undefined
  try {
    const process = spawn(sim, node, container, words, { write: isServe ? undefined : io.out })
    // A process that was exec'd lives on when the docker client that asked for it is gone.
    return await Promise.race([process.ended, sim.aborted(io.signal)])
  } finally {
    unfollow()
  }
}

function pgrep(container: SimContainer, words: readonly string[]): string {
  const pattern = new RegExp(words.findLast((word) => !word.startsWith('-') && word !== 'pgrep') ?? '')
  const whole = words.some((word) => /^-[a-z]*f/.test(word))
  const listed = words.some((word) => /^-[a-z]*a/.test(word))
  const hits = container.processes.filter((process) => pattern.test(whole ? process.title : (process.title.split(' ')[0] ?? '')))
  return hits.map((process) => `${process.pid}${listed ? ` ${process.title}` : ''}\n`).join('')
}

function psText(container: SimContainer): string {
  return `    PID COMMAND\n${container.processes.map((process) => `${String(process.pid).padStart(7)} ${process.title}\n`).join('')}`
}
