// Who may change what a cluster serves. Two facts, kept apart: a live swap, which only its outcome ends, and a reservation, which
// its holder, its time or the owner ends. Neither ends the other. A reservation is judged against the clock at every read.
import { SparkError } from '../contract/errors.ts'
import type { LockView } from '../contract/operations/shapes.ts'
import type { Swap } from '../domain/swap.ts'
import { isoTime, isoTimeOrNull } from './iso-time.ts'
import type { Clock, EndedReservation, Ids, Reservation, ReservationStore, SwapStore } from './ports.ts'
import { isStorageTrouble } from './storage.ts'
import type { EventsUse, LockUse } from './use-cases.ts'
import { askAgainSeconds, createWaiting } from './waiting.ts'

export interface LockNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Pick<Ids, 'secret' | 'digest'>
  readonly store: { readonly reservations: ReservationStore; readonly swaps: Pick<SwapStore, 'live'> }
  readonly events: Pick<EventsUse, 'append'>
  /** Seconds a live swap will still take; null when nobody knows. */
  readonly etaSeconds?: (swap: Swap) => number | null
  readonly nameOf?: (model: string) => string
}

export interface LockCheck {
  readonly cluster: string
  readonly token?: string | undefined
  readonly breakLock?: boolean | undefined
  /** Who asks, for the event and for the line. */
  readonly by: string
  /** A program stands in line and waits its turn; the owner and what mends by itself do not. */
  readonly inLine: boolean
}

export type Lock = LockUse & {
  /** Passes when nothing stands in the way of a swap; raises swap_locked, lock_turn, lock_token_wrong, lock_ended. A live swap is not its matter. */
  checkLock(ask: LockCheck): void
}

const theCluster = 'default'

