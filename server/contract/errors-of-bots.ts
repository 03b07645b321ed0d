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
    sample: { name: 'Matrix bridge', doing: 'Fetching what is new.', retryAfterSeconds: 10 },
  }),
  bot_no_folder: error<{ name: string }>({
    status: 422,
    title: 'There is nothing to update',
    happened: (f) => `No checkout of ${f.name} is named.`,
    now: () => 'Nothing was changed.',
    next: () => 'Name its folder on its page, under Services.',
    retry: 'no',
    sample: { name: 'Matrix bridge' },
  }),
  bot_no_user: error<{ name: string }>({
    status: 422,
    title: 'It has no user yet',
    happened: (f) => `Nobody has said which user runs ${f.name}, so Spark Control cannot log in as that user.`,
    now: () => 'It is not looked at, and nothing was changed.',
    next: () => 'Name its user on its page, under Services.',
    retry: 'no',
    sample: { name: 'Matrix bridge' },
  }),
  bot_exists: error<{ name: string; where: string }>({
    status: 409,
    title: 'Already there',
    happened: (f) => `${f.name} is in the list already: ${f.where}.`,
    now: () => 'Nothing was changed.',
    next: () => 'Open it under Services.',
    retry: 'no',
    sample: { name: 'Matrix bridge', where: 'matrix-bridge.service of bridge on spark-1' },
  }),
  bot_invalid: error<{ why: string }>({
    status: 422,
    title: 'This bot cannot be kept like that',
    happened: (f) => `It cannot be used: ${f.why}.`,
    now: () => 'Nothing was changed.',
    next: () => 'Correct it and try again.',
    retry: 'no',
    sample: { why: 'there is no such machine' },
  }),
} as const
