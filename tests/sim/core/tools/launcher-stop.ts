// The stop block: head, then workers, one after another, ten seconds each; it always says that it worked.
import { stopContainer } from '../container.ts'
import { reachOf } from '../node.ts'
import type { Launch } from './launcher-launch.ts'
import type { Member } from './launcher-nodes.ts'

/** Docker's grace before KILL; sleep as PID 1 uses it up. */
const graceMs = 10_000

/** R10: prints every line even if nothing ran or ssh failed, and resolves with 0. */
export async function stopCluster(launch: Launch, signal = launch.io.signal): Promise<number> {
  const { crew, say } = launch
  say('')
  say('Stopping cluster...')
  say(`Stopping head node (${crew.head.address})...`)
  await stopOn(launch, crew.head, signal)
  for (const worker of crew.workers) {
    say(`Stopping worker node (${worker.address})...`)
    await stopOn(launch, worker, signal)
  }
  say('Cluster stopped.')
  return 0
}

async function stopOn({ sim, name, node }: Launch, member: Member, signal: AbortSignal): Promise<void> {
  const down = member.node === undefined || reachOf(member.node, sim.clock.now()) !== 'up'
  if (down || member.node === undefined) return await sim.wait(node, 5_000, signal)
  await stopContainer(sim, member.node, name, graceMs, signal)
}
