import type { Child } from 'hono/jsx'
import type { SettingsDifference } from '../../../server/contract/operations/setting-shapes.ts'
import { Heading } from '../layout.tsx'
import { type Trouble, TroubleNote } from '../parts/notice.tsx'
import { shownValue } from '../parts/setting-row.tsx'
import { counted } from '../parts/time.tsx'

const up = { href: '/settings', word: 'Settings' }

/** Where a file is chosen or pasted. */
export function SettingsFilePage({ text, trouble }: { readonly text: string; readonly trouble?: Trouble }) {
  return (
    <div class="page narrow">
      <Heading title="Take over a file of settings" up={up} />
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      <form class="card stack" method="post" action="/settings-file/comparison" enctype="multipart/form-data">
        <div class="field">
          <label for="settings-file">A file that Spark Control wrote</label>
          <input id="settings-file" type="file" name="file" accept=".yaml,.yml,text/yaml,application/yaml" />
        </div>
        <div class="field">
          <label for="settings-text">Or its text</label>
          <textarea id="settings-text" name="text" rows={8} spellcheck={false}>
            {text}
          </textarea>
          <span class="hint">Nothing is changed yet. You see the difference first.</span>
        </div>
        <p>
          <button type="submit" class="button main">
            Show the difference
          </button>
        </p>
      </form>
    </div>
  )
}

interface DifferenceData {
  readonly difference: SettingsDifference
  readonly text: string
  /** What came of trying to take it over. */
  readonly trouble?: Trouble
}

export function DifferencePage({ difference, text, trouble }: DifferenceData) {
  const { changes, same, unknown, invalid, pinned, secrets, fingerprint } = difference
  const usable = invalid.length === 0 && changes.length > 0
  return (
    <div class="page narrow">
      <Heading title={titleOf(difference)} up={up} />
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      <Part
        title="Cannot be used"
        note="While one of these is in the file, nothing of it is taken over."
        rows={invalid.map(({ key, why }) => [key, why])}
      />
      <Part
        title="Would change"
        rows={changes.map(({ label, unit, from, to }) => [
          label,
          <>
            {shownValue(from, unit)} → <strong>{shownValue(to, unit)}</strong>
          </>,
        ])}
      />
      <Part
        title="Not known here"
        note="Left out. This version has no such setting."
        rows={unknown.map(({ key, near }) => [key, near === null ? '' : `Perhaps ${near}?`])}
      />
      <Part
        title="Set by the environment here"
        note="Left out. The environment of this Spark Control says otherwise."
        rows={pinned.map(({ key, env }) => [key, env])}
      />
      <Part title="Secrets" note="Left out. Enter them here yourself." rows={secrets.map((key) => [key, ''])} />
      {same === 0 ? null : <p class="quiet">Already so here: {counted(same, 'setting')}.</p>}
      <p class="quiet">Settings that the file does not name stay as they are.</p>
      {usable ? (
        <form class="acts" method="post" action="/settings-file">
          <input type="hidden" name="text" value={text} />
          <input type="hidden" name="fingerprint" value={fingerprint} />
          <button type="submit" class="button main">
            Change {counted(changes.length, 'setting')}
          </button>
          <a class="button" href="/settings">
            Not now
          </a>
        </form>
      ) : (
        <p class="acts">
          <a class="button" href="/settings-file/new">
            Take another file
          </a>
          <a class="button plain" href="/settings">
            Back to the settings
          </a>
        </p>
      )}
    </div>
  )
}

function titleOf({ changes, invalid }: SettingsDifference): string {
  if (invalid.length > 0) return 'This file cannot be taken over'
  return changes.length === 0 ? 'This file changes nothing' : `Change ${counted(changes.length, 'setting')}?`
}

const mostRows = 100

function Part({
  title,
  note,
  rows,
}: {
  readonly title: string
  readonly note?: string
  readonly rows: readonly (readonly [string, Child])[]
}) {
  if (rows.length === 0) return null
  return (
    <section class="card stack" aria-label={title}>
      <h2>{title}</h2>
      {note === undefined ? null : <p class="quiet">{note}</p>}
      <dl class="facts">
        {rows.slice(0, mostRows).map(([name, what]) => (
          <div data-wide>
            <dt>{name}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      {rows.length > mostRows ? <p class="quiet">And {rows.length - mostRows} more.</p> : null}
    </section>
  )
}
