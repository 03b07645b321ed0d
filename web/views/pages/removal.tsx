import type { LockView, PlanView } from '../../../server/contract/operations/shapes.ts'
import { Heading } from '../layout.tsx'
import { Reserved } from '../parts/reserved.tsx'

interface RemovalData {
  readonly plan: PlanView
  /** Only on this machine, by its id; null: everywhere. */
  readonly machine: string | null
  readonly lock: LockView
  readonly now: number
}

/** The question before a removal by force: what goes, what it costs, one button. */
export function RemovalPage({ plan, machine, lock, now }: RemovalData) {
  const what = plan.stops.map((stop) => `${stop.container} on ${stop.machines.join(' and ')}`).join(', ')
  const served = plan.stops.find((stop) => stop.model !== null)
  if (plan.verdict === 'blocked') return <Blocked plan={plan} />
  return (
    <div class="page narrow">
      <Heading title="Remove by force?" up={{ href: '/', word: 'Home' }} />
      <section class="card stack" aria-label="The removal">
        <p class="cost">
          Docker ends <strong>{what}</strong> at once and does not wait for it.
        </p>
        <p>
          {served === undefined
            ? 'The model that answers now is not touched, and no other container is.'
            : `Answers that ${served.name} is writing are cut off, and nothing answers until you switch to a model. No other container is touched.`}
        </p>
        {lock.by === 'reservation' ? (
          <Reserved lock={lock} now={now} back={removalPath(plan.engine, machine)} what="The removal" />
        ) : (
          <form class="acts" method="post" action={`/engines/${plan.engine}/removal`}>
            {machine === null ? null : <input type="hidden" name="machine" value={machine} />}
            <button type="submit" class="button danger">
              Remove it by force
            </button>
            <a class="button plain" href="/">
              Not now
            </a>
          </form>
        )}
      </section>
    </div>
  )
}

const removalPath = (engine: string, machine: string | null): string =>
  `/engines/${engine}/removal${machine === null ? '' : `?machine=${encodeURIComponent(machine)}`}`

function Blocked({ plan }: Pick<RemovalData, 'plan'>) {
  return (
    <div class="page narrow">
      <Heading title="Nothing can be removed now" up={{ href: '/', word: 'Home' }} />
      <section class="card stack" aria-label="What is in the way">
        <ul class="reasons">
          {plan.reasons.map((reason) => (
            <li>
              <p>
                <strong>{reason.sentence}</strong>
              </p>
              <p>{reason.unblock}</p>
            </li>
          ))}
        </ul>
        <p class="quiet">Nothing was changed.</p>
      </section>
    </div>
  )
}
