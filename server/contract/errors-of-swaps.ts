// Errors of asking for a switch; those of the lock are in errors-of-coordination.ts.
import { error } from './define-error.ts'

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
