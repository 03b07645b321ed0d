import type { ServiceView } from '../../../server/contract/operations/service-shapes.ts'
import type { LockView } from '../../../server/contract/operations/shapes.ts'
import { Heading } from '../layout.tsx'
import { shellWord } from '../parts/code.tsx'
import { Note, type Trouble, TroubleNote } from '../parts/notice.tsx'
import { Ago } from '../parts/time.tsx'

export interface ServiceActData {
  readonly service: ServiceView
  readonly kind: 'start' | 'stop' | 'restart' | 'update'
  /** Words of the button. */
  readonly label: string
  readonly consequence: string
  readonly argv: readonly string[]
  readonly lock: LockView
  readonly now: number
  readonly trouble?: Trouble | undefined
}

/** The question before an act on a service: what it costs, one button. */
export function ServiceActPage(data: ServiceActData) {
  const { service, kind, label, consequence, argv, lock, now, trouble } = data
  const reserved = lock.by === 'reservation'
  return (
    <div class="page narrow">
      <Heading title={`${label} ${service.name}?`} up={{ href: service.links.page, word: service.name }} />
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      <div class="card stack">
        <p class="cost">
          {service.sentence} {consequence}
        </p>
        {reserved ? (
          <Note kind="warn" icon="lock">
            <p>
              <strong>{lock.holder} has reserved the Sparks</strong>
              {lock.until === null ? '' : ' and is done '}
              {lock.until === null ? null : <Ago at={lock.until} now={now} />}. Go on only if that can wait.
            </p>
          </Note>
        ) : null}
        <form class="acts" method="post" action={`${service.links.page}/acts/${kind}`}>
          {reserved ? <input type="hidden" name="breakLock" value="true" /> : null}
          <button type="submit" class={kind === 'start' ? 'button main' : 'button danger'}>
            {reserved ? `Release anyway and ${label.toLowerCase()} ${service.name}` : `${label} ${service.name}`}
          </button>
          <a class="button plain" href={service.links.page}>
            Not now
          </a>
        </form>
        <details class="more">
          <summary>Show exactly what will run</summary>
          <pre class="answer">{argv.map(shellWord).join(' ')}</pre>
        </details>
      </div>
    </div>
  )
}
