import type { Child } from 'hono/jsx'
import type { LockView, PlanView } from '../../../server/contract/operations/shapes.ts'
import { Heading } from '../layout.tsx'
import { Mods } from '../parts/mods.tsx'
import { Note } from '../parts/notice.tsx'
import { ExactPlan, FlagList, PlanCost, PlanList, type PlanProps } from '../parts/plan.tsx'
import { Reserved } from '../parts/reserved.tsx'

export interface PlanData extends PlanProps {
  /** What was asked, to be sent along with the fingerprint. */
  readonly asked: Readonly<Record<string, string>>
  readonly lock: LockView
  readonly now: number
  /** Said above the plan, e.g. that it has changed. */
  readonly news?: Child
}

export function planTitle(plan: PlanView): string {
  return plan.verdict === 'ready' ? `Switch to ${plan.modelName}?` : `${plan.modelName} cannot start now`
}

/** The confirmation is the plan: cost, list, one button that repeats the verb. */
export function PlanPage(data: PlanData) {
  const { plan } = data
  return (
    <div class="page narrow">
      <Heading title={planTitle(plan)} up={{ href: '/library', word: 'Models' }} />
      {data.news === undefined ? null : (
        <Note kind="warn" icon="warning">
          {data.news}
        </Note>
      )}
      {plan.verdict === 'ready' ? <Ready {...data} /> : <Blocked {...data} />}
      {plan.starts === null && plan.stops.every((stop) => stop.argv.length === 0) ? null : <ExactPlan plan={plan} open={false} />}
    </div>
  )
}

function Ready(data: PlanData) {
  const { plan, lock } = data
  if (lock.by === 'swap') return <Waiting {...data} />
  return (
    <section class="card stack" aria-label="The plan">
      <PlanCost plan={plan} answers={data.answers} />
      <PlanList {...data} />
      {plan.needsConfirmation && plan.starts !== null ? (
        <div class="confirm stack">
          <h2>{plan.starts.mods.length === 0 ? 'Read these flags once' : 'Read these flags and scripts once'}</h2>
          <p>
            {plan.starts.source === 'launcher'
              ? "Nobody has confirmed this recipe as it is now. It lies in the launcher's folder on the Spark. You are asked again only when it changes."
              : "Nobody has confirmed this recipe yet. It was worked out from the model's files. You are asked only this time."}
          </p>
          <Mods mods={plan.starts.mods} open={true} />
          <FlagList flags={plan.starts.flags} />
        </div>
      ) : null}
      {lock.by === 'reservation' ? (
        <Reserved lock={lock} now={data.now} back={`/swaps/new?${new URLSearchParams(data.asked)}`} what="Switching" />
      ) : (
        <SwitchForm {...data} />
      )}
    </section>
  )
}

/** A switch is running: it is told before the button would be pressed in vain. */
function Waiting({ lock }: PlanData) {
  return (
    <section class="card stack" aria-label="The plan">
      <p class="cost">Another switch is running. This one can start when it has ended.</p>
      <p class="acts">
        <a class="button main" href={lock.swap === null ? '/' : `/swaps/${lock.swap}`}>
          Watch the running switch
        </a>
        <a class="button plain" href="/library">
          Not now
        </a>
      </p>
    </section>
  )
}

function SwitchForm({ plan, asked }: PlanData) {
  const read = (plan.starts?.mods ?? []).length === 0 ? 'flags' : 'flags and scripts'
  const verb = plan.needsConfirmation ? `Confirm these ${read} and switch` : 'Switch now'
  return (
    <form class="acts" method="post" action="/swaps">
      {Object.entries(asked).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <input type="hidden" name="fingerprint" value={plan.fingerprint} />
      {plan.needsConfirmation && plan.starts !== null ? <input type="hidden" name="confirm" value={plan.starts.recipe} /> : null}
      {plan.needsConfirmation && plan.starts !== null ? <input type="hidden" name="confirmed" value={plan.starts.digest} /> : null}
      <button type="submit" class="button main">
        {verb}
      </button>
      <a class="button plain" href="/library">
        Not now
      </a>
    </form>
  )
}

/** No switch button: what is in the way, and what would take it out of the way. */
function Blocked({ plan }: PlanData) {
  const lacksRecipe = plan.model !== null && plan.reasons.some((reason) => reason.code === 'needs_setup')
  return (
    <section class="card stack" aria-label="What is in the way">
      <ul class="reasons">
        {plan.reasons.map((reason) => (
          <li>
            <p>
              <strong>{reason.sentence}</strong>
            </p>
            <p>
              <span class="label">To unblock</span> {reason.unblock}
            </p>
          </li>
        ))}
      </ul>
      <p class="quiet">
        Nothing was changed.{plan.stops.length > 0 ? ` ${plan.stops.map((stop) => stop.name).join(' and ')} stays as it is.` : ''}
      </p>
      <p class="acts">
        <a class="button main" href={lacksRecipe ? `/library/${encodeURIComponent(plan.model ?? '')}/recipe` : '/library'}>
          {lacksRecipe ? 'Write a recipe' : 'Choose another model'}
        </a>
        {plan.model === null ? null : (
          <a class="button" href={`/library/${encodeURIComponent(plan.model)}`}>
            About {plan.modelName}
          </a>
        )}
      </p>
    </section>
  )
}
