// What pages show of one service: its tile, its place on Home, its acts.

import type { BotView } from '../../../server/contract/operations/bot-shapes.ts'
import type { ServiceActRecordView, ServiceActView, ServiceView } from '../../../server/contract/operations/service-shapes.ts'
import { StateBadge } from './badge.tsx'
import { BotBadge } from './bot.tsx'
import { Copyable } from './code.tsx'
import { Ago, Span } from './time.tsx'

interface Of {
  readonly service: ServiceView
  readonly now: number
}

/** Where it runs, how fast it answers, what it does now: what there is of it. */
export function serviceLine({ machine, latencyMs, doing, state, models }: ServiceView): string {
  const parts = [
    machine === null ? 'only looked at' : `on ${machine.name}`,
    latencyMs !== null && (state === 'answering' || state === 'busy' || state === 'degraded') ? `${latencyMs} ms` : '',
    models[0] ?? '',
    doing ?? '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

export function ServiceTile({ service, now }: Of) {
  const { state, links } = service
  return (
    <section class="card service" data-state={state} aria-label={service.name}>
      <div class="between">
        <h2>
          <a href={links.page}>{service.name}</a>
        </h2>
        {service.enabled ? <StateBadge state={state} /> : <span class="quiet">Switched off</span>}
      </div>
      {state === 'answering' && service.act === null ? null : <p>{service.sentence}</p>}
      <p class="quiet">{serviceLine(service)}</p>
      {service.url === null ? null : (
        <Copyable id={`url-${service.id}`} label={`Address of ${service.name}`}>
          {service.url}
        </Copyable>
      )}
      {service.act === null ? <ServiceActs service={service} /> : <RunningAct act={service.act} now={now} />}
    </section>
  )
}

/** Links to the question before each act. */
export function ServiceActs({ service }: Pick<Of, 'service'>) {
  if (service.acts.length === 0) return null
  return (
    <p class="acts">
      {service.acts.map(({ kind, label }) => (
        <a class={kind === 'start' ? 'button small main' : 'button small'} href={`${service.links.page}/acts/${kind}`}>
          {label}
          <span class="sr"> {service.name}</span>
        </a>
      ))}
    </p>
  )
}

export function RunningAct({ act, now }: { readonly act: ServiceActView; readonly now: number }) {
  return (
    <div class="stack tight">
      <progress aria-label={act.sentence} />
      <p class="quiet">
        {act.sentence} For <Span at={act.startedAt} now={now} />.
      </p>
    </div>
  )
}

interface StripProps {
  readonly services: readonly ServiceView[]
  readonly bots: readonly BotView[]
}

/** What runs beside the model, on Home: a line of names with their states. What is not looked at is not there. */
export function ServiceStrip({ services, bots }: StripProps) {
  const shown = services.filter((service) => service.enabled)
  const watched = bots.filter((bot) => bot.watched)
  if (shown.length + watched.length === 0) return null
  return (
    <section class="stack" aria-label="Services">
      <h2>Services</h2>
      <ul class="strip">
        {shown.map((service) => (
          <li>
            <a href={service.links.page}>
              {service.name}
              <StateBadge state={service.state} />
            </a>
          </li>
        ))}
        {watched.map((bot) => (
          <li>
            <a href={bot.links.page}>
              {bot.name}
              <BotBadge bot={bot} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What was done to it, newest first. */
export function PastActs({ acts, now }: { readonly acts: readonly ServiceActRecordView[]; readonly now: number }) {
  const past = acts.filter((act) => act.state !== 'running')
  if (past.length === 0) return null
  return (
    <section class="stack">
      <h2>What was done to it</h2>
      <ul class="list">
        {past.map((act) => (
          <li>
            <div class="stack tight">
              <strong>{act.sentence}</strong>
              <p class="quiet">
                {act.requestedBy === 'owner' ? 'You asked for it' : `${act.requestedBy} asked for it`}
                {act.why === null ? '' : `: ${act.why}`}
                {act.error === null ? '.' : `. ${act.error.next}`}
              </p>
              {act.lines.length === 0 ? null : (
                <details class="more">
                  <summary>What the command said</summary>
                  <pre class="answer">{act.lines.join('\n')}</pre>
                </details>
              )}
            </div>
            <p class="quiet">
              <Ago at={act.startedAt} now={now} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
