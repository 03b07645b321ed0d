import type { Child, PropsWithChildren } from 'hono/jsx'
import type { Act } from '../../../server/contract/acts.ts'
import { Copyable } from './code.tsx'
import { Icon, type IconName } from './icon.tsx'

export interface Trouble {
  readonly happened: string
  readonly now: string
  readonly next: string
  /** The line of the log that told it. */
  readonly line?: string | null
  /** Name of the machine it is about, and a command that helps there. */
  readonly machine?: string | null
  readonly run?: string | null
}

/** Always in this order: what happened, with the line that told it, what is true now, what to do. */
export function TroubleNote({ trouble, nowWord = 'Now' }: { readonly trouble: Trouble; readonly nowWord?: string }) {
  const { happened, now, next, line = null, machine = null, run = null } = trouble
  return (
    <div class="note" data-kind="bad">
      <dl class="told">
        <dt>What happened</dt>
        <dd>{happened}</dd>
        {line === null || happened.includes(line) ? null : (
          <dd>
            <span class="label">The line that told it</span>
            <code class="line">{line}</code>
          </dd>
        )}
        {now === '' ? null : (
          <>
            <dt>{nowWord}</dt>
            <dd>{now}</dd>
          </>
        )}
        {next === '' ? null : (
          <>
            <dt>What to do</dt>
            <dd>{next}</dd>
          </>
        )}
        {run === null ? null : (
          <dd>
            {machine === null ? null : <span class="label">In a terminal on {machine}</span>}
            <Copyable id="run" label="Command to run">
              {run}
            </Copyable>
          </dd>
        )}
      </dl>
    </div>
  )
}

/** The one act that helps, first and alone in its weight. An act that cuts something off says so before its button. */
export function MainAct({ act }: { readonly act: Act }) {
  const dangerous = act.consequence !== null
  const words = dangerous ? 'button danger' : 'button main'
  if (act.method === 'get') {
    return (
      <a class={words} href={act.page}>
        {act.label}
      </a>
    )
  }
  return (
    <form class="stack" method="post" action={act.page}>
      {act.consequence === null ? null : <p>{act.consequence}</p>}
      <p>
        <button type="submit" class={words}>
          {act.label}
        </button>
      </p>
    </form>
  )
}

type NoteProps = PropsWithChildren<{ readonly kind: 'good' | 'warn' | 'bad' | 'plain'; readonly icon?: IconName }>

export function Note({ kind, icon, children }: NoteProps) {
  return (
    <div class="note" data-kind={kind}>
      {icon === undefined ? null : <Icon name={icon} />}
      <div>{children}</div>
    </div>
  )
}

/** An empty place teaches what comes here and how. */
export function Empty({ icon, title, children }: PropsWithChildren<{ readonly icon: IconName; readonly title: Child }>) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  )
}
