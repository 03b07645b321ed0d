// Settings of the bot: a program of another user on one of the machines.
import { z } from 'zod'
import { setting } from './define.ts'

const group = 'Bot'
const plainName = (least: number, most: number) =>
  z.string().regex(new RegExp(`^[\\p{L}\\p{N} ._-]{${least},${most}}$`, 'u'), 'a name of letters, digits, spaces, . _ and - is needed')
const text = { group, secret: false, control: 'text', unit: null } as const

export const botSettings = {
  'bot.user': setting({
    ...text,
    schema: z.string().regex(/^([a-z_][a-z0-9_-]{0,31})?$/i, 'a user name of letters, digits, - and _ is needed, or nothing'),
    default: '',
    label: 'User of the bot',
    help: 'Its own user on the machine, who must accept the key shown on its page. Empty: there is no bot, and nothing of it is shown.',
    env: 'MATRIX_BRIDGE_USER',
  }),
  'bot.machine': setting({
    ...text,
    schema: plainName(0, 100),
    default: '',
    label: 'Machine of the bot',
    help: 'Name of the machine it runs on. Empty: the first in the list.',
    env: null,
  }),
  'bot.name': setting({
    ...text,
    schema: plainName(1, 40),
    default: 'Bot',
    label: 'Name of the bot',
    help: 'What it is called here.',
    env: null,
  }),
  'bot.runs': setting({
    ...text,
    schema: z.enum(['unit', 'container'], 'unit or container is needed'),
    default: 'unit',
    label: 'What runs the bot',
    help: 'unit: a unit of its user under systemd. container: docker.',
    env: null,
  }),
  'bot.unit': setting({
    ...text,
    schema: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}$/, 'a name of letters, digits, _ . @ and - is needed'),
    default: 'matrix-bridge.service',
    label: 'Unit or container of the bot',
    help: 'Its state, its restart and its log are those of this one.',
    env: 'MATRIX_BRIDGE_UNIT',
  }),
  'bot.folder': setting({
    ...text,
    schema: z
      .string()
      .max(500)
      .regex(/^(\/[^\0\n\r]*)?$/, 'an absolute path is needed, or nothing'),
    default: '',
    label: 'Checkout of the bot',
    help: 'The folder that an update brings up to date by git. Empty: nothing to update.',
    env: 'MATRIX_BRIDGE_DIR',
  }),
  'bot.restartWords': setting({
    schema: z
      .array(z.string().regex(/^[A-Za-z0-9_./:=@+,%-]{1,500}$/, 'words of letters, digits and _ . / : = @ + , % - are needed'))
      .max(20),
    default: [],
    label: 'Command that restarts the bot',
    help: 'One word of it on each line; no shell reads it. Empty: systemd or docker restarts it.',
    group,
    secret: false,
    env: null,
    control: 'list',
    unit: null,
  }),
} as const
