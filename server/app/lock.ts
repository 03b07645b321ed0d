// Who may change what a cluster serves. Two facts, kept apart: a live swap, which only its outcome ends, and a reservation, which
// its holder, its time or the owner ends. Neither ends the other. A reservation is judged against the clock at every read.
import { SparkError } from '../contract/errors.ts'
import type { LockView } from '../contract/operations/shapes.ts'
import type { Swap } from '../domain/swap.ts'
import { isoTime } from './iso-time.ts'
import type { Clock, Ids, Reservation, ReservationStore, SwapStore } from './ports.ts'
import { isStorageTrouble } from './storage.ts'
import type { EventsUse, LockUse } from './use-cases.ts'
import { createWaiting } from './waiting.ts'

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
  /** Who asks, for the event and for the list of who waits. */
  readonly by: string
}

export type Lock = LockUse & {
  /** Passes when no reservation stands in the way of a swap; raises swap_locked or lock_token_wrong. A live swap is not its matter. */
  checkLock(ask: LockCheck): void
}

const theCluster = 'default'
const usualWaitSeconds = 30
const longestWaitSeconds = 600
/** A reservation may be given back early: whoever waits is asked to look again this often, which keeps it on the waiting list too. */
const lookAgainSeconds = 30

export function createLock(needs: LockNeeds): Lock {
  const { clock, ids, store, events } = needs
  const waiting = createWaiting(clock)

  const end = (reservation: Reservation, how: 'released' | 'expired' | 'broken', by: string): void => {
    store.reservations.clear(reservation.cluster)
    events.append('lock_released', { cluster: reservation.cluster, holder: reservation.holder, how, by })
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
      retryAfterSeconds: Math.max(1, Math.min(lookAgainSeconds, left)),
    })
  }

  const running = (swap: Swap): SparkError =>
    new SparkError('swap_running', {
      swap: swap.id,
      model: swap.model === null ? null : nameOf(needs, swap.model),
      retryAfterSeconds: Math.max(1, Math.min(longestWaitSeconds, Math.ceil(needs.etaSeconds?.(swap) ?? usualWaitSeconds))),
    })

  const find = (cluster = theCluster): LockView => {
    const reservation = standing(cluster)
    const swap = store.swaps.live(cluster)
    const held = swap === null ? reservationView(reservation) : swapLockView(swap, needs)
    return { ...held, waiting: waiting.list(cluster) }
  }

  const own = (token: string | undefined): Reservation => {
    const reservation = standing(theCluster)
    if (reservation === null) throw new SparkError('lock_not_held', {})
    if (!owns(reservation, token)) throw new SparkError('lock_token_wrong', {})
    return reservation
  }

  return {
    find,
    take: ({ holder, reason, ttlSeconds }) => {
      const swap = store.swaps.live(theCluster)
      const reservation = standing(theCluster)
      if (swap !== null || reservation !== null) waiting.add(theCluster, holder)
      if (swap !== null) throw running(swap)
      if (reservation !== null) throw locked(reservation)
      const token = ids.secret()
      const since = clock.now()
      const until = since + ttlSeconds * 1000
      store.reservations.set({ cluster: theCluster, holder, reason, tokenHash: ids.digest(token), since, until })
      waiting.drop(theCluster, holder)
      events.append('lock_taken', { cluster: theCluster, holder, reason, until: isoTime(until) })
      return { ...find(), token }
    },
    renew: (token, ttlSeconds) => {
      store.reservations.set({ ...own(token), until: clock.now() + ttlSeconds * 1000 })
      return find()
    },
    release: ({ token, breakLock = false, by }) => {
      const reservation = standing(theCluster)
      if (reservation === null) throw new SparkError('lock_not_held', {})
      if (owns(reservation, token)) end(reservation, 'released', reservation.holder)
      else if (breakLock) end(reservation, 'broken', by)
      else throw new SparkError('lock_token_wrong', {})
      return find()
    },
    checkLock: ({ cluster, token, breakLock = false, by }) => {
      const reservation = standing(cluster)
      if (reservation !== null && !owns(reservation, token)) {
        if (breakLock) end(reservation, 'broken', by)
        else {
          waiting.add(cluster, by)
          throw token === undefined ? locked(reservation) : new SparkError('lock_token_wrong', {})
        }
      }
      waiting.drop(cluster, by)
    },
  }
}

type Held = Omit<LockView, 'waiting'>

function reservationView(reservation: Reservation | null): Held {
  if (reservation === null) return { locked: false, by: null, holder: null, reason: null, since: null, until: null, swap: null }
  const { holder, reason, since, until } = reservation
  return { locked: true, by: 'reservation', holder, reason, since: isoTime(since), until: isoTime(until), swap: null }
}

function swapLockView(swap: Swap, needs: Pick<LockNeeds, 'nameOf'>): Held {
  const reason = swap.model === null ? 'stopping the model' : `switching to ${nameOf(needs, swap.model)}`
  return { locked: true, by: 'swap', holder: swap.requestedBy.name, reason, since: isoTime(swap.startedAt), until: null, swap: swap.id }
}

function nameOf(needs: Pick<LockNeeds, 'nameOf'>, model: string): string {
  return needs.nameOf?.(model) ?? model
}
