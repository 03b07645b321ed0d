// Shapes of settings: one, and a file of them beside what is true here.
import { z } from 'zod'

const Time = z.iso.datetime()

export const SettingShape = z
  .object({
    key: z.string(),
    label: z.string(),
    help: z.string(),
    group: z.string(),
    control: z.enum(['text', 'number', 'toggle', 'secret', 'list']),
    unit: z.string().nullable(),
    /** What it takes, in words; null where the help says it. */
    allowed: z.string().nullable(),
    choices: z.array(z.string()).nullable().describe('The only values it takes; null: others too'),
    /** null for a secret, which is shown to nobody. */
    value: z.unknown(),
    default: z.unknown(),
    /** What it was before its last change; null where that was the default, or a secret. */
    before: z.unknown(),
    version: z.int(),
    setBy: z.string().nullable(),
    setAt: Time.nullable(),
    /** The environment variable that pins it. */
    pin: z.string(),
    /** True: that variable is set, so it cannot be changed here. */
    pinned: z.boolean(),
    /** `lost`: it was sealed with a key that is not here, and must be entered again. `no`: not a secret. */
    secret: z.enum(['no', 'empty', 'set', 'lost']),
  })
  .meta({ id: 'Setting' })
export type SettingView = z.output<typeof SettingShape>

const Difference = z.object({ key: z.string(), label: z.string(), unit: z.string().nullable(), from: z.unknown(), to: z.unknown() })

export const SettingsDifferenceShape = z
  .object({
    /** Of this difference; another one is there as soon as a setting is changed in between. */
    fingerprint: z.string(),
    changes: z.array(Difference),
    /** Values of the file that are in force already. */
    same: z.int(),
    /** Keys that this version does not know: left out. */
    unknown: z.array(z.object({ key: z.string(), near: z.string().nullable() })),
    /** Values that cannot be; while there is one, nothing of the file is taken over. */
    invalid: z.array(z.object({ key: z.string(), why: z.string() })),
    /** Kept by the environment here: left out. */
    pinned: z.array(z.object({ key: z.string(), env: z.string() })),
    /** Secrets are not taken from a file: left out. */
    secrets: z.array(z.string()),
  })
  .meta({ id: 'SettingsDifference' })
export type SettingsDifference = z.output<typeof SettingsDifferenceShape>

export const settingSample: SettingView = {
  key: 'engine.port',
  label: 'Port',
  help: 'The port vLLM listens on when a recipe names none.',
  group: 'Engine',
  control: 'number',
  unit: null,
  allowed: 'a whole number from 1 to 65,535',
  choices: null,
  value: 8000,
  default: 8000,
  before: null,
  version: 0,
  setBy: null,
  setAt: null,
  pin: 'SPARK_CONTROL_ENGINE_PORT',
  pinned: false,
  secret: 'no',
}

export const settingsFileSample = `# Settings of Spark Control.
spark-control: settings
version: 1
settings:
  engine.port: 8001
`

export const differenceSample: SettingsDifference = {
  fingerprint: '3b1f0c6a9d2e4f58',
  changes: [{ key: 'engine.port', label: 'Port', unit: null, from: 8000, to: 8001 }],
  same: 0,
  unknown: [],
  invalid: [],
  pinned: [],
  secrets: [],
}
