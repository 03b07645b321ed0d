import type { BotView } from '../../../server/contract/operations/bot-shapes.ts'
import type { ServiceView } from '../../../server/contract/operations/service-shapes.ts'
import type { EngineView, EventView, MachineShape, StatusView, SwapView } from '../../../server/contract/operations/shapes.ts'
import { mendedByRestart } from '../../../server/domain/engine-state.ts'
import { Heading } from '../layout.tsx'
import { StateBadge } from '../parts/badge.tsx'
import { Copyable } from '../parts/code.tsx'
import { EventList } from '../parts/events.tsx'
import { Evidence } from '../parts/evidence.tsx'
import { Icon } from '../parts/icon.tsx'
import { MemoryMeter } from '../parts/memory.tsx'
import { Bar } from '../parts/meter.tsx'
import { Note } from '../parts/notice.tsx'
import { meanwhile, phaseLine } from '../parts/phases.tsx'
import { Reserved } from '../parts/reserved.tsx'
import { ServiceStrip } from '../parts/service.tsx'
import { SpeedLine } from '../parts/speed.tsx'
import { Tags } from '../parts/tags.tsx'
import { Ago, Span } from '../parts/time.tsx'

export interface HomeData {
  readonly status: StatusView
  readonly machines: readonly MachineShape[]
  readonly services: readonly ServiceView[]
  readonly bots: readonly BotView[]
  readonly recent: readonly EventView[]
  /** The soonest time that an app has registered; null: none within a week. */
  readonly next: { readonly sentence: string } | null
  /** Where apps reach this appliance, e.g. http://192.0.2.5:9999. */
  readonly origin: string
  readonly now: number
}

export function HomePage(data: HomeData) {
  return (
    <>
      <HomeNow {...data} />
      <HomeRecent {...data} />
    </>
  )
}

export function homeTitle({ status }: Pick<HomeData, 'status'>): string {
  const swap = status.clusters.find((one) => one.swap !== null)?.swap
  if (swap === null || swap === undefined) return `${status.sentence.replace(/\.$/, '')} - Home`
  return swap.progress.percent === null ? 'Switching - Home' : `Switching ${Math.round(swap.progress.percent)} % - Home`
}

/** Everything that is true now: the first screen. */
export function HomeNow(data: HomeData) {
  const { status, now } = data
  const engines = status.clusters.flatMap((cluster) => cluster.engines)
  const fresh = neverSeen(data.machines)
  return (
    <div id="home-now" class="page" data-title={`${homeTitle(data)} - Spark Control`} data-announce={status.sentence}>
      <Heading title={status.sentence}>
        <p class="quiet">
          {status.checkedAt === null ? (
            'Not looked at yet'
          ) : (
            <>
              Checked <Ago at={status.checkedAt} now={now} />
            </>
          )}
        </p>
      </Heading>
      {fresh ? <FinishSetUp status={status} machine={data.machines[0]} /> : <Attention status={status} />}
      {engines
        .filter((engine) => !engine.observed && !(fresh && engine.model === null))
        .map((engine) => (
          <EngineCard engine={engine} swap={swapOf(status, engine)} {...data} />
        ))}
      {status.clusters.map((cluster) => (
        <Reserved lock={cluster.lock} now={now} back="/" what="Switching" />
      ))}
      {data.next === null ? null : (
        <p class="quiet">
          Next: <a href="/schedule">{data.next.sentence}</a>
        </p>
      )}
      <Observed engines={engines.filter((engine) => engine.observed)} services={data.services} />
      <ServiceStrip services={data.services.filter((service) => !engines.some((engine) => engine.id === service.id))} bots={data.bots} />
    </div>
  )
}

/** The switch that changes this engine now. */
function swapOf(status: StatusView, engine: EngineView): SwapView | null {
  return status.clusters.find(({ swap }) => swap?.engine === engine.id)?.swap ?? null
}

function neverSeen(machines: readonly MachineShape[]): boolean {
  return machines.length > 0 && machines.every((machine) => machine.observedAt === null)
}

