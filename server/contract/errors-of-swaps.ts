// Errors of asking for a switch: the lock, the live swap.
import { error } from './define-error.ts'

type Why = { why: string }

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
    title: 'The cluster is reserved',
    happened: (f) => `${f.holder} holds the cluster: ${f.reason}.`,
    now: () => 'Nothing was changed.',
    next: (f) => (f.until === null ? 'Try again when it is done.' : `Try again after ${f.until}, or release the reservation on Home.`),
    act: 'see_home',
    retry: 'after',
    sample: { holder: 'recap', reason: 'nightly batch', until: '2026-01-01T00:00:00Z', retryAfterSeconds: 60 },
  }),
  lock_token_wrong: error<Record<string, never>>({
    status: 403,
    title: 'Not your reservation',
    happened: () => 'The token does not belong to the reservation that holds the cluster.',
    now: () => 'The reservation stays as it is.',
    next: () => 'Use the token that was given when it was made.',
    retry: 'no',
    sample: {},
  }),
  lock_not_held: error<Record<string, never>>({
    status: 404,
    title: 'Nothing is reserved',
    happened: () => 'There is no reservation.',
    now: () => 'The cluster is free.',
    next: () => 'Make one with POST /api/swap/lock.',
    retry: 'no',
    sample: {},
  }),
  swap_not_cancellable: error<Why>({
    status: 409,
    title: 'Too late to cancel',
    happened: (f) => `This switch cannot be cancelled: ${f.why}.`,
    now: () => 'It goes on as it was.',
    next: () => 'Wait for its outcome; then switch again.',
    act: 'watch_switch',
    retry: 'no',
    sample: { why: 'it has ended' },
  }),
} as const
