// Errors of machines: reaching them, knowing them, being obeyed by them.
import { error } from './define-error.ts'

type Where = { machine: string }
type Why = { why: string }

export const machineErrors = {
  address_not_ip: error<{ address: string }>({
    status: 422,
    title: 'An IP address is needed',
    happened: (f) => `"${f.address}" is not an IP address.`,
    now: () => 'Nothing was saved.',
    next: () => 'Use the number, such as 192.168.1.20: names ending in .local do not resolve inside containers and may change.',
    retry: 'no',
    sample: { address: 'spark-1.local' },
  }),
  machine_exists: error<{ address: string }>({
    status: 409,
    title: 'Already there',
    happened: (f) => `A machine at ${f.address} is already in the list.`,
    now: () => 'Nothing was changed.',
    next: () => 'Open it under Machines.',
    retry: 'no',
    sample: { address: '192.0.2.20' },
  }),
  machine_in_use: error<Where>({
    status: 409,
    title: 'This machine is in use',
    happened: (f) => `${f.machine} takes part in a running switch or serves a model.`,
    now: () => 'Nothing about it was changed.',
    next: () => 'Wait for the switch to end, or stop the model first.',
    retry: 'no',
    sample: { machine: 'spark-1' },
  }),
  machine_unreachable: error<Where & Why>({
    status: 502,
    title: 'The machine does not answer',
    happened: (f) => `${f.machine} does not answer: ${f.why}.`,
    now: () => 'What runs on it is not known until it answers again.',
    next: () => 'Check that it is on and on the network, then press "Check now".',
    retry: 'yes',
    sample: { machine: 'spark-1', why: 'connection refused' },
  }),
  machine_timeout: error<Where & { seconds: number }>({
    status: 504,
    title: 'The machine took too long',
    happened: (f) => `${f.machine} did not answer within ${f.seconds} seconds.`,
    now: () => 'What runs on it is not known until it answers again.',
    next: () => 'It may be busy loading a model. If it stays silent for many minutes, look at the machine itself.',
    retry: 'yes',
    sample: { machine: 'spark-1', seconds: 15 },
  }),
  machine_refused_key: error<Where & { user: string }>({
    status: 502,
    title: 'The machine does not accept our key',
    happened: (f) => `${f.machine} does not let ${f.user} in with this appliance's key.`,
    now: () => 'Nothing can be read from it.',
    next: (f) => `Add the public key shown under Machines to ~/.ssh/authorized_keys of ${f.user} on ${f.machine}.`,
    retry: 'no',
    sample: { machine: 'spark-1', user: 'alice' },
  }),
  host_key_changed: error<Where & { pinned: string; presented: string }>({
    status: 409,
    title: 'This machine shows another identity',
    happened: (f) => `${f.machine} presents the host key ${f.presented}, not ${f.pinned} as before.`,
    now: () => 'Nothing is sent to it. Either it was reinstalled, or another machine answers at its address.',
    next: () => 'If you reinstalled it, accept the new key on its page. If not, find out who answers there.',
    retry: 'no',
    sample: { machine: 'spark-1', pinned: 'SHA256:old', presented: 'SHA256:new' },
  }),
  machine_answer_unreadable: error<Where & Why>({
    status: 502,
    title: 'The answer is not understood',
    happened: (f) => `${f.machine} answered in a way that is not understood: ${f.why}.`,
    now: () => 'The last good values are kept and shown as old.',
    next: () => 'Log in to the machine by SSH as the same user and see whether its shell prints something unusual.',
    retry: 'yes',
    sample: { machine: 'spark-1', why: 'no end mark' },
  }),
  fence_refused: error<Where & { appliance: string; fence: number }>({
    status: 409,
    title: 'Someone else controls this machine',
    happened: (f) => `${f.machine} was taken by a later order (number ${f.fence}, appliance ${f.appliance}).`,
    now: () => 'Nothing was started or stopped by this order.',
    next: () => 'If another Spark Control is in charge of this cluster, use that one.',
    retry: 'no',
    sample: { machine: 'spark-1', appliance: 'b0b', fence: 7 },
  }),
} as const
