// The registry behind the UseCases interface: one entry, told as the contract's own examples.
import type { UseCases } from '../../server/app/use-cases.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { calendarSample, overlapSample, type ScheduleView, scheduleSample } from '../../server/contract/operations/schedule-shapes.ts'

/** `note` writes down what was asked, and throws what the test wants thrown. */
export function fakeSchedules(note: (what: string, ask: unknown) => void): UseCases['schedules'] {
  const find = (id: string): ScheduleView => {
    if (id !== scheduleSample.id) throw new SparkError('not_found', { what: `entry of the schedule "${id}"` })
    return scheduleSample
  }
  return {
    list: () => [scheduleSample],
    find,
    calendar: () => calendarSample,
    register(ask) {
      note('schedules.register', ask)
      return { ...scheduleSample, app: ask.app, overlaps: [overlapSample], token: 'f00d' }
    },
    change(id, token, ask) {
      note('schedules.change', { id, token, ask })
      return { ...find(id), overlaps: [] }
    },
    remove(id, token) {
      note('schedules.remove', { id, token })
      find(id)
    },
    approve(id, digest, by) {
      note('schedules.approve', { id, digest, by })
      return find(id)
    },
    withdraw(id, by) {
      note('schedules.withdraw', { id, by })
      return find(id)
    },
    dismiss(id, by) {
      note('schedules.dismiss', { id, by })
      find(id)
    },
    next: () => ({ at: '2026-01-02T01:00:00.000Z', sentence: 'recap tomorrow at 02:00, with a switch to Qwen3 8B' }),
  }
}
