import type { SettingView } from '../../../server/contract/operations/setting-shapes.ts'
import { type Account, AccountPart, Heading, type Theme, ThemeForm } from '../layout.tsx'
import { isOwn, type Said, SettingRow } from '../parts/setting-row.tsx'
import { counted } from '../parts/time.tsx'

export function groupId(group: string): string {
  return group.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}

const doors = [
  { href: '/access', word: 'Who may come in', says: 'Your password, where you are signed in, keys of apps, and what was done.' },
  { href: '/webhooks', word: 'Webhooks', says: 'Programs that are told: a model is ready, a switch failed, a machine fell silent.' },
  { href: '/schedule', word: 'Schedule', says: 'When apps need the Sparks, as they registered it.' },
]

export interface SettingsData {
  readonly settings: readonly SettingView[]
  readonly theme: Theme
  readonly account: Account | null
}

export function SettingsPage({ settings, theme, account }: SettingsData) {
  const groups = Map.groupBy(settings, (setting) => setting.group)
  return (
    <div class="page narrow">
      <Heading title="Settings">
        <p class="quiet">Changes count from their next use; nothing restarts.</p>
      </Heading>
      <section class="stack" aria-labelledby="people">
        <h2 id="people">People and programs</h2>
        <ul class="list">
          {doors.map(({ href, word, says }) => (
            <li>
              <div>
                <a class="title" href={href}>
                  {word}
                </a>
                <p class="quiet">{says}</p>
              </div>
            </li>
          ))}
        </ul>
      </section>
      <section class="stack" aria-labelledby="knobs">
        <h2 id="knobs">How it works</h2>
        <ul class="list">
          {[...groups].map(([group, rows]) => (
            <li>
              <div>
                <a class="title" href={`/settings/${groupId(group)}`}>
                  {group}
                </a>
                <p class="quiet">{rows.map((row) => row.label).join(' · ')}</p>
              </div>
              <Changed rows={rows} />
            </li>
          ))}
        </ul>
      </section>
      <section class="card stack">
        <h2>This browser</h2>
        <ThemeForm theme={theme} />
        {account === null ? null : <AccountPart account={account} />}
      </section>
      <FilePart />
      <BackupPart />
    </div>
  )
}

/** As shipped is not worth a word. */
function Changed({ rows }: { readonly rows: readonly SettingView[] }) {
  const lost = rows.filter((row) => row.secret === 'lost').length
  if (lost > 0) return <span>{counted(lost, 'secret')} to enter again</span>
  const own = rows.filter(isOwn).length
  return own === 0 ? null : <span class="quiet">{own} changed</span>
}

export interface SettingsGroupData {
  readonly group: string
  readonly settings: readonly SettingView[]
  readonly now: number
  readonly said?: { readonly key: string; readonly what: Said }
}

/** `settings`: those of the group alone. */
export function SettingsGroupPage({ group, settings, now, said }: SettingsGroupData) {
  return (
    <div class="page narrow">
      <Heading title={group} up={{ href: '/settings', word: 'Settings' }}>
        <p class="quiet">Changes count from their next use; nothing restarts.</p>
      </Heading>
      <section class="card" aria-label={group}>
        {settings.map((setting) => (
          <SettingRow setting={setting} now={now} {...(said?.key === setting.key ? { said: said.what } : {})} />
        ))}
      </section>
    </div>
  )
}

function FilePart() {
  return (
    <section class="card stack" aria-labelledby="file-title">
      <h2 id="file-title">Settings as a file</h2>
      <p>
        To keep, to read, or to take to another Spark Control. Secrets are not in it. Before anything of a file is taken over, you see what
        it would change.
      </p>
      <p class="acts">
        <a class="button" href="/settings-file" download>
          Download the settings
        </a>
        <a class="button" href="/settings-file/new">
          Take over a file
        </a>
      </p>
    </section>
  )
}

function BackupPart() {
  return (
    <form class="card stack" method="post" action="/backup">
      <h2>Backup</h2>
      <p>
        One file with machines, settings, history, and the private key of this appliance: keep it where only you can read it. Passwords and
        tokens in it are sealed and open only with the file <code>secrets-key</code> of the data folder, which is not in it; without that
        file they must be entered again. Recipes of your own are files in the data folder and are not in it. To go back to it, stop Spark
        Control and run <code>spark-control restore FILE</code>.
      </p>
      <p>
        <button type="submit" class="button">
          Download a backup
        </button>
      </p>
    </form>
  )
}
