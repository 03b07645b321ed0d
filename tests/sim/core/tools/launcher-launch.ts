// What the steps of a launch share, and the small questions it asks of nodes.
import { daemonTrouble } from '../container.ts'
import { imageRef, reachOf, type SimNode } from '../node.ts'
import { hexOf } from '../prng.ts'
import type { Sim } from '../sim.ts'
import type { ToolIo } from '../types.ts'
import type { LauncherFlags } from './launcher-flags.ts'
import type { Crew, Member } from './launcher-nodes.ts'

export interface Launch {
  readonly sim: Sim
  readonly io: ToolIo
  /** The node the script runs on. */
  readonly node: SimNode
  readonly flags: LauncherFlags
  readonly crew: Crew
  readonly name: string
  readonly containerEnv: readonly string[]
  readonly ray: boolean
  readonly say: (line: string) => void
}

/** ssh -o BatchMode=yes -o ConnectTimeout=5 from head to worker. */
export function sshReaches(sim: Sim, member: Member): member is Member & { node: SimNode } {
  if (member.node === undefined || reachOf(member.node, sim.clock.now()) !== 'up') return false
  return sim.faults.strike('F5', member.node.name) === null
}

/** Exact name, running. */
export function isRunning(sim: Sim, node: SimNode, name: string): boolean {
  return daemonTrouble(sim, node) === null && node.containers.get(name)?.state === 'running'
}

/** The same image id on every node, or the launch is aborted (F4). */
export function checkImages({ sim, crew, flags, say }: Launch): boolean {
  say('Verifying Docker image consistency across cluster nodes...')
  const headId = crew.head.node?.images.get(imageRef(flags.image))?.id
  if (headId === undefined) {
    say(`Error: Could not inspect image '${flags.image}' on head node (${crew.head.address}).`)
    return false
  }
  say(`  [HEAD] ${crew.head.address}: ${headId}`)
  for (const worker of crew.workers) {
    const id = imageOnWorker(sim, worker, flags.image)
    if (id === undefined) {
      say(`Error: Could not inspect image '${flags.image}' on worker node (${worker.address}).`)
      return false
    }
    if (id !== headId) {
      say(`Error: Docker image mismatch on worker node (${worker.address}):\n  Head:   ${headId}\n  Worker: ${id}`)
      say(`Error: Cluster launch aborted because image '${flags.image}' is not in sync.`)
      return false
    }
    say(`  [WORKER] ${worker.address}: ${id} (match)`)
  }
  say('Docker image consistency check passed.')
  return true
}

function imageOnWorker(sim: Sim, worker: Member, image: string): string | undefined {
  const id = worker.node?.images.get(imageRef(image))?.id
  if (id === undefined || worker.node === undefined) return undefined
  return sim.faults.strike('F4', worker.node.name) === null ? id : `sha256:${hexOf(`other ${image}`, 64)}`
}
