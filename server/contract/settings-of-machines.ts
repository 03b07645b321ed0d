// Settings of looks at machines and of downloads.
import { z } from 'zod'
import { setting } from './define.ts'
import { seconds } from './setting-words.ts'

export const machineSettings = {
  'downloads.stallSeconds': setting({
    schema: seconds(5, 3600),
    default: 120,
    label: 'Call a download stuck after',
    help: 'No byte has arrived for this long. It is said, and the download goes on.',
    group: 'Downloads',
    secret: false,
    env: null,
    control: 'number',
    unit: 'seconds',
  }),
  'machines.pollSeconds': setting({
    schema: seconds(1, 300),
    default: 5,
    label: 'Look at every Spark every',
    help: 'One short connection each time.',
    group: 'Machines',
    secret: false,
    env: 'POLL_SECONDS',
    control: 'number',
    unit: 'seconds',
  }),
  'machines.inspectMinutes': setting({
    schema: z.int().min(1).max(1440),
    default: 10,
    label: 'Look at images and launchers every',
    help: 'What changes seldom: images, newer launchers, the cable between the Sparks. Also when you press "Check now".',
    group: 'Machines',
    secret: false,
    env: null,
    control: 'number',
    unit: 'minutes',
  }),
  'models.scanSeconds': setting({
    schema: seconds(5, 86_400),
    default: 300,
    label: 'Look for models every',
    help: 'Also right after a switch, and when you press "Look again".',
    group: 'Machines',
    secret: false,
    env: 'SCAN_SECONDS',
    control: 'number',
    unit: 'seconds',
  }),
} as const
