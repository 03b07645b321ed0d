// How a switch can end badly beside the start itself: room that is not made, a machine that goes silent, an interruption.
// What is true now is filled in by the switch, so `now` is empty where only it knows.
import { error } from './define-error.ts'

type Where = { machine: string }
type Why = { why: string }

export const outcomeErrors = {
  room_not_made: error<Where & { container: string }>({
    status: 502,
    title: 'The old model could not be stopped',
    happened: (f) => `The container ${f.container} was told to stop and is still there on ${f.machine}.`,
    now: () => '',
    next: () => 'Remove it by force, then switch again.',
    act: 'remove_by_force',
    retry: 'yes',
    sample: { machine: 'spark-1', container: 'vllm_node' },
  }),
  removal_failed: error<Where & { container: string }>({
    status: 502,
    title: 'It could not be removed by force',
    happened: (f) => `Docker could not remove the container ${f.container} on ${f.machine}, even by force.`,
    now: () => '',
    next: (f) => `Only a restart of ${f.machine} ends it. Log in there and run this command; switch again when it is back.`,
    act: 'see_machine',
    run: () => 'sudo reboot',
    retry: 'no',
    sample: { machine: 'spark-1', container: 'vllm_node' },
  }),
  memory_not_back: error<Where & { have: string; need: string; others: readonly string[] | null }>({
    status: 502,
    title: 'Memory did not come back',
    happened: (f) => `The old model has stopped, but ${f.machine} has ${f.have} free and ${f.need} are needed.`,
    now: () => '',
    next: (f) => {
      if (f.others === null) return `Look at what runs on ${f.machine}. Stop what you can do without, then switch again.`
      if (f.others.length > 0)
        return `Also running on ${f.machine}: ${f.others.join(', ')}. Stop what you can do without, then switch again.`
      return `No container is left on ${f.machine}. If no program of yours uses memory there, only a restart gives it back: run this command.`
    },
    act: 'see_machine',
    run: (f) => (f.others?.length === 0 ? 'sudo reboot' : null),
    retry: 'yes',
    sample: { machine: 'spark-1', have: '40 GB', need: '85 GB', others: [] },
  }),
  machine_rebooted: error<Where>({
    status: 502,
    title: 'The machine restarted',
    happened: (f) => `${f.machine} restarted during the switch.`,
    now: () => '',
    next: () => 'Wait until it is back under Machines, then switch again.',
    act: 'switch_again',
    retry: 'yes',
    sample: { machine: 'spark-1' },
  }),
  machine_silent: error<Where & { minutes: number }>({
    status: 504,
    title: 'The machine went silent',
    happened: (f) => `${f.machine} has not answered for ${f.minutes === 1 ? '1 minute' : `${f.minutes} minutes`}.`,
    now: () => 'What runs there is not known. No second start was made.',
    next: (f) =>
      `Look at ${f.machine} itself. When it answers again, half of a start that is left there is removed, and anything else is shown. If it stays silent, restart it.`,
    act: 'see_machine',
    retry: 'yes',
    sample: { machine: 'spark-1', minutes: 60 },
  }),
  swap_interrupted: error<Why>({
    status: 500,
    title: 'The switch was interrupted',
    happened: (f) => `The switch was interrupted: ${f.why}.`,
    now: () => '',
    next: () => 'Switch again.',
    act: 'switch_again',
    retry: 'yes',
    sample: { why: 'Spark Control restarted before anything had changed' },
  }),
  cancelled: error<Record<string, never>>({
    status: 409,
    title: 'Cancelled',
    happened: () => 'The switch was cancelled.',
    now: () => '',
    next: () => 'Switch again when you like.',
    act: 'switch_again',
    retry: 'no',
    sample: {},
  }),
} as const
