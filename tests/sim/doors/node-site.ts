// What doors 2 and 3 share: every node's home on disk, the way from its executables to the world, real vLLM listeners,
// and what a loss of power does to real processes.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Reach, World } from '../core/types.ts'
import { type NodeHome, openNodeHome } from './node-home.ts'
import { createNodeProcesses, type NodeProcesses } from './node-processes.ts'
import { openToolSocket } from './tool-socket.ts'
import { openVllmServers } from './vllm-server.ts'

/** What a door is opened with. */
export interface DoorOptions {
  readonly world: World
  /** Where the nodes' homes are made; absent: a new temporary folder. What the door makes there, `stop()` removes. */
  readonly dir?: string
  /** Lines of authorized_keys; none: nobody gets in until `authorize`. */
  readonly authorizedKeys?: readonly string[]
  /** The SSH port, the same on every node's address; absent: a free one each. */
  readonly basePort?: number
  /** Private host keys in OpenSSH form by node, for machines that were known before; absent: new ones. */
  readonly hostKeys?: Readonly<Record<string, string>>
  /** Hears what goes wrong in the background, as a sentence; absent: it is thrown. */
  readonly onTrouble?: (sentence: string) => void
}

export interface DoorMachine {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string
  /** Fingerprint as `ssh-keygen -l` writes it: SHA256:... */
  readonly hostKey: string
  /** The node's HOME on this disk. */
  readonly home: string
}

export interface Door {
  readonly machines: readonly DoorMachine[]
  /** Lets the holder of this public key in, on every node or on one. */
  authorize(publicKey: string, node?: string): void
  /** Resolves when real listeners, sessions and processes are as the world says now. */
  settled(): Promise<void>
  /** Ends every connection, process and listener, and removes the files. */
  stop(): Promise<void>
}

/** How one node's SSH side follows the node. Calls come one after another, and always with another value than before. */
export interface Gate {
  /** Children of this pid are the node's, too. */
  listener?(): number | undefined
  turn(reach: Reach): Promise<void>
}

export interface Site {
  readonly dir: string
  readonly homes: readonly NodeHome[]
  /** From now on the gate follows its node. */
  guard(node: string, gate: Gate): void
  settled(): Promise<void>
  stop(): Promise<void>
}

interface Guard {
  readonly node: string
  readonly gate: Gate
  readonly processes: NodeProcesses
  reach: Reach
  bootId: string
}

export async function openSite({ world, dir, onTrouble }: DoorOptions): Promise<Site> {
  const trouble = onTrouble ?? fail
  if (dir !== undefined) mkdirSync(dir, { recursive: true })
  const root = dir ?? mkdtempSync(join(tmpdir(), 'spark-sim-'))
  const socket = await openToolSocket(world)
  const folders = world.options.nodes.map((node) => join(root, node.name))
  const homes = world.options.nodes.map(({ name }) => openNodeHome({ world, node: name, folder: join(root, name), socket }))
  const servers = openVllmServers(world, trouble)
  const guards: Guard[] = []
  let work: Promise<void> = Promise.resolve()

  const follow = async (): Promise<void> => {
    for (const guard of guards) await followNode(world, guard)
  }
  const forget = world.onChange(() => {
    work = work.then(follow).catch((error: unknown) => trouble(`a door could not follow its node: ${String(error)}`))
  })
  return {
    dir: root,
    homes,
    guard(node, gate) {
      const home = homes.find((one) => one.node === node)?.home ?? ''
      const processes = createNodeProcesses(home, () => gate.listener?.())
      guards.push({ node, gate, processes, reach: 'up', bootId: world.look(node).bootId })
    },
    async settled() {
      await work
      await servers.settled()
    },
    async stop() {
      forget()
      await work
      for (const home of homes) home.stop()
      for (const guard of guards) await cutPower(guard)
      await servers.stop()
      await socket.close()
      for (const folder of dir === undefined ? [root] : folders) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A new boot id: nothing that ran before runs now. Frozen: nothing moves, and goes on later as if nothing had been. */
async function followNode(world: World, guard: Guard): Promise<void> {
  const { bootId } = world.look(guard.node)
  const reach = world.sshReach(guard.node)
  if (bootId !== guard.bootId) {
    guard.bootId = bootId
    await cutPower(guard)
  }
  if (reach === guard.reach) return
  if (guard.reach === 'frozen') guard.processes.signal('SIGCONT')
  guard.reach = reach
  await guard.gate.turn(reach)
  if (reach === 'frozen') guard.processes.signal('SIGSTOP')
}

/** Nobody comes in, then everything dies, then nobody answers: in this order no session is missed. */
async function cutPower(guard: Guard): Promise<void> {
  if (guard.reach === 'down') return
  await guard.gate.turn('frozen')
  await guard.processes.killAll()
  await guard.gate.turn('down')
  guard.reach = 'down'
}

function fail(sentence: string): never {
  throw new Error(sentence)
}