/** Before the first answer there is one thing to do, and nothing else to show. */
function FinishSetUp({ machine, status }: { readonly machine: MachineShape | undefined; readonly status: StatusView }) {
  if (machine === undefined) return null
  const why = status.attention[0]?.sentence ?? `${machine.name} has not answered yet.`
  return (
    <Note kind="warn" icon="plug">
      <p>
        <strong>{why}</strong> Let Spark Control in, then test the connection.
      </p>
      <p>
        <a class="button main" href={`/setup?machine=${machine.id}`}>
          Continue setting up
        </a>
      </p>
    </Note>
  )
}

function Attention({ status }: { readonly status: StatusView }) {
  // What the title says already is not said twice.
  const items = status.attention.filter((item) => item.sentence !== status.sentence)
  if (items.length === 0) return null
  return (
    <section class="note" data-kind="warn" aria-label="Needs attention">
      <Icon name="warning" />
      <ul class="attention">
        {items.map((item) => (
          <li>
            <a href={item.link}>{item.sentence}</a>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The model this is about: the title above says what is done to it. */
function comingName(swap: SwapView): string {
  const name = swap.phase === 'restore' || swap.model === null ? swap.previousModelName : swap.modelName
  return name ?? 'The model'
}

/** Between two models the switch takes the model's place: "No model" would only frighten. */
function RunningSwap({ swap, now }: { readonly swap: SwapView; readonly now: number }) {
  const percent = swap.progress.percent
  return (
    <>
      <div class="between">
        <StateBadge state="switching" />
        <span class="quiet">
          started <Ago at={swap.startedAt} now={now} />
        </span>
      </div>
      <div class="stack">
        <p class="name">{comingName(swap)}</p>
        <p>{meanwhile(swap)}</p>
        {percent === null ? <progress aria-label={phaseLine(swap)} /> : <Bar percent={percent} />}
        <p class="quiet">{phaseLine(swap)}</p>
      </div>
    </>
  )
}

type CardProps = HomeData & { readonly engine: EngineView; readonly swap: SwapView | null }

function EngineCard({ status, engine, swap, machines, origin, now }: CardProps) {
  const names = swap === null ? engine.machines : [...engine.machines, ...swap.machines]
  const its = machines.filter((machine) => names.includes(machine.id) || names.includes(machine.name))
  const shown = its.length > 0 ? its : machines
  const model = swap?.model ?? engine.model
  return (
    <section
      class={swap === null ? 'card engine' : 'card engine running'}
      data-state={engine.state}
      aria-label={swap !== null ? 'The running switch' : engine.model === null ? 'No model' : 'The model'}
    >
      {swap === null ? <EngineNow engine={engine} its={its} said={status.sentence} now={now} /> : <RunningSwap swap={swap} now={now} />}
      <div class="meters">
        {shown.map((machine) => (
          <MemoryMeter machine={machine} now={now} />
        ))}
      </div>
      <EngineActs engine={engine} swap={swap} />
      {model === null ? null : <ForApps origin={origin} model={model} />}
    </section>
  )
}

interface NowProps {
  readonly engine: EngineView
  readonly its: readonly MachineShape[]
  /** The page's title: not said again below it. */
  readonly said: string
  readonly now: number
}

function EngineNow({ engine, its, said, now }: NowProps) {
  return (
    <>
      <div class="between">
        <StateBadge state={engine.state} />
        {engine.since === null ? null : (
          <span class="quiet">
            for <Span at={engine.since} now={now} />
          </span>
        )}
      </div>
      <div class="stack">
        <p class="name">{engine.modelName ?? 'No model'}</p>
        <p class="tags">
          <Tags words={engine.capabilities} />
          <span class="quiet">{engineLine(engine, its)}</span>
        </p>
        <SpeedLine speed={engine.speed} now={now} />
        {engine.model === null || engine.state === 'answering' || engine.sentence === said ? null : <p>{engine.sentence}</p>}
        <Evidence id={`known-${engine.id}`} evidence={engine.evidence} now={now} />
      </div>
    </>
  )
}

/** One link in one place, whatever happens: a live update leaves the focus on it. */
function EngineActs({ engine, swap }: Pick<CardProps, 'engine' | 'swap'>) {
  const word = engine.model === null ? 'Choose a model' : 'Switch model'
  const mends = swap === null && engine.model !== null && engine.verdict !== null && mendedByRestart.has(engine.verdict)
  return (
    <p class="acts">
      {mends ? (
        <a class="button main" href={`/swaps/new?model=${encodeURIComponent(engine.model ?? '')}`}>
          Start {engine.modelName ?? 'it'} again
        </a>
      ) : null}
      <a id={`act-${engine.id}`} class={mends ? 'button' : 'button main'} href={swap === null ? '/library' : swap.links.page}>
        {swap === null ? word : 'Watch it'}
      </a>
      {engine.model === null || engine.state === 'switching' ? null : (
        <a class="button plain" href={`/engines/${engine.id}/stop`}>
          Stop it
        </a>
      )}
    </p>
  )
}

function engineLine(engine: EngineView, its: readonly MachineShape[]): string {
  const where = its.length === 0 ? '' : `on ${its.map((machine) => machine.name).join(' and ')}`
  const running = engine.runningRequests ?? 0
  const busy = running === 0 ? '' : `${running} ${running === 1 ? 'request' : 'requests'} in progress`
  const adopted = engine.adopted ? 'started by hand' : ''
  return [where, busy, adopted].filter((part) => part !== '').join(', ')
}

function ForApps({ origin, model }: { readonly origin: string; readonly model: string }) {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })
  return (
    <div class="for-apps">
      <div class="stack tight">
        <h2 class="label">Address for apps</h2>
        <Copyable id="base-url" label="Base URL">
          {`${origin}/v1`}
        </Copyable>
      </div>
      <details class="more">
        <summary>Try it from a terminal, or set up an app</summary>
        <Copyable id="snippet" label="Command to try">
          {`curl ${origin}/v1/chat/completions \\\n  -H 'Content-Type: application/json' \\\n  -d '${body.replaceAll("'", "'\\''")}'`}
        </Copyable>
        <p class="quiet">
          In an app, choose "OpenAI compatible", paste the address, and write <code>{model}</code> as the model. Any text will do as the
          key.
        </p>
      </details>
    </div>
  )
}

/** What serves here without our doing is shown and left alone. */
function Observed({ engines, services }: { readonly engines: readonly EngineView[] } & Pick<HomeData, 'services'>) {
  const pageOf = (engine: EngineView): string | null => services.find((service) => service.id === engine.id)?.links.page ?? null
  if (engines.length === 0) return null
  return (
    <section class="stack">
      <h2>Also serving here</h2>
      <ul class="list">
        {engines.map((engine) => (
          <li>
            <div class="stack tight">
              <p class="tags">
                <strong>
                  {pageOf(engine) === null ? (engine.modelName ?? 'Something') : <a href={pageOf(engine) ?? ''}>{engine.modelName}</a>}
                </strong>
                <StateBadge state={engine.state} />
              </p>
              <p class="quiet">
                {engine.url === null ? '' : `${engine.url}. `}
                {pageOf(engine) === null
                  ? 'Not started by Spark Control, and never stopped by it without your word.'
                  : 'Only looked at: Spark Control does not log in there.'}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

export function HomeRecent({ recent, now }: Pick<HomeData, 'recent' | 'now'>) {
  return (
    <section id="home-recent" class="stack">
      <h2>Lately</h2>
      {recent.length === 0 ? (
        <p class="quiet">Nothing has happened yet. Switches, restarts and new models are told here.</p>
      ) : (
        <>
          <EventList events={recent} now={now} />
          <p>
            <a href="/activity">All activity</a>
          </p>
        </>
      )}
    </section>
  )
}
