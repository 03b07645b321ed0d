import { type Act, actOf } from '../../../server/contract/acts.ts'
import type { LogLineView, SwapView } from '../../../server/contract/operations/shapes.ts'
import { aboutDuration, capital, exactDuration, leftover, phaseWord } from '../../../server/domain/words.ts'
import { Heading } from '../layout.tsx'
import { Badge, StateBadge } from '../parts/badge.tsx'
import { Evidence } from '../parts/evidence.tsx'
import { type FactRow, Facts } from '../parts/facts.tsx'
import { isTelling, Log } from '../parts/log.tsx'
import { MainAct, TroubleNote } from '../parts/notice.tsx'
import { meanwhile, Phases, swapTitle } from '../parts/phases.tsx'
import { Ago, Stopwatch } from '../parts/time.tsx'

export interface SwapData {
  readonly swap: SwapView
  /** null: not for whoever looks. */
  readonly log: readonly LogLineView[] | null
  readonly now: number
}

export function SwapPage({ swap, log, now }: SwapData) {
  return (
    <div class="page narrow">
      <SwapNow swap={swap} now={now} />
      {log === null ? <p class="quiet">Sign in to read the log of this switch.</p> : <SwapLog swap={swap} log={log} />}
    </div>
  )
}

export function swapPageTitle(swap: SwapView): string {
  if (swap.state !== 'running') return outcomeTitle(swap).replace(/\.$/, '')
  if (swap.phase !== 'restore' && swap.progress.percent !== null) return `Switching ${Math.round(swap.progress.percent)} %`
  return swapTitle(swap)
}

/** Phases while it runs, the outcome afterwards: a permanent record. */
export function SwapNow({ swap, now }: Omit<SwapData, 'log'>) {
  const said = swap.state === 'running' ? phaseWord[swap.phase] : outcomeTitle(swap)
  return (
    <article
      id={`swap-${swap.id}`}
      class="page"
      data-title={`${swapPageTitle(swap)} - Spark Control`}
      data-announce={said}
      data-ended={swap.state === 'running' ? undefined : ''}
      data-reveals={swap.state === 'failed' ? `log-${swap.id}` : undefined}
    >
      {swap.state === 'running' ? <Running swap={swap} now={now} /> : <Outcome swap={swap} now={now} />}
    </article>
  )
}

function Running({ swap, now }: Omit<SwapData, 'log'>) {
  return (
    <>
      <div class="between">
        <StateBadge state="switching" />
        <span class="quiet">
          started <Stopwatch at={swap.startedAt} now={now} /> ago by {asker(swap)}
        </span>
      </div>
      <Heading title={swapTitle(swap)}>
        <p>
          {etaSentence(swap)} {meanwhile(swap)}
        </p>
      </Heading>
      <div class="card">
        <Phases swap={swap} now={now} />
        <Evidence id={`known-${swap.id}`} evidence={swap.evidence} now={now} />
      </div>
      <Cancel swap={swap} />
    </>
  )
}

function etaSentence(swap: SwapView): string {
  if (swap.overdue) return 'It is taking longer than usual. That can still be fine; the log shows whether it moves.'
  if (swap.etaSeconds !== null) return `${capital(aboutDuration(swap.etaSeconds * 1000))} to go.`
  return swap.phase === 'restore' || swap.model === null ? '' : 'This is the first time here. It usually takes 3 to 10 minutes.'
}

function Cancel({ swap }: { readonly swap: SwapView }) {
  if (!swap.cancel.possible) return <p class="quiet">{swap.cancel.sentence}</p>
  return (
    <form class="acts" method="post" action={`/swaps/${swap.id}/cancellation`}>
      <button type="submit" class="button">
        {swap.cancel.sentence}
      </button>
    </form>
  )
}

function Outcome({ swap, now }: Omit<SwapData, 'log'>) {
  return (
    <>
      <div class="between">
        <OutcomeBadge swap={swap} />
        {swap.endedAt === null ? null : (
          <span class="quiet">
            ended <Ago at={swap.endedAt} now={now} />
          </span>
        )}
      </div>
      <Heading title={outcomeTitle(swap)}>
        <After swap={swap} now={now} />
      </Heading>
      {swap.error === null || swap.state === 'succeeded' ? null : <TroubleNote trouble={swap.error} nowWord={nowWord(swap, now)} />}
      <OutcomeActs swap={swap} />
      <div class="card stack">
        <Phases swap={swap} now={now} />
        <Facts rows={factsOf({ swap, now })} />
        <Evidence id={`known-${swap.id}`} evidence={swap.evidence} now={now} />
      </div>
    </>
  )
}

/** What was true after a switch that neither brought a model up nor failed: a failure tells it in its note. */
function After({ swap, now }: Omit<SwapData, 'log'>) {
  const title = outcomeTitle(swap)
  const { sentence } = swap.progress
  const rest = sentence.startsWith(title) ? sentence.slice(title.length).trim() : sentence
  const isTold = swap.state === 'cancelled' || (swap.state === 'succeeded' && swap.model === null)
  if (!isTold || rest === '') return null
  return (
    <p>
      {nowWord(swap, now)}: {rest}
    </p>
  )
}

