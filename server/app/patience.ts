// Patience with a machine that goes silent: a Spark may stop answering for an hour while it loads, and come back.
// Silence is a state to wait in, never a reason to start something a second time.
import { SparkError } from '../contract/errors.ts'
import { minuteMs } from '../domain/durations.ts'
import type { Machine } from '../domain/machine.ts'
import { aboutDuration } from '../domain/words.ts'
import type { Clock } from './ports.ts'

const silence: ReadonlySet<string> = new Set(['machine_unreachable', 'machine_timeout', 'machine_answer_unreadable'])
const retryMs = 3000

export interface Patience<T> {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly limitMinutes: () => number
  /** Read anew for each try: the owner may have corrected the address. */
  readonly machine: () => Machine
  /** Must be safe to do twice. */
  readonly act: (machine: Machine, signal: AbortSignal) => Promise<T>
  /** Called before each wait. */
  readonly silent: (name: string, silentMs: number) => void
}

/** Tries until the machine answers. Raises machine_silent after the owner's limit, and errors other than silence at once. */
export async function waitOutSilence<T>({ clock, signal, limitMinutes, machine, act, silent }: Patience<T>): Promise<T> {
  let since: number | null = null
  for (;;) {
    signal.throwIfAborted()
    const target = machine()
    try {
      return await act(target, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!isSilence(error)) throw error
      since ??= clock.now()
      const silentMs = clock.now() - since
      if (silentMs > limitMinutes() * minuteMs)
        throw new SparkError('machine_silent', { machine: target.name, minutes: limitMinutes() }, { cause: error })
      silent(target.name, silentMs)
    }
    await clock.sleep(retryMs, signal)
  }
}

export function isSilence(error: unknown): boolean {
  return error instanceof SparkError && silence.has(error.code)
}

export function silenceInWords(name: string, silentMs: number): string {
  const howLong = silentMs < 1000 ? '' : ` for ${aboutDuration(silentMs).replace(/^about /, '')}`
  return `${name} is not answering${howLong}. The switch waits for it; nothing else is started.`
}
