// The real settings over a store in memory, as a use case of the edge.
import { createHash } from 'node:crypto'
import { settingsText } from '../../server/adapters/files/settings-text.ts'
import type { SettingStore, StoredSetting } from '../../server/app/ports.ts'
import { createSettings } from '../../server/app/settings.ts'
import { createSettingsFile } from '../../server/app/settings-file.ts'
import type { UseCases } from '../../server/app/use-cases.ts'
import { createFakeSealer } from './sealer.ts'

export function fakeSettings(): Pick<UseCases, 'settings' | 'settingsFile'> {
  const rows: Record<string, StoredSetting> = {}
  const store: SettingStore = {
    all: () => rows,
    set(key, value, version, setAt, setBy, before) {
      if ((rows[key]?.version ?? 0) !== version) return false
      rows[key] = { value, before, version: version + 1, setAt, setBy }
      return true
    },
    together: (act) => act(),
  }
  const clock = { now: () => Date.UTC(2026, 0, 1) }
  const settings = createSettings({ store, clock, env: {}, sealer: createFakeSealer() })
  const ids = { digest: (text: string) => createHash('sha256').update(text).digest('hex') }
  return { settings, settingsFile: createSettingsFile({ settings, text: settingsText, clock, ids, version: '0.1.0' }) }
}
