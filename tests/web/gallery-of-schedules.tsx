// The calendar in its states.
import { calendarSample, overlapSample, type ScheduleView, scheduleSample } from '../../server/contract/operations/schedule-shapes.ts'
import { type ScheduleData, SchedulePage } from '../../web/views/pages/schedule.tsx'
import * as house from '../fakes/view-samples.ts'
import type { Exhibit } from './exhibit.ts'

const now = Date.parse('2026-01-01T14:30:00.000Z')
const asking: ScheduleView = {
  ...scheduleSample,
  id: 'a1b2c3d4e5f6',
  app: 'indexer',
  model: 'BAAI/bge-m3',
  modelName: 'bge m3',
  approved: null,
  state: 'waits_for_approval',
  rule: 'every day at 02:30',
  durationSeconds: 1800,
  note: '',
  contact: '',
  last: null,
}
const plain: ScheduleView = {
  ...asking,
  id: 'b1b2c3d4e5f6',
  app: 'backup',
  model: null,
  modelName: null,
  ensure: false,
  state: 'planned',
  rule: 'every 15 minutes',
}
const missed: ScheduleView = {
  ...scheduleSample,
  last: {
    at: '2026-01-01T01:00:00.000Z',
    state: 'missed',
    swap: null,
    code: 'swap_locked',
    why: 'Alice has the Sparks reserved: a benchmark.',
  },
}
const first = calendarSample.days[0]?.times[0]
const busy: ScheduleData['calendar'] = {
  ...calendarSample,
  days:
    first === undefined
      ? []
      : [
          {
            date: '2026-01-01',
            weekday: 'Thursday',
            times: [{ ...first, app: 'backup', model: null, modelName: null, clock: '15:30 - 23:45', count: 34, ensured: false }],
          },
          {
            date: '2026-01-02',
            weekday: 'Friday',
            times: [first, { ...first, app: 'indexer', modelName: 'bge m3', clock: '02:30 - 03:00', ensured: false, asked: true }],
          },
        ],
  overlaps: [
    overlapSample,
    { ...overlapSample, sentence: 'Alice has the Sparks reserved while recap wants them: tomorrow from 02:00 until 02:30.' },
  ],
}
const data: ScheduleData = { calendar: busy, schedules: [scheduleSample, asking, plain], lock: house.freeLock, now }
const nothing = { ...calendarSample, days: [], overlaps: [] }

export const scheduleExhibits: readonly Exhibit[] = [
  { name: 'schedule', place: 'home', body: <SchedulePage {...data} /> },
  { name: 'schedule-empty', place: 'home', body: <SchedulePage {...data} calendar={nothing} schedules={[]} /> },
  {
    name: 'schedule-missed',
    place: 'home',
    body: <SchedulePage {...data} schedules={[missed]} lock={{ ...house.reservation, until: '2026-01-01T15:10:00.000Z' }} />,
  },
  {
    name: 'schedule-changed',
    place: 'home',
    body: (
      <SchedulePage {...data} trouble="indexer changed this entry after it was shown. Nothing was approved. Read it again, then decide." />
    ),
  },
]
