// What can be done to a machine: accept its new identity, change what is known of it, forget it.
import type { Child } from 'hono/jsx'
import type { MachineShape, SurveyView } from '../../../server/contract/operations/shapes.ts'
import type { Trouble } from '../parts/notice.tsx'
import { type Removal, TypedName } from '../parts/removal.tsx'

export interface MachineData {
  readonly machine: MachineShape
  /** What was seen of it over time. */
  readonly watched?: Child | undefined
  readonly now: number
  /** Filled when the set-up check was asked for. */
  readonly survey?: SurveyView | undefined
  /** What the last act said, when it went wrong. */
  readonly trouble?: Trouble | undefined
  /** What was typed into the edit form, kept when it was refused. */
  readonly typed?: Readonly<Record<string, string>> | undefined
  readonly removal?: Removal
}

/** The key a machine shows; a changed one is accepted only here, by a deliberate act. */
export function HostKey({ machine }: { readonly machine: MachineShape }) {
  const changed = machine.trouble?.code === 'host_key_changed'
  const shown = /SHA256:[A-Za-z0-9+/=]+/g
  const presented = changed ? (machine.trouble?.sentence.match(shown) ?? []).find((key) => key !== machine.hostKey) : undefined
  if (!changed) return null
  return (
    <section class="note" data-kind="warn">
      <h2>Is this still the same machine?</h2>
      <p>
        If you reinstalled {machine.name}, compare the new key with what <code>ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub</code> says
        on it. If you did not, another machine answers at its address: find out which before you go on.
      </p>
      <form class="stack" method="post" action={`/machines/${machine.id}/host-key`}>
        <div class="field">
          <label for="fingerprint">The new key</label>
          <input id="fingerprint" name="fingerprint" value={presented ?? ''} autocomplete="off" required />
        </div>
        <p>
          <button type="submit" class="button">
            Accept this key
          </button>
        </p>
      </form>
    </section>
  )
}

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly hint?: string
  readonly required?: boolean
}

export function Field({ name, label, value, hint, required = false }: FieldProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        value={value}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        required={required}
        aria-describedby={hint === undefined ? undefined : `${name}-hint`}
      />
      {hint === undefined ? null : (
        <span class="hint" id={`${name}-hint`}>
          {hint}
        </span>
      )}
    </div>
  )
}

export function EditMachine({ machine, typed }: MachineData) {
  const value = (name: string, now: string | number | null): string => typed?.[name] ?? String(now ?? '')
  return (
    <details class="more" open={typed !== undefined}>
      <summary>Change what is known of it</summary>
      <form class="card stack" method="post" action={`/machines/${machine.id}`}>
        <div class="fields">
          <Field name="name" label="Name" value={value('name', machine.name)} required />
          <Field name="address" label="IP address" value={value('address', machine.address)} required />
          <Field name="user" label="User" value={value('user', machine.user)} required />
          <Field name="port" label="SSH port" value={value('port', machine.port)} required />
          <Field
            name="fabricAddress"
            label="Fabric address"
            value={value('fabricAddress', machine.fabricAddress)}
            hint="The IP the launcher calls local, often on the cable. Empty: found by itself."
          />
          <Field
            name="launcherPath"
            label="Launcher folder"
            value={value('launcherPath', machine.launcher?.path ?? null)}
            hint="Holds launch-cluster.sh. Empty: found by itself."
          />
          <Field
            name="cachePath"
            label="Model cache"
            value={value('cachePath', machine.cachePath)}
            hint="The hub folder. Empty: as a login shell sees it."
          />
        </div>
        <div class="field">
          <label for="modelFolders">Other folders with models</label>
          <textarea id="modelFolders" name="modelFolders" rows={2} spellcheck={false} aria-describedby="modelFolders-hint">
            {value('modelFolders', machine.modelFolders.join('\n'))}
          </textarea>
          <span class="hint" id="modelFolders-hint">
            One a line.
          </span>
        </div>
        <p>
          <button type="submit" class="button">
            Save
          </button>
        </p>
      </form>
    </details>
  )
}

/** Cannot be undone from here, so its name is typed. Nothing on the machine is touched. */
export function RemoveMachine({ machine, removal }: MachineData) {
  return (
    <details class="more" open={removal !== undefined}>
      <summary>Remove this machine</summary>
      <form class="card stack" method="post" action={`/machines/${machine.id}/removal`}>
        <p>Spark Control forgets {machine.name} and what it knew of it. Nothing on the machine is touched; you can add it again.</p>
        <TypedName act="remove it" name={machine.name} removal={removal} />
        <p>
          <button type="submit" class="button danger">
            Remove {machine.name}
          </button>
        </p>
      </form>
    </details>
  )
}
