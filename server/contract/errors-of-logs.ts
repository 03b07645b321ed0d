// Errors of logs of containers.
import { error } from './define-error.ts'

type Where = { machine: string; what: string }

export const logErrors = {
  log_absent: error<Where>({
    status: 404,
    title: 'There is no such log',
    happened: (f) => `There is no ${f.what} on ${f.machine}.`,
    now: () => 'Its log went with it, if it ever was there.',
    next: () => 'Open the machine to see what runs on it.',
    act: 'see_machine',
    retry: 'no',
    sample: { machine: 'spark-1', what: 'container "kokoro"' },
  }),
  log_unreadable: error<Where & { why: string }>({
    status: 502,
    title: 'The log cannot be read',
    happened: (f) => `The log of ${f.what} on ${f.machine} cannot be read: ${f.why}.`,
    now: () => 'What it writes is not shown. It runs on as it did.',
    next: (f) => `Log in to ${f.machine} and read it there, to see whether docker gives it out.`,
    act: 'see_machine',
    retry: 'yes',
    sample: { machine: 'spark-1', what: 'container "kokoro"', why: 'docker answered that the user may not use it' },
  }),
  log_busy: error<{ machine: string; most: number; retryAfterSeconds: number }>({
    status: 429,
    title: 'Too many logs at once',
    happened: (f) => `${f.most} logs of ${f.machine} are being read already.`,
    now: () => 'This one was not opened, so that the machine is not kept from its work.',
    next: () => 'Close a page that follows another log, or wait until a download ends.',
    retry: 'after',
    sample: { machine: 'spark-1', most: 4, retryAfterSeconds: 10 },
  }),
} as const
