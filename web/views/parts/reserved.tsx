import type { LockView } from '../../../server/contract/operations/shapes.ts'
import { Note } from './notice.tsx'
import { Ago } from './time.tsx'

interface Props {
  readonly lock: LockView
  readonly now: number
  /** Path of the page to come back to. */
  readonly back: string
  /** What has to wait, as a sentence begins: "Switching". */
  readonly what: string
}

/** Somebody has the Sparks for itself: said wherever a click would change them, with the one act that ends it. */
export function Reserved({ lock, now, back, what }: Props) {
  if (lock.by !== 'reservation') return null
  return (
    <Note kind="warn" icon="lock">
      <p>
        <strong>{lock.holder} has reserved the Sparks.</strong> {reasonOf(lock)}
        {lock.until === null ? null : (
          <>
            The reservation ends <Ago at={lock.until} now={now} />
            {renewedOf(lock)}.
          </>
        )}{' '}
        {what} waits until then.
        {lineOf(lock)}
      </p>
      <form class="stack tight" method="post" action="/reservation/end">
        <input type="hidden" name="back" value={back} />
        <input type="hidden" name="since" value={lock.since ?? ''} />
        <p class="quiet">{lock.holder} hears of it when it next asks; what it does on the Sparks may fail.</p>
        <p>
          <button type="submit" class="button">
            Release anyway
          </button>
        </p>
      </form>
    </Note>
  )
}

function reasonOf({ reason }: LockView): string {
  const said = (reason ?? '').replace(/[.\s]+$/, '')
  return said === '' ? '' : `${said.charAt(0).toUpperCase()}${said.slice(1)}. `
}

function renewedOf({ renewals }: LockView): string {
  if (renewals.count === 0) return ''
  return `; it was renewed ${renewals.count === 1 ? 'once' : `${renewals.count} times`}`
}

function lineOf({ waiting }: LockView): string {
  return waiting.length === 0 ? '' : ` Next in line: ${waiting.map((one) => one.holder).join(', ')}.`
}
