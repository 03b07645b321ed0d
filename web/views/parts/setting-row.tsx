import type { SettingView } from '../../../server/contract/operations/setting-shapes.ts'
import { hx } from '../../hx.ts'
import { Ago } from './time.tsx'

/** What came of a save, told at the setting it was about. */
export type Said =
  | { readonly kind: 'saved' }
  | { readonly kind: 'refused'; readonly why: string; readonly typed: string }
  | { readonly kind: 'changed'; readonly theirs: string; readonly typed: string }

interface RowData {
  readonly setting: SettingView
  readonly now: number
  readonly said?: Said
}

export function settingRowId(key: string): string {
  return `setting-${key.replaceAll('.', '-')}`
}

/** True where the owner made it something else than the default. */
export function isOwn(setting: SettingView): boolean {
  if (setting.secret !== 'no') return setting.secret !== 'empty'
  return JSON.stringify(setting.value) !== JSON.stringify(setting.default)
}

/** One setting is one form: saved by itself, with the version it was shown with. */
export function SettingRow({ setting, now, said }: RowData) {
  if (setting.pinned) return <PinnedRow setting={setting} />
  const id = settingRowId(setting.key)
  const action = `/settings/${setting.key}`
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
        <Hint setting={setting} now={now} />
      </div>
      <SaidLine said={said} setting={setting} />
      <p class="acts">
        <button type="submit" class="button small">
          Save
        </button>
        {setting.before === null ? null : (
          <Otherwise id={id} action={`${action}/undo`} word={`Undo: ${shortly(setting.before, setting.unit)}`} />
        )}
        {isOwn(setting) ? <Otherwise id={id} action={`${action}/default`} word={backWord(setting)} /> : null}
      </p>
    </form>
  )
}

const backWord = (setting: SettingView): string => (setting.secret === 'no' ? 'Back to the default' : 'Forget it')

/** A second button of the same form that does something else than to save. */
function Otherwise({ id, action, word }: { readonly id: string; readonly action: string; readonly word: string }) {
  return (
    <button
      type="submit"
      class="button small plain"
      formaction={action}
      formnovalidate
      {...hx({ post: action, target: `#${id}`, swap: 'outerHTML' })}
    >
      {word}
    </button>
  )
}

function PinnedRow({ setting }: { readonly setting: SettingView }) {
  return (
    <div id={settingRowId(setting.key)} class="setting" data-pinned>
      <div class="field">
        <span class="label-like">{setting.label}</span>
        <strong>{setting.secret === 'no' ? shownValue(setting.value, setting.unit) : 'Set, and not shown'}</strong>
        <span class="hint">
          {setting.help} Set by the environment variable <code>{setting.pin}</code>, so it cannot be changed here.
        </span>
      </div>
    </div>
  )
}

function Hint({ setting, now }: { readonly setting: SettingView; readonly now: number }) {
  const { allowed, control } = setting
  const own = isOwn(setting)
  return (
    <span class="hint" id={`${settingRowId(setting.key)}-help`}>
      {setting.help}
      {allowed === null || control === 'toggle' ? '' : ` ${allowed.charAt(0).toUpperCase()}${allowed.slice(1)}.`}
      {setting.secret === 'no' && (own || control === 'toggle') ? ` Default: ${shownValue(setting.default, setting.unit)}.` : ''}
      {setting.setBy === null ? '' : ` Set by ${setting.setBy}`}
      {setting.setBy === null || setting.setAt === null ? (
        ''
      ) : (
        <>
          , <Ago at={setting.setAt} now={now} />
        </>
      )}
      {setting.setBy === null ? '' : '.'}
    </span>
  )
}

const secretWords: Readonly<Record<SettingView['secret'], string>> = {
  no: '',
  empty: 'Not set',
  set: 'Set. Leave empty to keep it',
  lost: 'Must be entered again',
}

function Control({ setting, said }: { readonly setting: SettingView; readonly said: Said | undefined }) {
  const id = `${settingRowId(setting.key)}-value`
  const refused = said !== undefined && said.kind !== 'saved'
  const described = {
    id,
    name: 'value',
    'aria-describedby': `${settingRowId(setting.key)}-help`,
    ...(refused ? { 'aria-invalid': 'true' as const } : {}),
  }
  const typed = refused ? said.typed : textOf(setting.value)
  if (setting.control === 'toggle') {
    return (
      <label class="choice">
        <input type="checkbox" {...described} value="true" checked={typed === 'true'} />
        {setting.label}
      </label>
    )
  }
  return (
    <>
      <label for={id}>{setting.label}</label>
      <Field setting={setting} described={described} typed={typed} />
    </>
  )
}

interface FieldData {
  readonly setting: SettingView
  readonly described: Record<string, string>
  readonly typed: string
}

function Field({ setting, described, typed }: FieldData) {
  if (setting.control === 'secret') return <SecretField setting={setting} described={described} />
  if (setting.choices !== null) return <ChoiceField setting={setting} choices={setting.choices} described={described} typed={typed} />
  if (setting.control === 'list')
    return (
      <textarea {...described} rows={3} spellcheck={false} placeholder="One a line">
        {typed}
      </textarea>
    )
  return (
    <span class="with-unit">
      <input
        {...described}
        type="text"
        inputmode={setting.control === 'number' ? 'numeric' : undefined}
        value={typed}
        autocomplete="off"
        spellcheck={false}
        data-wide={setting.control === 'number' ? undefined : ''}
      />
      {setting.unit === null ? null : <span class="quiet">{setting.unit}</span>}
    </span>
  )
}

/** What was sent and is none of them stands for what is stored. */
function ChoiceField({ setting, choices, described, typed }: FieldData & { readonly choices: readonly string[] }) {
  const chosen = choices.includes(typed) ? typed : setting.value
  return (
    <select {...described}>
      {choices.map((choice) => (
        <option value={choice} selected={choice === chosen}>
          {choice}
        </option>
      ))}
    </select>
  )
}

/** Never holds what is stored; an empty one keeps it. */
function SecretField({ setting, described }: { readonly setting: SettingView; readonly described: Record<string, string> }) {
  return (
    <>
      <span class="with-unit">
        <input
          {...described}
          type="password"
          placeholder={secretWords[setting.secret]}
          autocomplete="new-password"
          spellcheck={false}
          data-wide=""
        />
      </span>
      {setting.secret === 'lost' ? <LostLine /> : null}
    </>
  )
}

function LostLine() {
  return (
    <span class="said bad">
      This secret was sealed with a key that is not in the data folder. Put the file <code>secrets-key</code> back, or enter the secret
      again.
    </span>
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
        Not saved: {said.why}. {setting.secret === 'no' ? `${shownValue(setting.value, setting.unit)} stays.` : 'Nothing was changed.'}
      </p>
    )
  }
  return (
    <p class="said bad" role="alert">
      Someone else changed this to <strong>{said.theirs}</strong> while this page was open
      {setting.secret === 'no' ? (
        <>
          ; you wrote <strong>{said.typed}</strong>. {said.theirs} stays. Save again to use yours.
        </>
      ) : (
        '. Theirs stays. Enter yours and save again to use it.'
      )}
    </p>
  )
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join('\n') : String(value ?? '')
}

export function shownValue(value: unknown, unit: string | null): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (value === '' || value === null) return 'none'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ')
  return unit === null ? String(value) : `${value} ${unit}`
}

/** As many letters as stand well on a button. */
function shortly(value: unknown, unit: string | null): string {
  const whole = shownValue(value, unit)
  return whole.length > 24 ? `${whole.slice(0, 23)}…` : whole
}
