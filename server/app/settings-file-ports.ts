// Settings as text to keep. How it is written is the adapter's.

export interface SettingLine {
  readonly key: string
  readonly value: unknown
  /** What it is, for whoever reads the file. */
  readonly label: string
  /** False: written as a remark, so that taking the file over leaves it alone. */
  readonly counts: boolean
}

export interface SettingsText {
  write(head: readonly string[], lines: readonly SettingLine[]): string
  /** Never rejects: `why` is a sentence. */
  read(
    text: string,
  ): { readonly ok: true; readonly values: Readonly<Record<string, unknown>> } | { readonly ok: false; readonly why: string }
}
