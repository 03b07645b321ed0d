import type { BotView } from '../../../server/contract/operations/bot-shapes.ts'
import type { ServiceView } from '../../../server/contract/operations/service-shapes.ts'
import { Heading } from '../layout.tsx'
import { BotList } from '../parts/bot.tsx'
import { Icon } from '../parts/icon.tsx'
import { Empty } from '../parts/notice.tsx'
import { ServiceTile } from '../parts/service.tsx'

export interface ServicesData {
  readonly services: readonly ServiceView[]
  readonly now: number
}

export function ServicesPage({ bots = [], ...data }: ServicesData & { readonly bots?: readonly BotView[] }) {
  return (
    <div class="page">
      <Heading
        title="Services"
        acts={
          <a class="button main" href="/services/new">
            <Icon name="plus" />
            Add a service
          </a>
        }
      >
        <p class="quiet">What runs beside the model: speech, voices, search, redaction, and other model servers.</p>
      </Heading>
      <ServiceList {...data} />
      <BotList bots={bots} />
    </div>
  )
}

export function ServiceList({ services, now }: ServicesData) {
  const on = services.filter((service) => service.enabled)
  const off = services.filter((service) => !service.enabled)
  return (
    <div id="service-list" class="page">
      <div class="services">
        {services.length === 0 ? (
          <Empty icon="talk" title="No services yet">
            <p>
              A service is a container on a Spark that does one thing, such as turning speech into text. Spark Control looks at it, says in
              words how it is, and can restart it. It never makes or deletes one.
            </p>
            <a class="button main" href="/services/new">
              Look for services
            </a>
          </Empty>
        ) : null}
        {on.map((service) => (
          <ServiceTile service={service} now={now} />
        ))}
      </div>
      {off.length === 0 ? null : (
        <details class="more" id="switched-off">
          <summary>Switched off ({off.length})</summary>
          <div class="services">
            {off.map((service) => (
              <ServiceTile service={service} now={now} />
            ))}
          </div>
        </details>
      )}
    </div>
  )
}
