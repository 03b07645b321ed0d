import type { Child, PropsWithChildren } from 'hono/jsx'
import { Icon, type IconName } from './icon.tsx'

export interface Trouble {
  readonly happened: string
  readonly now: string
  readonly next: string
}

/** Three sentences, always in this order: what happened, what is true now, what to do. */
export function TroubleNote({ trouble, nowWord = 'Now' }: { readonly trouble: Trouble; readonly nowWord?: string }) {
  return (
    <div class="note" data-kind="bad">
      <dl class="told">
        <dt>What happened</dt>
        <dd>{trouble.happened}</dd>
        {trouble.now === '' ? null : (
          <>
            <dt>{nowWord}</dt>
            <dd>{trouble.now}</dd>
          </>
        )}
        {trouble.next === '' ? null : (
          <>
            <dt>What to do</dt>
            <dd>{trouble.next}</dd>
          </>
        )}
      </dl>
    </div>
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
