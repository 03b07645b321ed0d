// docker start, stop, restart, kill and rm.
import { type Answer, findContainer, killContainer, removeContainer, type SimContainer, startAgain, stopContainer } from '../container.ts'
import type { ToolIo } from '../types.ts'
import { readArgv } from './argv.ts'
import type { DockerCall } from './docker.ts'

export function dockerStart({ sim, node, argv, io }: DockerCall): Promise<number> {
  return oneByOne(io, readArgv(argv, []).words, (name) => startAgain(sim, node, name, io.signal))
}

export function dockerStop({ sim, node, argv, io }: DockerCall): Promise<number> {
  const args = readArgv(argv, graceFlags)
  return oneByOne(io, args.words, (name) => stopContainer(sim, node, findContainer(node, name)?.name ?? name, graceOf(args), io.signal))
}

export function dockerRestart({ sim, node, argv, io }: DockerCall): Promise<number> {
  const args = readArgv(argv, graceFlags)
  return oneByOne(io, args.words, async (name) => {
    const stopped = await stopContainer(sim, node, findContainer(node, name)?.name ?? name, graceOf(args), io.signal)
    return stopped.ok ? await startAgain(sim, node, name, io.signal) : stopped
  })
}

const graceFlags = ['-t', '--time', '--timeout', '-s', '--signal']
const graceOf = (args: ReturnType<typeof readArgv>): number => Number(args.value('-t', '--time', '--timeout') ?? 10) * 1000

async function oneByOne(io: ToolIo, names: readonly string[], act: (name: string) => Promise<Answer<null>>): Promise<number> {
  let code = 0
  for (const name of names) {
    const answer = await act(name)
    if (answer.ok) io.out(`${name}\n`)
    else {
      io.err(`${answer.text}\n`)
      code = 1
    }
  }
  return code
}

export async function dockerKill({ sim, node, argv, io }: DockerCall): Promise<number> {
  const args = readArgv(argv, ['-s', '--signal'])
  return await forEach({ sim, node, argv, io }, args.words, (container) => {
    if (container.state !== 'running')
      return `Error response from daemon: cannot kill container: ${container.name}: container ${container.id} is not running`
    container.stopAsked = true
    killContainer(container)
    return null
  })
}

export async function dockerRemove({ sim, node, argv, io }: DockerCall): Promise<number> {
  const args = readArgv(argv, [])
  const force = args.has('-f', '--force', '-fv')
  return await forEach({ sim, node, argv, io }, args.words, (container) => {
    if (!force && container.state === 'running') {
      return `Error response from daemon: cannot remove container "${container.name}": container is running: stop the container before removing or force remove`
    }
    removeContainer(sim, node, container)
    return null
  })
}

/** `act` answers null, or docker's refusal. */
async function forEach(
  { sim, node, io }: DockerCall,
  names: readonly string[],
  act: (container: SimContainer) => string | null,
): Promise<number> {
  await sim.wait(node, 300, io.signal)
  const refusals = names.flatMap((name) => {
    const container = findContainer(node, name)
    const refusal = container === undefined ? `Error response from daemon: No such container: ${name}` : act(container)
    if (refusal === null) io.out(`${name}\n`)
    return refusal ?? []
  })
  for (const refusal of refusals) io.err(`${refusal}\n`)
  return refusals.length > 0 ? 1 : 0
}
