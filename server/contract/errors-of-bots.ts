// Errors of bots.
import { error } from './define-error.ts'

export const botErrors = {
  bot_busy: error<{ name: string; doing: string; retryAfterSeconds: number }>({
    status: 409,
    title: 'Something is under way already',
    happened: (f) => `${f.name} is being worked on: ${f.doing}`,
    now: () => 'That goes on; nothing else was started.',
    next: () => 'Wait until it is over.',
    retry: 'after',
    sample: { name: 'Bot', doing: 'Fetching what is new.', retryAfterSeconds: 10 },
  }),
  bot_no_folder: error<{ name: string }>({
    status: 422,
    title: 'There is nothing to update',
    happened: (f) => `No checkout of ${f.name} is named.`,
    now: () => 'Nothing was changed.',
    next: () => 'Name its folder under Settings, Bot.',
    retry: 'no',
    sample: { name: 'Bot' },
  }),
} as const
