// Errors of what is done to a machine beside switching: dropping caches, updating the launcher.
import { error } from './define-error.ts'

type Where = { machine: string }

export const machineActErrors = {
  caches_not_allowed: error<Where & { line: string; command: string | null }>({
    status: 409,
    title: 'This needs a line in sudoers first',
    happened: (f) => `${f.machine} does not let Spark Control drop caches.`,
    now: () => 'Nothing was changed.',
    next: (f) => `Install the one line "${f.line}" there. Its page has the command to copy.`,
    run: (f) => f.command,
    act: 'see_machine',
    retry: 'no',
    sample: { machine: 'spark-1', line: 'alice ALL=(root) NOPASSWD: /usr/bin/tee /proc/sys/vm/drop_caches', command: null },
  }),
  model_is_loading: error<Where & { model: string }>({
    status: 409,
    title: 'A model is being loaded',
    happened: (f) => `${f.model} is being loaded on ${f.machine}.`,
    now: () => 'Nothing was changed: dropping what it reads from the disk now would make it read everything twice.',
    next: () => 'Try again when it answers.',
    act: 'see_home',
    retry: 'yes',
    sample: { machine: 'spark-1', model: 'Qwen3 8B' },
  }),
  machine_act_failed: error<Where & { what: string; why: string }>({
    status: 502,
    title: 'It did not work',
    happened: (f) => `${f.what} did not work on ${f.machine}: ${f.why}.`,
    now: () => 'What runs there was not touched.',
    next: () => 'Look at the machine again. If it stays so, try the same by hand in a terminal there.',
    act: 'see_machine',
    retry: 'yes',
    sample: { machine: 'spark-1', what: 'Dropping caches', why: 'it took longer than a minute' },
  }),
  launcher_update_refused: error<Where & { why: string; unblock: string }>({
    status: 409,
    title: 'The launcher cannot be updated now',
    happened: (f) => `The launcher on ${f.machine} cannot be updated. ${f.why}`,
    now: () => 'It stays as it is.',
    next: (f) => f.unblock,
    act: 'see_machine',
    retry: 'no',
    sample: {
      machine: 'spark-1',
      why: 'Somebody changed files of the launcher there (launch-cluster.sh).',
      unblock: 'Keep or undo these changes on the machine, for example with git stash, then look again.',
    },
  }),
  launcher_changed_meanwhile: error<Where>({
    status: 409,
    title: 'There is another update by now',
    happened: (f) => `What the launcher on ${f.machine} would become changed since it was shown.`,
    now: () => 'Nothing was updated.',
    next: () => 'Read what the update brings now, and confirm it again.',
    retry: 'no',
    sample: { machine: 'spark-1' },
  }),
} as const
