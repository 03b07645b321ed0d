// Background work gives way first, once in an episode.
import { expect, test } from 'vitest'
import { shedBackground } from '../../server/app/background.ts'
import type { LevelChange } from '../../server/app/pressure.ts'
import type { PressureLevel } from '../../server/domain/pressure-level.ts'
import { createFakeLog } from '../fakes/log.ts'

test('it is asked in order at high, not at warning, and again only after the machine was calm', () => {
  const done: string[] = []
  let listener: (change: LevelChange) => void = () => undefined
  const log = createFakeLog()
  shedBackground({
    pressure: {
      onChange: (heard) => {
        listener = heard
      },
    },
    work: [
      () => {
        throw new Error('no')
      },
      (machine) => void done.push(machine),
    ],
    log,
  })
  const change = (to: PressureLevel): void => listener({ machine: 'm1', from: 'normal', to, at: 0, why: [] })
  for (const to of ['warning', 'unknown', 'high', 'critical', 'high', 'warning'] as const) change(to)
  expect(done).toEqual(['m1'])
  for (const to of ['normal', 'critical'] as const) change(to)
  expect(done).toEqual(['m1', 'm1'])
})
