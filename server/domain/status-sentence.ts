// The one sentence at the top of Home.
import { silence } from './engine-state.ts'
import type { MachineView } from './machine.ts'
import type { ServiceState } from './words.ts'

export interface SentenceFacts {
  readonly now: number
  readonly views: readonly MachineView[]
  readonly main: { readonly state: ServiceState; readonly sentence: string }
  /** Engines that were not started here. */
  readonly others: readonly { readonly state: ServiceState; readonly sentence: string }[]
  /** Something on the attention list. */
  readonly troubled: boolean
}

export function statusSentence(facts: SentenceFacts): string {
  const { main, views } = facts
  if (views.length === 0) return 'No Spark is connected yet.'
  const silent = views.find((view) => view.reach === 'unreachable')
  if (main.state === 'answering') {
    if (silent !== undefined) return `${main.sentence} ${silenceOf(silent, facts.now)}`
    return facts.troubled ? main.sentence : 'Everything is answering.'
  }
  if (main.state === 'stopped' || main.state === 'unknown') {
    if (silent !== undefined) return silenceOf(silent, facts.now)
    const other = facts.others.find((one) => one.state === 'answering')
    if (main.state === 'stopped' && other !== undefined) return other.sentence
  }
  return main.sentence
}

function silenceOf(view: MachineView, now: number): string {
  return silence({ name: view.machine.name, seenAt: view.observation?.at ?? null }, now)
}
