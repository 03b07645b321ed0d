// Settings of what is kept, and for how long: on the disks of the Sparks and of the appliance.
import { z } from 'zod'
import { setting } from './define.ts'

export const keepingSettings = {
  'models.unusedDays': setting({
    schema: z.int().min(1).max(3650),
    default: 30,
    label: 'Call a model unused after',
    help: 'Disks then lists it as one that could go. Nothing is deleted by itself.',
    group: 'Disks',
    secret: false,
    env: null,
    control: 'number',
    unit: 'days',
  }),
  'storage.backupsKept': setting({
    schema: z.int().min(1).max(100),
    default: 10,
    label: 'Backups kept in the data folder',
    help: 'Older ones make room when the next one is made.',
    group: 'Backups',
    secret: false,
    env: null,
    control: 'number',
    unit: 'files',
  }),
  'downloads.hubToken': setting({
    schema: z.string().regex(/^([A-Za-z0-9_-]{4,400})?$/, 'a token of letters, digits, - and _ is needed'),
    default: '',
    label: 'Token of the Hub',
    help: 'For models that are not open to everybody, where no other token is typed. It is sent to the Spark with each download and kept there no longer.',
    group: 'Downloads',
    secret: true,
    env: 'HF_TOKEN',
    control: 'secret',
    unit: null,
  }),
} as const
