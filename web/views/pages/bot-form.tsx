// Adding a bot, changing what is known of it, taking it off the list.
import type { BotView } from '../../../server/contract/operations/bot-shapes.ts'
import { Heading } from '../layout.tsx'
import { Copyable } from '../parts/code.tsx'
import { type Trouble, TroubleNote } from '../parts/notice.tsx'
import { Field } from './machine-acts.tsx'
import type { MachineChoice } from './service-form.tsx'

type Typed = Readonly<Record<string, string>>

interface FieldsProps {
  readonly machines: readonly MachineChoice[]
  /** What the fields hold, by name. */
  readonly value: (name: string) => string
  readonly healing: boolean
}

function BotFields({ machines, value, healing }: FieldsProps) {
  const [first] = machines
  return (
    <>
      <div class="fields">
        <Field name="name" label="Name" value={value('name')} required />
        <div class="field">
          <label for="machine">Machine</label>
          <select id="machine" name="machine">
            <option value="">The first in the list{first === undefined ? '' : ` (${first.name})`}</option>
            {machines.map(({ id, name }) => (
              <option value={id} selected={value('machine') === id}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <Field
          name="user"
          label="User"
          value={value('user')}
          hint="Its own user on the machine. Empty: it is not looked at, and has no tile."
        />
        <div class="field">
          <label for="runs">What runs it</label>
          <select id="runs" name="runs">
            <option value="unit" selected={value('runs') === 'unit'}>
              A systemd unit
            </option>
            <option value="container" selected={value('runs') === 'container'}>
              A container
            </option>
          </select>
        </div>
        <Field name="unit" label="Unit or container" value={value('unit')} hint="Such as matrix-bridge.service." required />
        <Field
          name="folder"
          label="Checkout"
          value={value('folder')}
          hint="The folder that an update brings up to date by git. Empty: nothing to update."
        />
        <div class="field">
          <label for="restartWords">Command that restarts it</label>
          <textarea id="restartWords" name="restartWords" rows={2} spellcheck={false} aria-describedby="restartWords-hint">
            {value('restartWords')}
          </textarea>
          <span class="hint" id="restartWords-hint">
            One word of it on each line; no shell reads it. Empty: systemd or docker restarts it.
          </span>
        </div>
      </div>
      <label class="choice">
        <input type="checkbox" name="heal" value="on" checked={healing} />
        <span>Restart it by itself when it has failed and stays down</span>
      </label>
    </>
  )
}

export interface NewBotData {
  readonly machines: readonly MachineChoice[]
  readonly publicKey: string
  readonly typed: Typed
  readonly trouble: Trouble | null
}

export function NewBotPage({ machines, publicKey, typed, trouble }: NewBotData) {
  return (
    <div class="page narrow">
      <Heading title="Add a bot" up={{ href: '/services', word: 'Services' }}>
        <p class="quiet">
          A bot is a program that runs as a user of its own. Spark Control logs in as that user, and can do no more there than that user
          can.
        </p>
      </Heading>
      {trouble === null ? null : <TroubleNote trouble={trouble} />}
      <BotKey user="its user" machine="its machine" publicKey={publicKey} />
      <form class="card stack" method="post" action="/bots/new">
        <BotFields machines={machines} value={(name) => typed[name] ?? ''} healing={typed['heal'] === 'on'} />
        <p>
          <button type="submit" class="button main">
            Add this bot
          </button>
        </p>
      </form>
    </div>
  )
}

interface OfBot {
  readonly bot: BotView
}

/** A box that is not ticked sends nothing, so that what was typed is on only where it was sent. */
export function EditBot({
  bot,
  machines,
  typed,
}: OfBot & { readonly machines: readonly MachineChoice[]; readonly typed: Typed | undefined }) {
  const now: Typed = {
    name: bot.name,
    machine: bot.machineId ?? '',
    user: bot.user,
    runs: bot.runs,
    unit: bot.unit,
    folder: bot.folder ?? '',
    restartWords: bot.restartWords.join('\n'),
  }
  return (
    <details class="more" open={typed !== undefined || !bot.watched}>
      <summary>Change what is known of it</summary>
      <form class="card stack" method="post" action={bot.links.page}>
        {bot.watched ? null : <p>It has no user, so it is not looked at and has no tile. Name its user to begin.</p>}
        <BotFields
          machines={machines}
          value={(name) => typed?.[name] ?? now[name] ?? ''}
          healing={typed === undefined ? bot.heal === 'auto' : typed['heal'] === 'on'}
        />
        <p>
          <button type="submit" class="button">
            Save
          </button>
        </p>
      </form>
    </details>
  )
}

interface KeyProps {
  readonly user: string
  readonly machine: string
  readonly publicKey: string
  /** It is refused just now. */
  readonly open?: boolean
}

/** Its user must let the appliance in; said always, and needed when it is refused. */
export function BotKey({ user, machine, publicKey, open = false }: KeyProps) {
  return (
    <details class="more" open={open}>
      <summary>The key that {user} must accept</summary>
      <div class="stack">
        <p>
          Add this line to <code>~/.ssh/authorized_keys</code> of {user} on {machine}. A unit of that user runs without a login only after{' '}
          <code>sudo loginctl enable-linger</code> with its name.
        </p>
        <Copyable id="bot-key" label="the public key">
          {publicKey}
        </Copyable>
      </div>
    </details>
  )
}
