// The log of a line as the contract shows it.
import type { ConnectivityShapeView } from '../contract/operations/connectivity.ts'
import { type Availability, type Outage, unwatched, type Watch } from '../domain/connectivity.ts'
import { availabilitySentence, outageSentence, unwatchedSentence } from '../domain/connectivity-words.ts'
import { isoTime, isoTimeOrNull } from './iso-time.ts'

interface Facts {
  readonly machine: string
  readonly now: number
  readonly state: ConnectivityShapeView['state']
  readonly since: number | null
  readonly outages: readonly Outage[]
  readonly watches: readonly Watch[]
  readonly day: Availability
  readonly week: Availability
}

/** So many of each are told, newest first. */
const mostTold = 200

const seconds = (ms: number): number => Math.round(ms / 100) / 10

const figures = (span: string, one: Availability) => ({
  percent: one.percent,
  watchedSeconds: seconds(one.watchedMs),
  outSeconds: seconds(one.outMs),
  outages: one.outages,
  sentence: availabilitySentence(span, one),
})

export function connectivityView({ machine, now, state, since, outages, watches, day, week }: Facts): ConnectivityShapeView {
  return {
    machine,
    state,
    since: isoTimeOrNull(since),
    day: figures('day', day),
    week: figures('7 days', week),
    outages: [...outages]
      .reverse()
      .slice(0, mostTold)
      .map((one) => ({
        from: isoTime(one.from),
        to: isoTimeOrNull(one.to),
        seconds: seconds((one.to ?? now) - one.from),
        cause: one.cause,
        seenEnd: one.seenEnd,
        sentence: outageSentence(one, now),
      })),
    unwatched: [...unwatched(watches, now)]
      .reverse()
      .slice(0, mostTold)
      .map(({ from, to, why }) => ({
        from: isoTime(from),
        to: isoTime(to),
        seconds: seconds(to - from),
        sentence: unwatchedSentence(why),
      })),
  }
}
