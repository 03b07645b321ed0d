// How short a machine is of memory, in a sentence; nothing while it is calm.
import type { MachineShape } from '../../../server/contract/operations/shapes.ts'
import { Note } from './notice.tsx'

const kinds = { unknown: 'plain', warning: 'warn', high: 'warn', critical: 'bad' } as const

/** Before its first reading, and of a machine that does not answer at all, there is nothing to add. */
export function isShort({ pressure, state }: MachineShape): boolean {
  return pressure !== null && pressure.level !== 'normal' && pressure.since !== null && state === 'reachable'
}

export function PressureNote({ machine }: { readonly machine: MachineShape }) {
  const { pressure } = machine
  if (pressure === null || pressure.level === 'normal' || !isShort(machine)) return null
  return (
    <Note kind={kinds[pressure.level]} icon="warning">
      {pressure.sentence}
    </Note>
  )
}
