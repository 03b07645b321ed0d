import type { SettingView } from '../../../server/contract/operations/shapes.ts'
import { hx } from '../../hx.ts'
import { Heading, type Theme, ThemeForm } from '../layout.tsx'

export interface SettingsData {
  readonly settings: readonly SettingView[]
  /** Lower-case name of the one group shown; null: all. */
  readonly group: string | null
  readonly theme: Theme
}

/** What came of a save, told at the setting it was about. */
export type Said =
  | { readonly kind: 'saved' }
  | { readonly kind: 'refused'; readonly why: string; readonly typed: string }
  | { readonly kind: 'changed'; readonly theirs: string; readonly typed: string }

export function groupId(group: string): string {
  return group.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}

export function SettingsPage({
  settings,
  group,
  theme,
  said,
}: SettingsData & { readonly said?: { readonly key: string; readonly what: Said } }) {
  const groups = [...new Set(settings.map((setting) => setting.group))]
  const shown = groups.filter((one) => group === null || groupId(one) === group)
  return (
    <div class="page narrow">
      <Heading
        title={shown.length === 1 && group !== null ? (shown[0] ?? 'Settings') : 'Settings'}
        {...(group === null ? {} : { up: { href: '/settings', word: 'Settings' } })}
      >
        <p class="quiet">Changes count from their next use; nothing restarts.</p>
      </Heading>
      {group === null ? (
        <section class="card stack">
          <h2>Appearance</h2>
          <ThemeForm theme={theme} />
        </section>
      ) : null}
      {group === null ? <BackupPart /> : null}
      {shown.map((name) => (
        <section class="card" id={groupId(name)} aria-labelledby={`${groupId(name)}-title`}>
          <h2 id={`${groupId(name)}-title`} class="group-title">
            {name}
          </h2>
          {settings
            .filter((setting) => setting.group === name)
            .map((setting) => (
              <SettingRow setting={setting} {...(said?.key === setting.key ? { said: said.what } : {})} />
            ))}
        </section>
      ))}
    </div>
  )
}

function BackupPart() {
  return (
    <form class="card stack" method="post" action="/backup">
      <h2>Backup</h2>
      <p>
        One file with machines, settings, history, and the private key of this appliance: keep it where only you can read it. Recipes of
        your own are files in the data folder and are not in it. To go back to it, stop Spark Control and run{' '}
        <code>spark-control restore FILE</code>.
      </p>
      <p>
        <button type="submit" class="button">
          Download a backup
        </button>
      </p>
    </form>
  )
}

export function rowId(key: string): string {
  return `setting-${key.replaceAll('.', '-')}`
}

/** One setting is one form: saved by itself, with the version it was shown with. */
export function SettingRow({ setting, said }: { readonly setting: SettingView; readonly said?: Said }) {
  const id = rowId(setting.key)
  const action = `/settings/${setting.key}`
  const own = JSON.stringify(setting.value) !== JSON.stringify(setting.default)
  return (
    <form
      id={id}
      class="setting"
      method="post"
      action={action}
      {...hx({ post: action, target: `#${id}`, swap: 'outerHTML', disable: 'find button' })}
    >
      <input type="hidden" name="version" value={String(setting.version)} />
      <div class="field">
        <Control setting={setting} said={said} />
        <span class="hint" id={`${id}-help`}>
          {setting.help} {own || setting.control === 'toggle' ? `Default: ${shownValue(setting.default, setting.unit)}.` : ''}
          {setting.setBy === null || !own ? '' : ` Set by ${setting.setBy}.`}
        </span>
      </div>
      <SaidLine said={said} setting={setting} />
      <p class="acts">
        <button type="submit" class="button small">
          Save
        </button>
        {own ? (
          <button
            type="submit"
            class="button small plain"
            formaction={`${action}/default`}
            formnovalidate
            {...hx({ post: `${action}/default`, target: `#${id}`, swap: 'outerHTML' })}
          >
            Back to the default
          </button>
        ) : null}
      </p>
    </form>
  )
}

function Control({ setting, said }: { readonly setting: SettingView; readonly said: Said | undefined }) {
  const id = `${rowId(setting.key)}-value`
  const described = { id, name: 'value', 'aria-describedby': `${rowId(setting.key)}-help` }
  const typed = said !== undefined && said.kind !== 'saved' ? said.typed : textOf(setting.value)
  if (setting.control === 'toggle') {
    return (
      <label class="choice">
        <input type="checkbox" {...described} value="true" checked={typed === 'true'} />
        {setting.label}
      </label>
    )
  }
  const invalid = said !== undefined && said.kind !== 'saved' ? { 'aria-invalid': 'true' as const } : {}
  return (
    <>
      <label for={id}>{setting.label}</label>
      {setting.control === 'list' ? (
        <textarea {...described} {...invalid} rows={3} spellcheck={false} placeholder="One a line">
          {typed}
        </textarea>
      ) : (
        <span class="with-unit">
          <input
            {...described}
            {...invalid}
            type={setting.control === 'secret' ? 'password' : 'text'}
            inputmode={setting.control === 'number' ? 'numeric' : undefined}
            value={typed}
            autocomplete="off"
            spellcheck={false}
            data-wide={setting.control === 'number' ? undefined : ''}
          />
          {setting.unit === null ? null : <span class="quiet">{setting.unit}</span>}
        </span>
      )}
    </>
  )
}

function SaidLine({ said, setting }: { readonly said: Said | undefined; readonly setting: SettingView }) {
  if (said === undefined) return null
  if (said.kind === 'saved')
    return (
      <p class="said good" role="status">
        Saved. It counts from now on.
      </p>
    )
  if (said.kind === 'refused') {
    return (
      <p class="said bad" role="alert">
        Not saved: {said.why}. {shownValue(setting.value, setting.unit)} stays.
      </p>
    )
  }
  return (
    <p class="said bad" role="alert">
      Someone else changed this to <strong>{said.theirs}</strong> while this page was open; you wrote <strong>{said.typed}</strong>.{' '}
      {said.theirs} stays. Save again to use yours.
    </p>
  )
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join('\n') : String(value ?? '')
}

export function shownValue(value: unknown, unit: string | null): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ')
  return unit === null ? String(value) : `${value} ${unit}`
}
