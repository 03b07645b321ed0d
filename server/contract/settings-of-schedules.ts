// Settings of the calendar.
import { z } from 'zod'
import { isTimeZone } from '../domain/wall-clock.ts'
import { setting } from './define.ts'

export const scheduleSettings = {
  'schedule.timeZone': setting({
    schema: z
      .string()
      .max(80)
      .refine((name) => name === '' || isTimeZone(name), 'the name of a time zone such as Europe/Berlin is needed'),
    default: '',
    label: 'Time zone of the calendar',
    help: 'Such as Europe/Berlin. Empty: the one of the computer that Spark Control runs on. Apps name their own.',
    group: 'Schedule',
    secret: false,
    env: null,
    control: 'text',
    unit: null,
  }),
} as const