export function createLock(needs: LockNeeds): Lock {
  const { clock, ids, store, events } = needs
  const waiting = createWaiting(clock)

  const end = (reservation: Reservation, how: EndedReservation['how'], by: string): void => {
    const { cluster, holder, tokenHash } = reservation
    // Its time was over then, however late anybody looked.
    const endedAt = how === 'expired' ? reservation.until : clock.now()
    store.reservations.end({ tokenHash, cluster, holder, endedAt, how, by })
    events.append('lock_released', { cluster, holder, how, by })
  }

  /** The reservation that holds now. One whose time is over is cleared and told at the first look. */
  const standing = (cluster: string): Reservation | null => {
    const reservation = store.reservations.find(cluster)
    if (reservation === null || reservation.until > clock.now()) return reservation
    try {
      end(reservation, 'expired', reservation.holder)
    } catch (error) {
      // It is over all the same; its row goes when something can be written again.
      if (!isStorageTrouble(error)) throw error
    }
    return null
  }

  const owns = (reservation: Reservation, token: string | undefined): boolean =>
    token !== undefined && ids.digest(token) === reservation.tokenHash

  const locked = (reservation: Reservation): SparkError => {
    const left = Math.ceil((reservation.until - clock.now()) / 1000)
    return new SparkError('swap_locked', {
      holder: reservation.holder,
      reason: reservation.reason === '' ? 'no reason given' : reservation.reason,
      until: isoTime(reservation.until),
      retryAfterSeconds: Math.max(1, Math.min(askAgainSeconds, left)),
    })
  }

  const running = (swap: Swap): SparkError =>
    new SparkError('swap_running', {
      swap: swap.id,
      model: swap.model === null ? null : nameOf(needs, swap.model),
      retryAfterSeconds: Math.max(1, Math.min(askAgainSeconds, Math.ceil(needs.etaSeconds?.(swap) ?? askAgainSeconds))),
    })

  const find = (cluster = theCluster): LockView => {
    const reservation = standing(cluster)
    const swap = store.swaps.live(cluster)
    const held = swap === null ? reservationView(reservation) : swapLockView(swap, needs)
    return { ...held, waiting: waiting.list(cluster).map(({ name, since }) => ({ holder: name, since: isoTime(since) })) }
  }

  const endedBy = (token: string): EndedReservation | null => store.reservations.ended(ids.digest(token))

  /** Why this token is of no use: its reservation is over, or it never had one. */
  const useless = (token: string | undefined, reservation: Reservation | null): SparkError => {
    const ended = token === undefined ? null : endedBy(token)
    if (ended !== null) {
      const { holder, how, by, endedAt } = ended
      return new SparkError('lock_ended', { holder, how, by, endedAt: isoTime(endedAt), heldBy: reservation?.holder ?? null })
    }
    return reservation === null ? new SparkError('lock_not_held', {}) : new SparkError('lock_token_wrong', {})
  }

  const own = (token: string | undefined): Reservation => {
    const reservation = standing(theCluster)
    if (reservation === null || !owns(reservation, token)) throw useless(token, reservation)
    return reservation
  }

  /** Nothing is held: whoever waited before this name is let in before it. */
  const refuseOutOfTurn = (cluster: string, name: string): void => {
    const ahead = waiting.ahead(cluster, name)
    if (ahead === null) return
    waiting.add(cluster, name)
    throw new SparkError('lock_turn', { first: ahead.first.name, place: ahead.place, retryAfterSeconds: askAgainSeconds })
  }

  /** Nothing is reserved: who may go on all the same? `name`: of a program, which waits its turn. */
  const pass = (cluster: string, token: string | undefined, name: string | null): void => {
    // A program that was told to leave, or overslept, must not go on as if it still held the cluster.
    if (token !== undefined && endedBy(token) !== null) throw useless(token, null)
    if (name !== null) refuseOutOfTurn(cluster, name)
  }

  const refused = (reservation: Reservation, token: string | undefined, name: string | null): SparkError => {
    if (name !== null) waiting.add(reservation.cluster, name)
    return token === undefined ? locked(reservation) : useless(token, reservation)
  }

  return {
    find,
    take: ({ holder, reason, ttlSeconds, inLine = true }) => {
      const swap = store.swaps.live(theCluster)
      const reservation = standing(theCluster)
      if (inLine && (swap !== null || reservation !== null)) waiting.add(theCluster, holder)
      if (swap !== null) throw running(swap)
      if (reservation !== null) throw locked(reservation)
      if (inLine) refuseOutOfTurn(theCluster, holder)
      const token = ids.secret()
      const since = clock.now()
      const until = since + ttlSeconds * 1000
      const tokenHash = ids.digest(token)
      store.reservations.set({ cluster: theCluster, holder, reason, tokenHash, since, until, renewals: 0, renewedAt: null })
      waiting.drop(theCluster, holder)
      events.append('lock_taken', { cluster: theCluster, holder, reason, until: isoTime(until) })
      return { ...find(), token }
    },
    renew: (token, ttlSeconds) => {
      const reservation = own(token)
      const now = clock.now()
      store.reservations.set({ ...reservation, until: now + ttlSeconds * 1000, renewals: reservation.renewals + 1, renewedAt: now })
      return find()
    },
    release: ({ token, breakLock = false, by }) => {
      const reservation = standing(theCluster)
      if (reservation === null) throw useless(token, null)
      if (owns(reservation, token)) end(reservation, 'released', reservation.holder)
      else if (breakLock) end(reservation, 'broken', by)
      else throw useless(token, reservation)
      return find()
    },
    checkLock: ({ cluster, token, breakLock = false, by, inLine }) => {
      const reservation = standing(cluster)
      if (reservation === null) pass(cluster, token, inLine ? by : null)
      else if (!owns(reservation, token)) {
        if (!breakLock) throw refused(reservation, token, inLine ? by : null)
        end(reservation, 'broken', by)
      }
      waiting.drop(cluster, by)
    },
  }
}

type Held = Omit<LockView, 'waiting'>

const neverRenewed: Held['renewals'] = { count: 0, lastAt: null }
const free: Held = {
  locked: false,
  by: null,
  holder: null,
  reason: null,
  since: null,
  until: null,
  swap: null,
  renewals: neverRenewed,
}

function reservationView(reservation: Reservation | null): Held {
  if (reservation === null) return free
  const { holder, reason, since, until } = reservation
  const renewals = { count: reservation.renewals, lastAt: isoTimeOrNull(reservation.renewedAt) }
  return { locked: true, by: 'reservation', holder, reason, since: isoTime(since), until: isoTime(until), swap: null, renewals }
}

function swapLockView(swap: Swap, needs: Pick<LockNeeds, 'nameOf'>): Held {
  const reason = swap.model === null ? 'stopping the model' : `switching to ${nameOf(needs, swap.model)}`
  return { ...free, locked: true, by: 'swap', holder: swap.requestedBy.name, reason, since: isoTime(swap.startedAt), swap: swap.id }
}

function nameOf(needs: Pick<LockNeeds, 'nameOf'>, model: string): string {
  return needs.nameOf?.(model) ?? model
}
