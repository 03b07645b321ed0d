import type { SwapView } from '../../../server/contract/operations/shapes.ts'
import { aboutDuration, clearingWord, exactDuration, type Phase, phaseWord } from '../../../server/domain/words.ts'
import { Bar } from './meter.tsx'
import { Stopwatch } from './time.tsx'

const forward: readonly Phase[] = ['check', 'make_room', 'start', 'load', 'warm_up', 'verify']
const stopping: readonly Phase[] = ['check', 'make_room']

type PhaseState = 'done' | 'now' | 'ahead' | 'failed' | 'skipped'

/** The phases of a switch in words; done ones show what they really took. */
export function Phases({ swap, now }: { readonly swap: SwapView; readonly now: number }) {
  const rows: readonly Phase[] = [...(swap.model === null ? stopping : forward), ...(wasRestored(swap) ? (['restore'] as const) : [])]
  return (
    <ol class="phases">
      {rows.map((phase) => {
        const state = phaseState(swap, phase)
        return (
          <li data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
            <span class="word">
              {wordOf(swap, phase)}
              <PhaseRemark state={state} />
            </span>
            <span class="took">
              <Took swap={swap} phase={phase} state={state} now={now} />
            </span>
            {state === 'now' ? <Progress swap={swap} /> : null}
          </li>
        )
      })}
    </ol>
  )
}

function wordOf(swap: SwapView, phase: Phase): string {
  return phase === 'restore' && swap.previousModel === null ? clearingWord : phaseWord[phase]
}

function PhaseRemark({ state }: { readonly state: PhaseState }) {
  const said = { done: ', done', now: ', now', ahead: '', failed: ', ended here', skipped: ', not reached' }[state]
  return said === '' ? null : <span class="sr">{said}</span>
}

function Took({ swap, phase, state, now }: { swap: SwapView; phase: Phase; state: PhaseState; now: number }) {
  const step = stepOf(swap, phase)
  if (step === undefined || state === 'ahead' || state === 'skipped') return null
  if (step.endedAt !== null) return <>{tookWords(Date.parse(step.endedAt) - Date.parse(step.startedAt))}</>
  if (swap.progress.percent !== null) return <strong>{Math.round(swap.progress.percent)} %</strong>
  return <Stopwatch at={step.startedAt} now={now} />
}

function tookWords(ms: number): string {
  return ms < 500 ? 'under 1 s' : exactDuration(ms)
}

/** A bar moves only while there is a figure behind it. */
function Progress({ swap }: { readonly swap: SwapView }) {
  const percent = swap.progress.percent
  return (
    <div class="progress">
      {percent === null ? <progress aria-label={swap.progress.sentence} /> : <Bar percent={percent} />}
      {swap.progress.sentence === '' ? null : <p class="quiet">{swap.progress.sentence}</p>}
    </div>
  )
}

function stepOf(swap: SwapView, phase: Phase) {
  return swap.steps.findLast((step) => step.phase === phase)
}

function wasRestored(swap: SwapView): boolean {
  return swap.phase === 'restore' || stepOf(swap, 'restore') !== undefined
}

function phaseState(swap: SwapView, phase: Phase): PhaseState {
  const step = stepOf(swap, phase)
  if (step === undefined) return swap.state === 'running' && swap.phase !== 'restore' ? 'ahead' : 'skipped'
  if (swap.state === 'running') return phase === swap.phase ? 'now' : endedBadly(swap, phase) ? 'failed' : 'done'
  if (swap.state === 'succeeded') return 'done'
  if (phase === 'restore') return isUndone(swap) ? 'done' : 'failed'
  return endedBadly(swap, phase) ? 'failed' : 'done'
}

/** The previous model is back, or there was none and what was started was seen to be gone. */
function isUndone({ restored, previousModel, progress }: SwapView): boolean {
  return restored === true || (previousModel === null && /^Nothing (that Spark Control started )?is answering/.test(progress.sentence))
}

/** The last forward phase reached, when the switch did not succeed. */
function endedBadly(swap: SwapView, phase: Phase): boolean {
  if (swap.state === 'succeeded' || (swap.state === 'running' && swap.phase !== 'restore')) return false
  const reached = swap.steps.filter((step) => step.phase !== 'restore').at(-1)
  return reached?.phase === phase
}

/** "Loading the model, about 2 minutes to go". */
export function phaseLine(swap: SwapView): string {
  const percent = swap.progress.percent === null ? '' : ` ${Math.round(swap.progress.percent)} %`
  const eta = swap.etaSeconds === null ? '' : `, ${aboutDuration(swap.etaSeconds * 1000)} to go`
  return `${wordOf(swap, swap.phase)}${percent}${eta}`
}

/** What the switch does, while it does it. */
export function swapTitle(swap: SwapView): string {
  if (swap.phase === 'restore') return swap.previousModelName === null ? clearingWord : `Bringing ${swap.previousModelName} back`
  if (swap.removes !== null) return `Removing ${swap.removes} by force`
  if (swap.model === null) return `Stopping ${swap.previousModelName ?? 'the model'}`
  return `Switching to ${swap.modelName}`
}

/** What apps get while it runs. */
export function meanwhile(swap: SwapView): string {
  if (swap.phase === 'check') {
    return swap.previousModelName === null
      ? 'Nothing has changed yet.'
      : `${swap.previousModelName} still answers; nothing has changed yet.`
  }
  if (swap.removes !== null && swap.previousModelName === null) return 'What answers now is not touched.'
  return 'Nothing answers until it is done; apps that ask are told when to come back.'
}
