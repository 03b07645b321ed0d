import type { Child } from 'hono/jsx'
import type { PlanView } from '../../../server/contract/operations/shapes.ts'
import { sumSource, sumWords } from '../../../server/domain/memory-words.ts'
import { aboutDuration, bytesInWords, exactDuration } from '../../../server/domain/words.ts'
import { commandLine } from './code.tsx'
import { Icon, type IconName } from './icon.tsx'
import { Mods } from './mods.tsx'
import { counted } from './time.tsx'

export interface PlanProps {
  readonly plan: PlanView
  /** Names of machines by id. */
  readonly names: Readonly<Record<string, string>>
  /** The running model really answers now. */
  readonly answers: boolean
  /** How long running requests may finish. */
  readonly drainSeconds: number
}

/** What a switch costs, first. */
export function PlanCost({ plan, answers }: Pick<PlanProps, 'plan' | 'answers'>) {
  const old = plan.stops.map((stop) => stop.name).join(' and ')
  const time = plan.etaSeconds === null ? null : aboutDuration(plan.etaSeconds * 1000)
  const last = plan.pastMs[0] === undefined ? null : ` (last time: ${exactDuration(plan.pastMs[0])})`
  const first = 'It is the first time here: usually 3 to 10 minutes.'
  if (old === '') {
    return (
      <p class="cost">
        Nothing is answering now.{' '}
        {time === null ? (
          first
        ) : (
          <>
            {plan.modelName} will answer in <strong>{time}</strong>
            {last}.
          </>
        )}
      </p>
    )
  }
  return (
    <p class="cost">
      Right now <strong>{old}</strong> {answers ? 'is answering' : 'is loaded but does not answer'}. It will stop, and nothing will answer
      {time === null ? (
        <>
          {' '}
          until {plan.modelName} is ready. {first}
        </>
      ) : (
        <>
          {' '}
          for <strong>{time}</strong>
          {last}.
        </>
      )}
    </p>
  )
}

function Item({ icon, children }: { readonly icon: IconName; readonly children: Child }) {
  return (
    <li>
      <Icon name={icon} />
      <span>{children}</span>
    </li>
  )
}

/** The plan in sentences with numbers. */
export function PlanList({ plan, names, drainSeconds }: PlanProps) {
  return (
    <ul class="plan-list">
      {plan.inFlight === 0 ? null : (
        <Item icon="talk">
          <strong>
            {counted(plan.inFlight, 'request')} {plan.inFlight === 1 ? 'is' : 'are'} in progress.
          </strong>{' '}
          {plan.inFlight === 1 ? 'It' : 'They'} may finish, for up to {counted(drainSeconds, 'second')}.
        </Item>
      )}
      <Places plan={plan} names={names} />
      {plan.pastMs.length < 2 ? null : (
        <Item icon="activity">
          The last {Math.min(plan.pastMs.length, 3)} times took {sentenceList(plan.pastMs.slice(0, 3).map(exactDuration))}.
        </Item>
      )}
      {plan.wayBack.kind === 'previous' ? <Item icon="back">{plan.wayBack.sentence}</Item> : null}
      {plan.wayBack.kind === 'none' && plan.stops.length > 0 && plan.wayBack.sentence !== '' ? (
        <Item icon="warning">{plan.wayBack.sentence}</Item>
      ) : null}
      {plan.warnings.map((warning) => (
        <Item icon="warning">{warning}</Item>
      ))}
    </ul>
  )
}

/** Where it runs, and what it takes of each machine's memory. */
function Places({ plan, names }: Pick<PlanProps, 'plan' | 'names'>) {
  const named = (id: string): string => names[id] ?? id
  const where = (plan.starts?.machines ?? []).map(named)
  if (plan.memory.length !== 1 || where.length !== 1) {
    return (
      <>
        {where.length === 0 ? null : (
          <Item icon="machines">
            Runs on <strong>{where.join(' and ')}</strong>.
          </Item>
        )}
        {plan.memory.map((one) => (
          <Item icon="memory">
            On {named(one.machine)} it needs {memoryWords(one)}
          </Item>
        ))}
      </>
    )
  }
  return (
    <>
      {plan.memory.map((one) => (
        <Item icon="machines">
          Runs on <strong>{where[0]}</strong>. Needs {memoryWords(one)}
        </Item>
      ))}
    </>
  )
}

function memoryWords({ needBytes, haveBytes, totalBytes, sum }: PlanView['memory'][number]) {
  return (
    <>
      {bytesInWords(needBytes)} of memory; {bytesInWords(haveBytes)} of {bytesInWords(totalBytes)} will be free.
      {sum === null ? null : (
        <>
          <br />
          <span class="quiet">
            {sumWords(sum)}. {sumSource(sum)}
          </span>
        </>
      )}
    </>
  )
}

function sentenceList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

type Flags = NonNullable<PlanView['starts']>['flags']

/** Each flag of the start with the reason it is there. */
export function FlagList({ flags }: { readonly flags: Flags }) {
  return (
    <dl class="flags">
      {flags.map((flag) => (
        <div>
          <dt>
            <code>
              --{flag.name}
              {flag.value === true ? '' : ` ${flag.value}`}
            </code>
          </dt>
          <dd>
            {flag.reason} <span class="quiet">{flag.source}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** The exact words, one disclosure away. */
export function ExactPlan({ plan, open }: { readonly plan: PlanView; readonly open: boolean }) {
  return (
    <details class="more" open={open}>
      <summary>Show exactly what will run</summary>
      <div class="stack">
        {plan.stops.map((stop) => (
          <Command title={`To stop ${stop.name}`} argv={stop.argv} />
        ))}
        {plan.starts === null ? null : (
          <>
            <Command title={`To start ${plan.modelName}`} argv={plan.starts.argv} />
            <h2>Why each flag is there</h2>
            <FlagList flags={plan.starts.flags} />
            <Mods mods={plan.starts.mods} open={false} />
            <p class="quiet">Recipe {plan.starts.recipe}.</p>
          </>
        )}
      </div>
    </details>
  )
}

function Command({ title, argv }: { readonly title: string; readonly argv: readonly string[] }) {
  if (argv.length === 0) return null
  return (
    <>
      <h2>{title}</h2>
      <pre class="log whole">{commandLine(argv)}</pre>
    </>
  )
}
