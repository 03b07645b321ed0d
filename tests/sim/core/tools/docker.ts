// docker, as far as a controller and the launcher use it.
import { daemonTrouble } from '../container.ts'
import type { SimNode } from '../node.ts'
import type { Sim, Tool } from '../sim.ts'
import type { ToolIo } from '../types.ts'
import { dockerExec, dockerRun } from './docker-run.ts'
import { dockerImages, dockerInspect, dockerLogs, dockerPs, dockerTop, imageInspect } from './docker-show.ts'
import { dockerKill, dockerRemove, dockerRestart, dockerStart, dockerStop } from './docker-stop.ts'

/** One subcommand: its argv without its own name. */
export interface DockerCall {
  readonly sim: Sim
  readonly node: SimNode
  readonly argv: readonly string[]
  readonly io: ToolIo
}

export type DockerCommand = (call: DockerCall) => number | Promise<number>

const commands: Readonly<Record<string, DockerCommand>> = {
  ps: dockerPs,
  inspect: dockerInspect,
  images: dockerImages,
  logs: dockerLogs,
  top: dockerTop,
  run: dockerRun,
  exec: dockerExec,
  start: dockerStart,
  stop: dockerStop,
  restart: dockerRestart,
  kill: dockerKill,
  rm: dockerRemove,
  info: ({ io, argv, node }) =>
    say(
      io,
      argv.some((word) => word.includes('Driver'))
        ? `${node.condition.storageDriver}\n`
        : 'Client: Docker Engine - Community\n Version: 29.0.1\nServer:\n Storage Driver: overlay2\n',
    ),
  version: ({ io }) => say(io, 'Docker version 29.0.1\n'),
}

const groups: Readonly<Record<string, Readonly<Record<string, DockerCommand>>>> = {
  container: { ...commands, ls: dockerPs },
  image: { inspect: imageInspect, ls: dockerImages },
}

export const docker: Tool = async (sim, call, io) => {
  const node = sim.node(call.node)
  const [name = '', ...rest] = call.argv
  if (name === '--version' || name === '-v') return say(io, 'Docker version 29.0.1, build eedd969\n')
  const command = groups[name]?.[rest[0] ?? ''] ?? commands[name]
  if (command === undefined) {
    io.err(`docker: unknown command: docker ${name}\n\nRun 'docker --help' for more information\n`)
    return 1
  }
  const trouble = daemonTrouble(sim, node)
  if (trouble !== null) {
    io.err(
      `${trouble}: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.52/containers/json": dial unix /var/run/docker.sock: connect: permission denied\n`,
    )
    return 1
  }
  return await command({ sim, node, argv: groups[name] === undefined ? rest : rest.slice(1), io })
}

function say(io: ToolIo, text: string): number {
  io.out(text)
  return 0
}
