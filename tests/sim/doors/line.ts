// The line from the appliance to each node: open, refused or hanging; keys; answers that get lost on the way.
import { SparkError } from '../../../server/contract/errors.ts'
import type { Machine } from '../../../server/domain/machine.ts'
import { hexOf } from '../core/prng.ts'
import type { World } from '../core/types.ts'

/** What a test may do to the line. Nodes are named, not machines. */
export interface LineControls {
  /** From now on the appliance cannot reach the node, whatever the node does. */
  cut(node: string, how: 'refused' | 'hanging'): void
  mend(node: string): void
  isCut(node: string): boolean
  /** The next `times` calls take effect on the node, but their answer is lost on the way. */
  loseAnswers(node: string, times: number): void
  /** The node shows another host key from now on. */
  presentKey(node: string, fingerprint: string): void
  /** The node does not let the appliance's key in. */
  refuseKey(node: string, refused: boolean): void
  /** The node's stream about its memory says nothing, while everything else answers. */
  quietStream(node: string, quiet: boolean): void
  /** The next `times` lines of that stream arrive torn. */
  tearStream(node: string, times: number): void
}

export interface Lines {
  readonly controls: LineControls
  /** Waits until the node at the address answers or `seconds` have passed; resolves with the node's name. */
  connect(machine: string, address: string, seconds: number, signal?: AbortSignal): Promise<string>
  hostKey(node: string): string
  /** Host key first, then ours. */
  checkKeys(machine: Machine, node: string): void
  /** Rejects when this answer is one of those to be lost. */
  bringBack(machine: Machine, node: string): void
  /** Why what was connected no longer is; null: it is, though it may hang. */
  whyBroken(node: string): string | null
  /** Nothing of a stream arrives now. */
  isQuiet(node: string): boolean
  /** True for a line of a stream that arrives torn; uses it up. */
  tears(node: string): boolean
  /** Called after every change of a line. */
  onChange(listener: () => void): () => void
}

interface Line {
  state: 'open' | 'refused' | 'hanging'
  lostAnswers: number
  hostKey: string
  keyRefused: boolean
  streamQuiet: boolean
  tornLines: number
}

export function createLines(world: World, latencyMs: number): Lines {
  const { clock } = world.options
  const lines = new Map<string, Line>()
  const lineTo = (node: string): Line => {
    const known = lines.get(node)
    if (known !== undefined) return known
    const fresh: Line = {
      state: 'open',
      lostAnswers: 0,
      hostKey: `SHA256:${hexOf(`host key ${node}`, 43)}`,
      keyRefused: false,
      streamQuiet: false,
      tornLines: 0,
    }
    lines.set(node, fresh)
    return fresh
  }
  const listeners = new Set<() => void>()
  const change = (node: string, part: Partial<Line>): void => {
    Object.assign(lineTo(node), part)
    for (const listener of [...listeners]) listener()
  }

  const whyRefused = (node: string): string | null => {
    if (lineTo(node).state === 'refused') return 'connection refused'
    if (world.reach(node) === 'down') return 'no route to host'
    return world.sshReach(node) === 'down' ? 'connection refused' : null
  }

  return {
    controls: {
      cut: (node, how) => change(node, { state: how }),
      mend: (node) => change(node, { state: 'open' }),
      isCut: (node) => lineTo(node).state !== 'open',
      loseAnswers: (node, times) => change(node, { lostAnswers: times }),
      presentKey: (node, fingerprint) => change(node, { hostKey: fingerprint }),
      refuseKey: (node, refused) => change(node, { keyRefused: refused }),
      quietStream: (node, quiet) => change(node, { streamQuiet: quiet }),
      tearStream: (node, times) => change(node, { tornLines: times }),
    },
    async connect(machine, address, seconds, signal) {
      const node = world.options.nodes.find((one) => one.address === address)?.name
      if (node === undefined) throw new SparkError('machine_unreachable', { machine, why: 'no route to host' })
      if (latencyMs > 0) await clock.sleep(latencyMs, signal)
      const until = clock.now() + seconds * 1000
      while (lineTo(node).state === 'hanging' || world.reach(node) === 'frozen') {
        if (clock.now() >= until) throw new SparkError('machine_timeout', { machine, seconds })
        await clock.sleep(500, signal)
      }
      const why = whyRefused(node)
      if (why !== null) throw new SparkError('machine_unreachable', { machine, why })
      return node
    },
    whyBroken: whyRefused,
    isQuiet: (node) => lineTo(node).state === 'hanging' || lineTo(node).streamQuiet || world.reach(node) === 'frozen',
    tears(node) {
      const { tornLines } = lineTo(node)
      if (tornLines === 0) return false
      lineTo(node).tornLines = tornLines - 1
      return true
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    hostKey: (node) => lineTo(node).hostKey,
    checkKeys(machine, node) {
      const { hostKey, keyRefused } = lineTo(node)
      if (machine.hostKey !== null && machine.hostKey !== hostKey) {
        throw new SparkError('host_key_changed', { machine: machine.name, pinned: machine.hostKey, presented: hostKey })
      }
      if (keyRefused) throw new SparkError('machine_refused_key', { machine: machine.name, user: machine.user })
    },
    bringBack(machine, node) {
      const { lostAnswers } = lineTo(node)
      if (lostAnswers === 0) return
      change(node, { lostAnswers: lostAnswers - 1 })
      throw new SparkError('machine_unreachable', { machine: machine.name, why: 'connection lost' })
    },
  }
}
