// Every failure switch in words: what the demo's page lists, what break.ts prints, what lives draw from.
import type { FaultName, Moment } from './types.ts'

export interface Switch {
  readonly name: FaultName
  readonly group: SwitchGroup
  /** What is wrong, in plain words. */
  readonly words: string
  /** When it counts unless one says otherwise. */
  readonly moment: Moment
  /** Other moments that make sense for it. */
  readonly moments: readonly Moment[]
  /** state: a condition that is asked for where it matters. deed: it happens at its moment. scene: a deed that is undone when mended. */
  readonly kind: 'state' | 'deed' | 'scene'
  /** True when it lasts for a time of its own. */
  readonly lasts: boolean
  /** True when `times` counts it down; a condition that is looked at and not used up stays until it is mended. */
  readonly counts: boolean
  /** True when it strikes one service, by the name of its container. */
  readonly ofService: boolean
}

export type SwitchGroup = 'start' | 'engine' | 'services' | 'spark' | 'others' | 'downloads'

export const groupWords: Readonly<Record<SwitchGroup, string>> = {
  start: 'Before and while something is started',
  engine: 'The engine',
  services: 'Services beside the engine',
  spark: 'The Spark itself',
  others: 'What others left or do',
  downloads: 'Downloads',
}

type Row = readonly [FaultName, SwitchGroup, string, Partial<Switch>?]

const anyMoment = ['now', 'launcher', 'containers', 'weights', 'serving'] as const

const rows: readonly Row[] = [
  ['F3', 'start', 'The image is missing, and the launcher says that all is well'],
  ['F4', 'start', 'The image on the other Spark is another one'],
  ['F5', 'start', 'No SSH from one Spark to the other', { moments: ['now', 'containers'] }],
  ['F6', 'start', 'The user may not use docker', { moments: anyMoment, counts: false }],
  ['F25', 'start', 'Three of the cables are in use, and the launcher wants two or four'],
  ['F26', 'start', 'A mod of the recipe fails'],
  [
    'F23',
    'start',
    'SSH drops once the containers are up, and the launcher ends with it',
    { moment: 'containers', kind: 'deed', lasts: true },
  ],
  ['F7', 'engine', 'The engine fails while it starts'],
  ['F8', 'engine', 'Too little memory is free at the start'],
  ['F9', 'engine', 'No memory is left for the KV cache'],
  ['F10', 'engine', 'Loading stops half way and says nothing more', { moments: ['now', 'weights'] }],
  ['F11', 'engine', 'The engine dies while it serves'],
  ['F13', 'engine', 'The engine hangs: it says that it is healthy and never answers'],
  ['F16', 'engine', 'The system kills the engine to save memory', { moment: 'weights', moments: ['weights', 'serving'], kind: 'deed' }],
  ['F31', 'services', 'A service hangs: its port is open and nothing is answered', { counts: false }],
  ['F32', 'services', 'A service answers every request with an error', { counts: false }],
  ['F33', 'services', 'A service is slow: every answer takes six seconds', { counts: false }],
  ['F34', 'services', 'A service dies right after its start'],
  ['F35', 'services', 'The container of a service is up, and its port is closed', { counts: false }],
  ['F36', 'services', 'A service takes nearly all the memory that is free, and keeps it', { kind: 'scene' }],
  ['F37', 'services', 'The system kills a service to save memory', { kind: 'deed' }],
  ['F38', 'services', 'A service writes to its log without end', { kind: 'scene' }],
  ['F12', 'spark', 'Memory stays taken after a stop, until a restart'],
  ['F14', 'spark', 'The Spark freezes', { moment: 'weights', moments: anyMoment, kind: 'deed', lasts: true }],
  ['F15', 'spark', 'The Spark loses its power', { moment: 'weights', moments: anyMoment, kind: 'deed', lasts: true }],
  ['F27', 'spark', 'nvidia-smi fails: the driver does not answer', { moments: anyMoment }],
  ['F28', 'spark', 'A stop takes more than a minute and fails'],
  ['F30', 'spark', 'The login shell is fish, and start files print words of welcome', { counts: false }],
  ['F1', 'others', 'An old container of our name is left on the other Spark alone', { kind: 'scene', moments: ['now', 'launcher'] }],
  [
    'F2',
    'others',
    'Old containers of our name are left, and another model answers in them',
    { kind: 'scene', moments: ['now', 'launcher'] },
  ],
  ['F22', 'others', 'A part of a model is missing on one Spark', { kind: 'scene', moments: ['now', 'launcher'] }],
  [
    'F24',
    'others',
    'Somebody else starts another model on the same Spark',
    { moment: 'launcher', kind: 'scene', moments: ['now', 'launcher'] },
  ],
  ['F29', 'others', 'Containers of other programs run beside ours', { kind: 'scene' }],
  ['F17', 'downloads', 'uvx, which downloads models, is not installed'],
  ['F18', 'downloads', 'The model asks for a permission that is not there'],
  ['F19', 'downloads', 'The disk is full'],
  ['F20', 'downloads', 'The model folder belongs to another user', { counts: false }],
  ['F21', 'downloads', 'A download stands still at its last file'],
]

export const switches: readonly Switch[] = rows.map(([name, group, words, more]) => ({
  name,
  group,
  words,
  moment: 'now',
  moments: [],
  kind: 'state',
  lasts: false,
  counts: more?.kind !== 'scene',
  ofService: group === 'services',
  ...more,
}))

export const switchOf = (name: FaultName): Switch | undefined => switches.find((one) => one.name === name)

export const momentWords: Readonly<Record<Moment, string>> = {
  now: 'now',
  launcher: 'when the launcher begins',
  containers: 'when the containers are up',
  weights: 'while the weights load',
  serving: 'when it serves',
}
