// A node's stream about its memory, in virtual time. A real one speaks once a second; whole lives are lived over this one, so that it may
// be told to speak less often. Silence is told apart from that by five seconds.
import { SparkError } from '../../../server/contract/errors.ts'
import type { Machine } from '../../../server/domain/machine.ts'
import type { MemoryReading } from '../../../server/domain/memory-reading.ts'
import type { World } from '../core/types.ts'
import type { Lines } from './line.ts'

const secondMs = 1000
/** How long a call waits for a node that does not answer, s. */
const patienceSeconds = 15

export interface MemoryStreamNeeds {
  readonly world: World
  readonly lines: Lines
  /** One reading every so often, ms. */
  readonly everyMs: number
  /** Over: nothing is told any more. */
  readonly isOver: () => boolean
}

/** Rejects when the line breaks, when the node restarts, or with the signal's reason. */
export async function streamMemory(
  { world, lines, everyMs, isOver }: MemoryStreamNeeds,
  machine: Machine,
  onReading: (reading: MemoryReading) => void,
  signal: AbortSignal,
): Promise<never> {
  const { clock } = world.options
  const node = await lines.connect(machine.name, machine.address, patienceSeconds, signal)
  lines.checkKeys(machine, node)
  const { bootId } = world.pulse(node)
  let saidAt = Number.NEGATIVE_INFINITY
  let sequence = 0
  let held = false
  const ending = new AbortController()
  const ended = AbortSignal.any([signal, ending.signal])

  const say = (): void => {
    if (ended.aborted || isOver()) return
    const why = lines.whyBroken(node)
    const pulse = world.pulse(node)
    if (why !== null || pulse.bootId !== bootId) {
      const cause = why ?? 'the connection was lost'
      ending.abort(new SparkError('machine_unreachable', { machine: machine.name, why: cause }))
      return
    }
    if (lines.isQuiet(node)) {
      held = true
      return
    }
    // A real stream numbers its seconds: this one counts those that it did not bother to tell, but not those in which it could not.
    const seconds = Math.round((clock.now() - saidAt) / secondMs)
    sequence += held || !Number.isFinite(seconds) ? 1 : Math.max(1, seconds)
    held = false
    saidAt = clock.now()
    if (!lines.tears(node)) onReading({ at: saidAt, sequence, ...pulse })
  }

  let broken = false
  const notice = (): void => {
    if (broken || (lines.whyBroken(node) === null && world.bootId(node) === bootId)) return
    broken = true
    // Not inside of what changes: the world is half changed there.
    queueMicrotask(say)
  }
  const off = [world.onChange(notice), lines.onChange(notice)]
  try {
    for (;;) {
      say()
      await clock.sleep(everyMs, ended)
    }
  } finally {
    for (const stop of off) stop()
    ending.abort()
  }
}
