// Errors of settings.
import { error } from './define-error.ts'

export const settingErrors = {
  setting_unknown: error<{ key: string }>({
    status: 404,
    title: 'No such setting',
    happened: (f) => `There is no setting "${f.key}".`,
    now: () => 'Nothing was changed.',
    next: () => 'See the list under Settings.',
    retry: 'no',
    sample: { key: 'x.y' },
  }),
  setting_invalid: error<{ key: string; why: string }>({
    status: 422,
    title: 'This value cannot be used',
    happened: (f) => `${f.key} cannot be set: ${f.why}.`,
    now: () => 'The old value stays.',
    next: () => 'Correct it and save again.',
    retry: 'no',
    sample: { key: 'engine.port', why: 'a number from 1 to 65535 is needed' },
  }),
  setting_changed: error<{ key: string; theirs: string; yours: string }>({
    status: 409,
    title: 'Someone else changed this',
    happened: (f) => `${f.key} was changed to ${f.theirs} since you opened the page; you sent ${f.yours}.`,
    now: (f) => `${f.theirs} stays.`,
    next: () => 'Look at both and save again.',
    retry: 'no',
    sample: { key: 'engine.port', theirs: '8001', yours: '8002' },
  }),
  sealing_key_unusable: error<{ file: string; why: string }>({
    status: 503,
    title: 'Secrets cannot be kept',
    happened: (f) => `The key that secrets are sealed with, ${f.file}, cannot be used: ${f.why}.`,
    now: () => 'Nothing was saved. The key file was left as it is; everything that needs no secret goes on.',
    next: () => 'Put the right key file back. Without it, move this one away: a new key is made, and each secret must be entered again.',
    retry: 'no',
    sample: { file: '/data/secrets-key', why: 'it cannot be read (EACCES)' },
  }),
} as const
