// What the app offers of settings, one at a time and as a file.
import type { SettingsDifference, SettingView } from '../contract/operations/setting-shapes.ts'
import type { SettingKey, SettingValue } from '../contract/settings.ts'

export interface SettingsUse {
  get<Key extends SettingKey>(key: Key): SettingValue<Key>
  list(): SettingView[]
  /** Raises setting_unknown, setting_invalid, setting_changed, setting_pinned. `version` undefined: last write wins (programs). */
  change(key: string, value: unknown, version: number | undefined, by: string): SettingView
  /** All of them or, where one cannot be, none. */
  changeTogether(values: ReadonlyMap<string, unknown>, by: string): void
  /** A value as its row reads it; nothing is changed. Raises setting_unknown. */
  read(key: string, value: unknown): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string }
  reset(key: string, by: string): SettingView
  /** Back to what it was before its last change, where that is known. */
  undo(key: string, version: number | undefined, by: string): SettingView
  watch(key: SettingKey, listener: () => void): () => void
}

/** Settings as a file to keep, compare and take over. No secrets. */
export interface SettingsFileUse {
  write(): { name: string; text: string }
  /** What taking it over would change. Raises settings_file_unreadable. */
  compare(text: string): SettingsDifference
  /** Raises settings_file_refused where a value cannot be, settings_file_stale where the difference is another one than was shown. */
  takeOver(text: string, shown: string | undefined, by: string): SettingsDifference
}
