import type { SettingView } from '../../../server/contract/operations/setting-shapes.ts'
import { Heading, type Theme, ThemeForm } from '../layout.tsx'
import { isOwn, type Said, SettingRow } from '../parts/setting-row.tsx'
import { counted } from '../parts/time.tsx'

export function groupId(group: string): string {
  return group.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}

export function SettingsPage({ settings, theme }: { readonly settings: readonly SettingView[]; readonly theme: Theme }) {
  const groups = Map.groupBy(settings, (setting) => setting.group)
  return (
    <div class="page narrow">
      <Heading title="Settings">
        <p class="quiet">Changes count from their next use; nothing restarts.</p>
      </Heading>
      <ul class="list">
        <li>
          <div>
            <a class="title" href="/access">
              Who may come in
            </a>
            <p class="quiet">Policy · Password · Where you are signed in · Keys of apps · What was done</p>
          </div>
        </li>
        {[...groups].map(([group, rows]) => (
          <li>
            <div>
              <a class="title" href={`/settings/${groupId(group)}`}>
                {group}
              </a>
              <p class="quiet">{rows.map((row) => row.label).join(' · ')}</p>
            </div>
            <span class="quiet">{changedWords(rows)}</span>
          </li>
        ))}
      </ul>
      <WebhooksPart />
      <section class="card stack">
        <h2>Appearance</h2>
        <ThemeForm theme={theme} />
      </section>
      <FilePart />
      <BackupPart />
    </div>
  )
}

function WebhooksPart() {
  return (
    <section class="card stack">
      <h2>Webhooks</h2>
      <p>Programs that are told what happens on your Sparks: that a model is ready, that a switch failed, that a machine fell silent.</p>
      <p>
        <a class="button" href="/webhooks">
          Open webhooks
        </a>
      </p>
    </section>
  )
}

function changedWords(rows: readonly SettingView[]): string {
  const lost = rows.filter((row) => row.secret === 'lost').length
  if (lost > 0) return `${counted(lost, 'secret')} to enter again`
  const own = rows.filter(isOwn).length
  return own === 0 ? 'as shipped' : `${own} changed`
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
