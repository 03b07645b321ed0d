import type { ServiceHistoryView, ServiceTrialView, ServiceView } from '../../../server/contract/operations/service-shapes.ts'
import { bytesInWords } from '../../../server/domain/words.ts'
import { hx } from '../../hx.ts'
import { Heading } from '../layout.tsx'
import { StateBadge } from '../parts/badge.tsx'
import { CheckNow } from '../parts/check-now.tsx'
import { Copyable } from '../parts/code.tsx'
import { Evidence } from '../parts/evidence.tsx'
import { type FactRow, Facts } from '../parts/facts.tsx'
import { Note, type Trouble, TroubleNote } from '../parts/notice.tsx'
import { type Removal, TakeOffList } from '../parts/removal.tsx'
import { PastActs, RunningAct, ServiceActs } from '../parts/service.tsx'
import { Ago } from '../parts/time.tsx'
import { EditService, type MachineChoice } from './service-form.tsx'

export interface ServiceData {
  readonly service: ServiceView
  readonly history: ServiceHistoryView
  readonly machines: readonly MachineChoice[]
  readonly now: number
  readonly trial?: ServiceTrialView | undefined
  /** What the last act said, when it went wrong. */
  readonly trouble?: Trouble | undefined
  /** What was typed into the form, kept when it was refused. */
  readonly typed?: Readonly<Record<string, string>> | undefined
  readonly removal?: Removal
}

export function ServicePage(data: ServiceData) {
  const { service, trouble } = data
  return (
    <div class="page narrow">
      <Heading
        title={service.name}
        up={{ href: '/services', word: 'Services' }}
        acts={
          service.machine === null || service.container === null ? null : (
            <a class="button" href={`/machines/${service.machine.id}/containers/${service.container}/log`}>
              Log
            </a>
          )
        }
      />
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      <ServiceNow {...data} />
      <Trial {...data} />
      <EditService service={service} machines={data.machines} typed={data.typed} />
      <TakeOffList of={service} removal={data.removal} />
    </div>
  )
}

/** What is true of it now, and how it came to be; the live part of its page. */
export function ServiceNow(data: Pick<ServiceData, 'service' | 'history' | 'now'>) {
  const { service, history, now } = data
  return (
    <div id={`service-${service.id}`} class="page" data-announce={service.sentence}>
      <div class="between">
        <p class="tags">
          <StateBadge state={service.state} />
          <span class="quiet">
            {service.checkedAt === null ? (
              'Not looked at yet'
            ) : (
              <>
                Looked at <Ago at={service.checkedAt} now={now} />
              </>
            )}
          </span>
        </p>
        {service.enabled ? <CheckNow path={`${service.links.page}/check`} target={`service-${service.id}`} /> : null}
      </div>
      <div class="card stack">
        <p>{service.sentence}</p>
        {service.act === null ? null : <RunningAct act={service.act} now={now} />}
        <Facts rows={factsOf(service)} />
        <Evidence id={`known-${service.id}`} evidence={service.evidence} now={now} />
        {service.act === null ? <ServiceActs service={service} /> : null}
        <WhyNoActs service={service} />
      </div>
      {service.url === null ? null : (
        <section class="stack tight">
          <h2>Address for apps</h2>
          <Copyable id={`url-${service.id}`} label={`Address of ${service.name}`}>
            {service.url}
          </Copyable>
        </section>
      )}
      <Changes history={history} now={now} />
      <PastActs acts={history.acts} now={now} />
    </div>
  )
}

function factsOf(service: ServiceView): readonly FactRow[] {
  return [
    ['Kind', service.kindWord],
    ['Machine', service.machine?.name ?? (service.address === null ? 'not in the list any more' : null)],
    ['Container', service.container],
    ['Last answer', service.latencyMs === null ? null : `${service.latencyMs} ms`],
    ['Usually', service.usualMs === null ? null : `${service.usualMs} ms`],
    ['Doing', service.doing],
    ['Model', service.models.length === 0 ? null : service.models.join(', ')],
    ['Memory', service.footprintBytes === 0 ? null : `about ${bytesInWords(service.footprintBytes)}`],
    ['When it does not come back', service.acts.length === 0 ? null : service.heal === 'auto' ? 'restarted by itself' : 'you are told'],
  ]
}

function WhyNoActs({ service }: Pick<ServiceData, 'service'>) {
  if (service.acts.length > 0 || service.act !== null) return null
  const why =
    service.kind === 'vllm' || service.machine === null
      ? 'It is only looked at: Spark Control never starts or stops it.'
      : 'No container is named for it, so it is only looked at. Name one below to start and stop it from here.'
  return <p class="quiet">{why}</p>
}

function Trial({ service, trial }: ServiceData) {
  if (service.trial === null || !service.enabled) return null
  return (
    <section id="trial" class="stack" aria-live="polite">
      <div class="between">
        <h2>Try it</h2>
        <form
          method="post"
          action={`${service.links.page}/trial`}
          {...hx({ post: `${service.links.page}/trial`, target: '#trial', swap: 'outerHTML', disable: 'find button' })}
        >
          <button type="submit" class="button">
            {service.trial}
          </button>
        </form>
      </div>
      {trial === undefined ? (
        <p class="quiet">Sends one small real request and shows what comes back. What is sent is made here, nothing of yours.</p>
      ) : (
        <TrialAnswer trial={trial} />
      )}
    </section>
  )
}

function TrialAnswer({ trial }: { readonly trial: ServiceTrialView }) {
  return (
    <Note kind={trial.ok ? 'good' : 'bad'}>
      <p>
        <strong>{trial.sentence}</strong>
      </p>
      {trial.answer === null ? null : <pre class="answer">{trial.answer}</pre>}
      {trial.path === '' ? null : <p class="quiet">Asked at {trial.path}.</p>}
    </Note>
  )
}

/** The answer to "Try it" without a page around it. */
export const TrialFragment = Trial

function Changes({ history, now }: Pick<ServiceData, 'history' | 'now'>) {
  if (history.changes.length === 0) return null
  return (
    <details class="more" id="changes">
      <summary>How it was lately</summary>
      <ul class="list">
        {history.changes.map((change) => (
          <li>
            <p class="tags">
              <StateBadge state={change.state} />
              <span>{change.sentence}</span>
            </p>
            <p class="quiet">
              <Ago at={change.at} now={now} />
            </p>
          </li>
        ))}
      </ul>
    </details>
  )
}
