// Sample settings for the gallery: as shipped, changed, pinned, and a secret in each of its states.
import type { SettingRow } from '../../server/contract/define.ts'
import type { SettingsDifference, SettingView } from '../../server/contract/operations/setting-shapes.ts'
import { pinName, wordsOf } from '../../server/contract/setting-words.ts'
import { settings as rows } from '../../server/contract/settings.ts'
import { before } from './view-samples.ts'

const changes: Readonly<Record<string, Partial<SettingView>>> = {
  'machines.pollSeconds': { value: 3, before: 10, version: 2, setBy: 'owner', setAt: before(90_000) },
  'engine.port': { value: 8001, version: 1, setBy: 'an earlier installation (VLLM_PORT)', setAt: before(900_000) },
  'engine.image': { value: 'registry.example/vllm:2', pinned: true, setBy: 'the environment (SPARK_CONTROL_ENGINE_IMAGE)' },
}

export const settings: SettingView[] = Object.entries<SettingRow>(rows).map(([key, row]) => ({
  key,
  label: row.label,
  help: row.help,
  group: row.group,
  control: row.control,
  unit: row.unit,
  allowed: wordsOf(row).allowed,
  choices: wordsOf(row).choices?.slice() ?? null,
  value: row.secret ? null : row.default,
  default: row.secret ? null : row.default,
  before: null,
  version: 0,
  setBy: null,
  setAt: null,
  pin: pinName(key),
  pinned: false,
  secret: row.secret ? 'empty' : 'no',
  ...changes[key],
}))

export const ofGroup = (group: string): SettingView[] => settings.filter((one) => one.group === group)

export const secrets: SettingView[] = (['empty', 'set', 'lost', 'set'] as const).map((secret, at) => ({
  key: `sample.secret${at}`,
  label: ['Nobody entered it', 'Entered yesterday', 'Sealed with another key', 'From the environment'][at] ?? '',
  help: 'A token of a service.',
  group: 'Secrets',
  control: 'secret',
  unit: null,
  allowed: null,
  choices: null,
  value: null,
  default: null,
  before: null,
  version: at,
  setBy: secret === 'empty' ? null : 'owner',
  setAt: secret === 'empty' ? null : before(90_000),
  pin: `SPARK_CONTROL_SAMPLE_SECRET${at}`,
  pinned: at === 3,
  secret,
}))

export const difference: SettingsDifference = {
  fingerprint: '3b1f0c6a9d2e4f58',
  changes: [
    { key: 'engine.port', label: 'Port', unit: null, from: 8000, to: 8001 },
    { key: 'swap.drainSeconds', label: 'Let running conversations finish for', unit: 'seconds', from: 30, to: 0 },
    { key: 'access.hosts', label: 'Other names of this appliance', unit: null, from: [], to: ['sparks.example'] },
  ],
  same: 4,
  unknown: [{ key: 'engine.prot', near: 'engine.port' }],
  invalid: [],
  pinned: [{ key: 'engine.image', env: 'SPARK_CONTROL_ENGINE_IMAGE' }],
  secrets: ['downloads.hubToken'],
}
