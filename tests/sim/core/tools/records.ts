// last and journalctl: when a node started, and what it said before it went down.
import type { Tool } from '../sim.ts'

const stamp = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, '+00:00')

/** `last -x --time-format iso reboot shutdown`, newest first. */
export const last: Tool = async (sim, call, io) => {
  const { records, condition } = sim.node(call.node)
  if (!condition.records) {
    io.err('last: cannot open /var/log/wtmp: Permission denied\n')
    return 1
  }
  for (const { kind, at } of records.toReversed()) {
    const [who, where] = kind === 'reboot' ? ['reboot  ', 'system boot '] : ['shutdown', 'system down ']
    io.out(`${who} ${where} ${condition.kernel} ${stamp(at)}\n`)
  }
  io.out(`\nwtmp begins ${stamp(records[0]?.at ?? 0)}\n`)
  return 0
}

/** The end of the journal of the boot before. */
export const journalctl: Tool = async (sim, call, io) => {
  const { records, lastWords } = sim.node(call.node).condition
  if (!records) return 1
  io.out(`Started session 3 of user spark.\n${lastWords === null ? '' : `${lastWords}\n`}`)
  return 0
}
