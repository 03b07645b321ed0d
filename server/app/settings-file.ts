// All settings as one file: to keep, to compare with what is here, to take over whole or not at all.
import { SparkError } from '../contract/errors.ts'
import type { SettingsDifference, SettingView } from '../contract/operations/setting-shapes.ts'
import { nearest } from '../domain/nearest.ts'
import { isoTime } from './iso-time.ts'
import type { Clock, Ids } from './ports.ts'
import type { SettingsText } from './settings-file-ports.ts'
import type { SettingsFileUse, SettingsUse } from './settings-use.ts'

export interface SettingsFileNeeds {
  readonly settings: Pick<SettingsUse, 'list' | 'read' | 'changeTogether'>
  readonly text: SettingsText
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Pick<Ids, 'digest'>
  readonly version: string
}

/** More than there can ever be: such a file is not one of settings. */
const mostKeys = 1000
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

export function createSettingsFile({ settings, text, clock, ids, version }: SettingsFileNeeds): SettingsFileUse {
  const valuesOf = (given: string): Readonly<Record<string, unknown>> => {
    const reading = text.read(given)
    if (!reading.ok) throw new SparkError('settings_file_unreadable', { why: reading.why })
    if (Object.keys(reading.values).length > mostKeys) {
      throw new SparkError('settings_file_unreadable', { why: `It names more than ${mostKeys} settings.` })
    }
    return reading.values
  }

  const compare = (given: string): SettingsDifference => {
    const views = new Map(settings.list().map((view) => [view.key, view]))
    const found: Omit<SettingsDifference, 'fingerprint'> = { changes: [], same: 0, unknown: [], invalid: [], pinned: [], secrets: [] }
    for (const [key, value] of Object.entries(valuesOf(given))) {
      const view = views.get(key)
      if (view === undefined) found.unknown.push({ key: key.slice(0, 100), near: nearest(key, [...views.keys()]) })
      else if (view.secret !== 'no') found.secrets.push(key)
      else sort(view, value, found)
    }
    return { fingerprint: ids.digest(JSON.stringify(found)).slice(0, 16), ...found }
  }

  const sort = (view: SettingView, value: unknown, found: Omit<SettingsDifference, 'fingerprint'>): void => {
    const { key, label, unit } = view
    const read = settings.read(key, value)
    if (!read.ok) found.invalid.push({ key, why: read.why })
    else if (same(read.value, view.value)) found.same += 1
    else if (view.pinned) found.pinned.push({ key, env: view.pin })
    else found.changes.push({ key, label, unit, from: view.value, to: read.value })
  }

  return {
    write() {
      const now = isoTime(clock.now())
      const lines = settings
        .list()
        .filter((view) => view.secret === 'no')
        .map((view) => ({ key: view.key, label: view.label, value: view.value, counts: !view.pinned && !same(view.value, view.default) }))
      const head = [
        `Settings of Spark Control ${version}, written ${now}.`,
        'Lines that begin with # are remarks: the default, or kept by the environment. Secrets are not in here.',
      ]
      return { name: `spark-control-settings-${now.replaceAll(/[-:]|\.\d+/g, '')}.yaml`, text: text.write(head, lines) }
    },
    compare,
    takeOver(given, shown, by) {
      const difference = compare(given)
      const { invalid, changes } = difference
      const first = invalid[0]
      if (first !== undefined) throw new SparkError('settings_file_refused', { count: invalid.length, first: `${first.key}: ${first.why}` })
      if (shown !== undefined && shown !== difference.fingerprint) throw new SparkError('settings_file_stale', {})
      if (changes.length > 0) settings.changeTogether(new Map(changes.map(({ key, to }) => [key, to])), by)
      return difference
    },
  }
}
