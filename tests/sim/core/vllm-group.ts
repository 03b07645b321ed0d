// Several ranks of one vLLM on several nodes: they meet at the head's address, and the head falls when one of them does.
import { type RayPeer, spawn } from './container.ts'
import { processesOf } from './node.ts'
import type { SimProcess } from './process.ts'
import { EngineFailure, type Load } from './vllm.ts'

/** torch.distributed gives up after this long without all ranks. */
const meetingMs = 600_000

function ranksOf({ sim, args }: Load): readonly SimProcess[] {
  return sim.nodes
    .flatMap((node) => processesOf(node))
    .filter((process) => process.vllm?.args.masterAddress === args.masterAddress && process.vllm?.args.masterPort === args.masterPort)
}

const isComplete = (load: Load): boolean => new Set(ranksOf(load).map((process) => process.vllm?.args.rank)).size >= load.args.nodes

/** Waits until every rank is there. A solo engine has nobody to wait for. */
export async function joinRanks(load: Load): Promise<void> {
  const { sim, node, args, signal } = load
  if (args.nodes <= 1) return
  for (let waited = 0; !isComplete(load); waited += 2_000) {
    if (waited >= meetingMs) {
      throw new EngineFailure([
        `torch.distributed.DistStoreError: Timed out after 601 seconds waiting for clients. 1/${args.nodes} clients joined.`,
      ])
    }
    await sim.wait(node, 2_000, signal)
  }
}

/** True while every other rank of a head lives. */
export function livePeers(load: Load): boolean {
  if (load.rayRanks.some((rank) => rank.exitCode !== null)) return false
  return load.args.nodes <= 1 || isComplete(load)
}

/** The ranks beside this one, of both kinds. */
export function otherRanks(load: Load): readonly SimProcess[] {
  return load.args.nodes <= 1 ? load.rayRanks : ranksOf(load).filter((process) => process !== load.self)
}

/** Ray puts the other ranks into the peers' containers; they end with the head. */
export function startRayRanks(load: Load): void {
  if (load.args.executor !== 'ray' || load.args.worldSize <= 1) return
  const peers: readonly RayPeer[] = load.container.rayPeers.slice(0, load.args.worldSize - 1)
  for (const peer of peers) load.rayRanks.push(spawn(load.sim, peer.node, peer.container, ['ray::RayWorkerWrapper.execute_method']))
  const missing = peers.find((peer) => !peer.node.models.has(load.model.repo))
  if (missing !== undefined)
    throw new EngineFailure([`ray.exceptions.RayTaskError(OSError): ${load.model.repo} is not on ${missing.node.name}`])
}
