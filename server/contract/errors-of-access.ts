// Errors of who may come in.
import { error } from './define-error.ts'

const inRights: Readonly<Record<string, string>> = {
  see: 'To see this',
  use: 'To use the models',
  operate: 'To change something',
}
const unchanged = 'Nothing was changed.'

export const accessErrors = {
  sign_in_needed: error<{ right: string; way: 'code' | 'password'; proxy: string | null }>({
    status: 401,
    title: 'Sign in first',
    happened: (f) =>
      f.proxy === null
        ? `${inRights[f.right] ?? 'For this'} the owner's sign-in or an API key is needed.`
        : `This came through a proxy at ${f.proxy} that Spark Control does not know, so it cannot tell who sent it.`,
    now: () => unchanged,
    next: (f) =>
      [
        f.way === 'code'
          ? 'Enter the set-up code that the server printed when it started.'
          : 'Sign in, or send an API key as Authorization: Bearer.',
        ...(f.proxy === null ? [] : ['If the proxy is yours, add its address under Settings, Access.']),
      ].join(' '),
    act: 'sign_in',
    retry: 'no',
    sample: { right: 'operate', way: 'password', proxy: null },
  }),
  right_missing: error<{ name: string; right: string }>({
    status: 403,
    title: 'This key may not do that',
    happened: (f) =>
      f.right === 'owner'
        ? `The key "${f.name}" may not change who has access. Only the owner may.`
        : `The key "${f.name}" does not have the right "${f.right}".`,
    now: () => unchanged,
    next: (f) =>
      f.right === 'owner'
        ? 'Sign in as the owner, on a page or with the password.'
        : 'Use another key, or make one with that right under Settings, Access.',
    retry: 'no',
    sample: { name: 'Notes app', right: 'operate' },
  }),
  key_wrong: error<Record<string, never>>({
    status: 401,
    title: 'This key is not known',
    happened: () => 'The API key that was sent is not known here. It may have been revoked.',
    now: () => unchanged,
    next: () => 'Make a new one under Settings, Access, and give it to the app.',
    retry: 'no',
    sample: {},
  }),
  key_expired: error<{ name: string; since: string }>({
    status: 401,
    title: 'This key has expired',
    happened: (f) => `The key "${f.name}" expired on ${f.since}.`,
    now: () => unchanged,
    next: () => 'Make a new one under Settings, Access, and give it to the app.',
    retry: 'no',
    sample: { name: 'Notes app', since: '2026-01-31' },
  }),
  key_name_taken: error<{ name: string }>({
    status: 409,
    title: 'There is a key of that name',
    happened: (f) => `The name "${f.name}" is taken.`,
    now: () => 'No key was made.',
    next: () => 'Choose another name, or revoke the key that has it.',
    retry: 'no',
    sample: { name: 'Notes app' },
  }),
  sign_in_wrong: error<{ way: 'code' | 'password' }>({
    status: 403,
    title: 'That is not right',
    happened: (f) => (f.way === 'code' ? 'The set-up code is not right.' : 'The password is not right.'),
    now: () => unchanged,
    next: (f) =>
      f.way === 'code'
        ? 'Look at the last start in the server log: the code changes with every start.'
        : 'Try again. If it is forgotten, run "spark-control password" on the computer that runs Spark Control.',
    retry: 'no',
    sample: { way: 'password' },
  }),
  too_many_tries: error<{ retryAfterSeconds: number; everybody: boolean }>({
    status: 429,
    title: 'Too many tries',
    happened: (f) =>
      f.everybody
        ? 'There were many wrong tries to sign in, from several addresses.'
        : 'There were too many wrong tries to sign in from this address.',
    now: () => 'This try was not looked at.',
    next: (f) =>
      f.everybody
        ? 'Use a browser in which you signed in before, or run "spark-control password" on the computer that runs Spark Control.'
        : 'Wait, then try again. A browser in which you signed in before does not have to wait.',
    retry: 'after',
    sample: { retryAfterSeconds: 60, everybody: false },
  }),
  password_unusable: error<{ why: string }>({
    status: 422,
    title: 'This password cannot be used',
    happened: (f) => `This password cannot be used: ${f.why}.`,
    now: () => 'The password was not changed.',
    next: () => 'Choose another. A few words in a row are easy to remember and hard to guess.',
    retry: 'no',
    sample: { why: 'at least 10 characters are needed' },
  }),
} as const
