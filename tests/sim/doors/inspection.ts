// The slower look at a node, made from its state.
import type { InspectionOrder } from '../../../server/app/machine-ports.ts'
import type { Inspection, LauncherChanges } from '../../../server/domain/inspection.ts'
import type { SimCondition } from '../core/condition.ts'
import { imageRef } from '../core/node.ts'
import type { NodeLook, World } from '../core/types.ts'

const full = (commit: string): string => commit.padEnd(40, '0')

export function inspectionOf(world: World, look: NodeLook, order: InspectionOrder, at: number): Inspection {
  const { condition } = look
  const newest = condition.origin?.[0]?.commit ?? look.launcher?.commit ?? ''
  return {
    at,
    images: look.dockerAllowed
      ? order.images.map((ref) => ({ ref, id: look.images.find((one) => one.ref === imageRef(ref))?.id ?? null }))
      : null,
    storageDriver: look.dockerAllowed ? condition.storageDriver : null,
    checkout:
      look.launcher === null
        ? null
        : {
            branch: 'main',
            head: full(look.launcher.commit),
            origin: condition.origin === null ? null : full(newest),
            standing: standingIn(condition),
            localChanges: condition.localChanges.length,
          },
    mayDropCaches: order.askSudo ? condition.mayDropCaches : null,
    peers: order.peers.map((address) => ({ address, seen: isSeen(world, look, address) })),
    keyFingerprint: 'SHA256:simulated',
  }
}

function standingIn({ origin }: SimCondition): 'unknown' | 'current' | 'behind' {
  if (origin === null) return 'unknown'
  return origin.length === 0 ? 'current' : 'behind'
}

function isSeen(world: World, from: NodeLook, address: string): boolean {
  const to = world.options.nodes.map((node) => world.look(node.name)).find((one) => one.fabricAddress === address)
  return to !== undefined && world.isReachable(to.name) && [from, to].every((one) => one.facts.ports.some((port) => port.active))
}

export function changesOf(look: NodeLook): LauncherChanges | null {
  const { origin, localChanges } = look.condition
  if (look.launcher === null) return null
  return {
    path: look.launcher.path,
    head: full(look.launcher.commit),
    target: origin === null ? null : full(origin[0]?.commit ?? look.launcher.commit),
    commits: (origin ?? []).map(({ commit, date, subject }) => ({ id: full(commit), date, subject })),
    forward: origin !== null,
    changedFiles: localChanges,
  }
}
