// What every look at a machine over SSH may end with.

export const reach = [
  'machine_unreachable',
  'machine_timeout',
  'machine_refused_key',
  'host_key_changed',
  'machine_answer_unreadable',
] as const

/** The same where the machine that answers is told from the one that is meant. */
export const reachOfThis = [...reach, 'machine_is_another'] as const
