// Errors of sharing the cluster: the reservation, the line before it, and what apps register.
import { error } from './define-error.ts'

/** An ISO time in UTC as a person writes it. */
const clockTime = (iso: string): string => iso.replace(/T(\d\d:\d\d).*$/, ' $1 UTC')

const howItEnded = (f: { how: string; by: string }): string => {
  if (f.how === 'expired') return 'its time ran out'
  return f.how === 'broken' ? `${f.by} released it` : 'it was given back'
}

export const coordinationErrors = {
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
  lock_turn: error<{ first: string; place: number; retryAfterSeconds: number }>({
    status: 423,
    title: 'Others wait in front',
    happened: (f) => `${f.first} asked before and is next.`,
    now: (f) => `Nothing was changed. You are number ${f.place} in line.`,
    next: (f) => `Ask again every ${f.retryAfterSeconds} seconds to keep your place.`,
    act: 'see_home',
    retry: 'after',
    sample: { first: 'recap', place: 2, retryAfterSeconds: 30 },
  }),
  lock_ended: error<{ holder: string; how: string; by: string; endedAt: string; heldBy: string | null }>({
    status: 409,
    title: 'Your reservation is over',
    happened: (f) => `The reservation of ${f.holder} ended on ${clockTime(f.endedAt)}: ${howItEnded(f)}.`,
    now: (f) =>
      f.heldBy === null
        ? 'Nobody has the Sparks reserved. What your program does on them now is not protected.'
        : `${f.heldBy} has the Sparks reserved now.`,
    next: () => 'Stop what needs the Sparks for itself, or reserve them again with POST /api/swap/lock. Renew well before the end.',
    act: 'see_home',
    retry: 'no',
    sample: { holder: 'recap', how: 'expired', by: 'recap', endedAt: '2026-01-01T01:00:00Z', heldBy: null },
  }),
  lock_token_wrong: error<Record<string, never>>({
    status: 403,
    title: 'Not your reservation',
    happened: () => 'The token does not belong to the reservation that stands.',
    now: () => 'The reservation stays as it is.',
    next: () => 'Use the token that was given when it was made, or wait until it ends: see GET /api/swap/lock.',
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
  events_cursor_unknown: error<{ cursor: string; end: string }>({
    status: 409,
    title: 'That place is of another database',
    happened: (f) => `The cursor ${f.cursor} was not given out by this database: a backup was put back, or it is of another appliance.`,
    now: () => 'Events after it cannot be told from those before it, so none were sent.',
    next: (f) => `Read what is true now (GET /api/status), then go on from the end, ${f.end}, or read all from 0.`,
    retry: 'no',
    sample: { cursor: '941-9f1c02ab', end: '120-0b77c1de' },
  }),
  schedule_unusable: error<{ why: string }>({
    status: 422,
    title: 'These times cannot be used',
    happened: (f) => `These times cannot be used: ${f.why}.`,
    now: () => 'Nothing was registered or changed.',
    next: () => 'Give exactly one of cron, intervalSeconds or at, in a time zone such as Europe/Berlin, and send it again.',
    retry: 'no',
    sample: { why: 'cron: it comes every minute, and 15 minutes apart is the least' },
  }),
  schedule_known: error<{ app: string; schedule: string }>({
    status: 409,
    title: 'Registered already',
    happened: (f) => `${f.app} has registered exactly this before.`,
    now: (f) => `It stands as ${f.schedule}; nothing was added.`,
    next: () => 'Go on: it holds. To change it, use the token that was given then, or ask the owner to remove it.',
    retry: 'no',
    sample: { app: 'recap', schedule: 'k3j9x2m4p7q1' },
  }),
  schedule_full: error<{ most: number; whose: string }>({
    status: 409,
    title: 'The calendar is full',
    happened: (f) => `There are ${f.most} entries ${f.whose}, and more are not taken.`,
    now: () => 'Nothing was registered.',
    next: () => 'Remove what is no longer meant, with its token or on the page Schedule.',
    retry: 'no',
    sample: { most: 20, whose: 'of recap' },
  }),
  schedule_busy: error<{ most: number; retryAfterSeconds: number }>({
    status: 429,
    title: 'Too many changes of the calendar',
    happened: (f) => `The calendar was changed ${f.most} times within an hour, and more is not taken.`,
    now: () => 'Nothing was changed.',
    next: (f) => `Try again in ${Math.ceil(f.retryAfterSeconds / 60)} minutes. Register once, not at every run.`,
    retry: 'after',
    sample: { most: 200, retryAfterSeconds: 600 },
  }),
  schedule_token_wrong: error<Record<string, never>>({
    status: 403,
    title: 'Not your entry',
    happened: () => 'The token does not belong to this entry of the schedule.',
    now: () => 'The entry stays as it is.',
    next: () => 'Use the token that was given when it was registered, or ask the owner.',
    retry: 'no',
    sample: {},
  }),
  schedule_changed: error<{ app: string }>({
    status: 409,
    title: 'It changed meanwhile',
    happened: (f) => `${f.app} changed this entry after it was shown.`,
    now: () => 'Nothing was approved.',
    next: () => 'Read it again, then decide.',
    retry: 'no',
    sample: { app: 'recap' },
  }),
  schedule_asks_nothing: error<{ app: string }>({
    status: 409,
    title: 'There is nothing to approve',
    happened: (f) => `${f.app} only says when it comes. It does not ask for its model to be switched to.`,
    now: () => 'Nothing was changed.',
    next: () => 'Nothing has to be done.',
    retry: 'no',
    sample: { app: 'recap' },
  }),
} as const