/** An old record must not say "now". */
function nowWord(swap: SwapView, now: number): string {
  return swap.endedAt !== null && now - Date.parse(swap.endedAt) > 600_000 ? 'When it ended' : 'Now'
}

export function OutcomeBadge({ swap }: { readonly swap: SwapView }) {
  if (swap.state === 'running') return <StateBadge state="switching" />
  if (swap.state === 'succeeded')
    return <Badge shape="done" word={swap.removes !== null ? 'Removed' : swap.model === null ? 'Stopped' : 'Switched'} />
  return swap.state === 'failed' ? <Badge shape="failed" word="Did not work" /> : <Badge shape="cancelled" word="Cancelled" />
}

export function outcomeTitle(swap: SwapView): string {
  if (swap.removes !== null) {
    if (swap.state === 'succeeded') return `${swap.removes} was removed by force.`
    return swap.state === 'failed' ? `${swap.removes} could not be removed by force.` : `Removing ${swap.removes} by force was cancelled.`
  }
  return swap.model === null ? stopTitle(swap) : switchTitle(swap)
}

function stopTitle({ state, previousModelName }: SwapView): string {
  if (state === 'cancelled') return `Stopping ${previousModelName ?? leftover} was cancelled.`
  const previous = previousModelName ?? capital(leftover)
  return state === 'succeeded' ? `${previous} was stopped.` : `${previous} could not be stopped.`
}

function switchTitle(swap: SwapView): string {
  if (swap.state === 'succeeded') return `Switched to ${swap.modelName} in ${exactDuration(swap.durationMs)}.`
  const back = swap.restored === true ? ` ${swap.previousModelName ?? 'The previous model'} was brought back.` : ''
  return swap.state === 'failed' ? `${swap.modelName} did not start.${back}` : `The switch to ${swap.modelName} was cancelled.${back}`
}

function OutcomeActs({ swap }: { readonly swap: SwapView }) {
  if (swap.state !== 'succeeded') return <TroubleActs swap={swap} />
  const emptied = swap.model === null
  return (
    <p class="acts">
      {emptied ? <MainAct act={actOf('choose_model', {})} /> : null}
      <a class={emptied ? 'button' : 'button main'} href="/">
        See what answers now
      </a>
    </p>
  )
}

/** The act that helps, then what else one may want: the old model where it is lost, another try, another model. */
function TroubleActs({ swap }: { readonly swap: SwapView }) {
  const { engine, model, previousModel } = swap
  const act = swap.error?.act ?? actOf('switch_again', { engine, model })
  const previous = previousModel === null ? null : { model: previousModel, name: swap.previousModelName ?? 'the previous model' }
  const lost = swap.restored === false && model !== null && previousModel !== model && previous !== null
  const others = [
    lost ? actOf('bring_back', { previous }) : null,
    model === null ? null : actOf('switch_again', { engine, model }),
    lost ? null : actOf('choose_model', {}),
  ].filter((other) => other !== null && other.kind !== act.kind)
  const alone = act.consequence !== null
  return (
    <>
      {alone ? <MainAct act={act} /> : null}
      <p class="acts">
        {alone ? null : <MainAct act={act} />}
        {others.map((other) => (other === null ? null : <OtherAct act={other} />))}
        <a class="button plain" href="/">
          Home
        </a>
      </p>
    </>
  )
}

function OtherAct({ act }: { readonly act: Act }) {
  return (
    <a class="button" href={act.page}>
      {act.label}
    </a>
  )
}

function factsOf({ swap, now }: Omit<SwapData, 'log'>): readonly FactRow[] {
  const { address } = swap.requestedBy
  return [
    ['Asked for by', `${asker(swap)}${address === null ? '' : ` (${address})`}`],
    ['Started', <Ago at={swap.startedAt} now={now} />],
    ['Took', exactDuration(swap.durationMs)],
    ['On', swap.machines.length === 0 ? null : swap.machines.join(' and ')],
    ['Why', swap.why],
  ]
}

export function SwapLog({ swap, log }: { readonly swap: SwapView; readonly log: readonly LogLineView[] }) {
  const line = swap.error?.line ?? null
  const ended = swap.state !== 'running'
  const telling = ended && log.some((one) => isTelling(one.text, line))
  return (
    <Log
      id={`log-${swap.id}`}
      href={`/swaps/${swap.id}/log`}
      lines={log}
      startedAt={swap.startedAt}
      telling={line}
      open={swap.state === 'failed'}
      live={!ended}
      title={telling ? 'Log, with the line that told it' : 'Log'}
    />
  )
}

function asker(swap: SwapView): string {
  const { kind, name } = swap.requestedBy
  if (kind === 'owner') return 'you'
  return kind === 'system' ? 'Spark Control itself' : name
}
