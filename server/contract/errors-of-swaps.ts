// Errors of asking for a switch: the lock, the live swap.
import { error } from './define-error.ts'

/** An ISO time in UTC as a person writes it. */
const clockTime = (iso: string): string => iso.replace(/T(\d\d:\d\d).*$/, ' $1 UTC')

export const swapErrors = {
  swap_running: error<{ swap: string; model: string | null; retryAfterSeconds: number }>({
    status: 409,
    title: 'A switch is already running',
    happened: (f) => `A switch${f.model === null ? '' : ` to ${f.model}`} is already running.`,
    now: () => 'It goes on; nothing else was started.',
    next: () => 'Wait for it to end, or cancel it on its page.',
    act: 'watch_switch',
    retry: 'after',
    sample: { swap: 'abc123', model: 'Qwen/Qwen3-8B', retryAfterSeconds: 30 },
  }),
  swap_locked: error<{ holder: string; reason: string; until: string | null; retryAfterSeconds: number }>({
    status: 423,
    title: 'The Sparks are reserved',
    happened: (f) => `${f.holder} has reserved the Sparks: ${f.reason}.`,
    now: () => 'Nothing was changed.',
    next: (f) =>
      f.until === null ? 'Try again when it is done.' : `Try again after ${clockTime(f.until)}, or release the reservation on Home.`,
    act: 'see_home',
    retry: 'after',
    sample: { holder: 'recap', reason: 'nightly batch', until: '2026-01-01T00:00:00Z', retryAfterSeconds: 60 },
  }),
  lock_token_wrong: error<Record<string, never>>({
    status: 403,
    title: 'Not your reservation',
    happened: () => 'The token does not belong to the reservation that stands.',
    now: () => 'The reservation stays as it is.',
    next: () => 'Use the token that was given when it was made.',
    retry: 'no',
    sample: {},
  }),
  lock_not_held: error<Record<string, never>>({
    status: 404,
    title: 'Nothing is reserved',
    happened: () => 'There is no reservation.',
    now: () => 'The Sparks are free.',
    next: () => 'Make one with POST /api/swap/lock.',
    retry: 'no',
    sample: {},
  }),
  swap_not_cancellable: error<{ ended: boolean }>({
    status: 409,
    title: 'Too late to cancel',
    happened: (f) => `This switch cannot be cancelled: ${f.ended ? 'it has ended' : 'it is already being undone'}.`,
    now: (f) => (f.ended ? 'Nothing was changed.' : 'It goes on being undone.'),
    next: (f) => (f.ended ? 'See on its page how it ended.' : 'Wait for its outcome; then switch again.'),
    act: 'watch_switch',
    retry: 'no',
    sample: { ended: true },
  }),
} as const
