// docker stop, kill and rm.
import { findContainer, killContainer, removeContainer, type SimContainer, stopContainer } from '../container.ts'
import { readArgv } from './argv.ts'
import type { DockerCall } from './docker.ts'

export async function dockerStop({ sim, node, argv, io }: DockerCall): Promise<number> {
  const args = readArgv(argv, ['-t', '--time', '--timeout', '-s', '--signal'])
  const graceMs = Number(args.value('-t', '--time', '--timeout') ?? 10) * 1000
  let code = 0
  for (const name of args.words) {
    const answer = await stopContainer(sim, node, findContainer(node, name)?.name ?? name, graceMs, io.signal)
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
