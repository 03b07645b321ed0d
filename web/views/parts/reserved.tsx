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
  const reason = (lock.reason ?? '').replace(/[.\s]+$/, '')
  return (
    <Note kind="warn" icon="lock">
      <p>
        <strong>{lock.holder} has reserved the Sparks.</strong> {reason === '' ? '' : `${reason}. `}
        {lock.until === null ? null : (
          <>
            The reservation ends <Ago at={lock.until} now={now} />
            {lock.renewals.count === 0 ? '' : `; it was renewed ${lock.renewals.count === 1 ? 'once' : `${lock.renewals.count} times`}`}.
          </>
        )}{' '}
        {what} waits until then.
        {lock.waiting.length === 0 ? '' : ` Next in line: ${lock.waiting.map((one) => one.holder).join(', ')}.`}
      </p>
      <form class="stack tight" method="post" action="/reservation/end">
        <input type="hidden" name="back" value={back} />
        <input type="hidden" name="since" value={lock.since ?? ''} />
        <p class="quiet">{lock.holder} is told that it lost the Sparks; what it does on them may fail.</p>
        <p>
          <button type="submit" class="button">
            Release anyway
          </button>
        </p>
      </form>
    </Note>
  )
}
