// Restarts what its owner lets be restarted, when it does not come back by itself. Never beside a switch on its machine, never under
// somebody's reservation; each attempt is an act like any other and is proved by a real request.

import type { StatusView } from '../contract/operations/shapes.ts'
import type { Service } from '../domain/service.ts'
import { type HealSigns, healStep, mostAttempts } from '../domain/service-heal.ts'
import type { ServiceState } from '../domain/words.ts'
import type { Fleet } from './fleet.ts'
import { healedBefore, steadyDraw } from './heal-memory.ts'
import { managedServices } from './managed-services.ts'
import type { Clock, Ids, Log, SwapStore } from './ports.ts'
import type { ServiceActs } from './service-acts.ts'
import type { ServiceStore } from './service-ports.ts'
import type { ServiceWatch } from './service-watch.ts'
import { serviceSentence } from './service-words.ts'
import type { EventsUse, LockUse } from './use-cases.ts'

export interface ServiceHealingNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Pick<Ids, 'digest'>
  readonly store: { readonly services: ServiceStore; readonly swaps: Pick<SwapStore, 'live'> }
  readonly fleet: Pick<Fleet, 'views'>
  readonly watch: Pick<ServiceWatch, 'known' | 'state' | 'onSeen'>
  readonly acts: Pick<ServiceActs, 'begin'>
  readonly lock: Pick<LockUse, 'find'>
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
}

const byHouse = { kind: 'system', name: 'Spark Control', address: null } as const
const keptActs = 50

export function createServiceHealing(needs: ServiceHealingNeeds) {
  const { clock, store, watch, events } = needs
  const all = new Map<string, HealSigns>()

  const signsOf = (service: Service): HealSigns =>
    all.get(service.id) ?? healedBefore(store.services.acts(service.id, keptActs), clock.now())

  const isAllowed = (service: Service): boolean => {
    if (service.heal !== 'auto' || !service.enabled || service.machine === null || service.container === null) return false
    if (store.services.liveActs().some((act) => act.service === service.id)) return false
    if (store.swaps.live('default') !== null || needs.lock.find().locked) return false
    const view = needs.fleet.views().find((one) => one.machine.id === service.machine)
    return view?.reach === 'reachable' && (view.observation?.containers?.some((box) => box.name === service.container) ?? false)
  }

  const sentenceOf = (service: Service, state: ServiceState): string => {
    const machine = needs.fleet.views().find((one) => one.machine.id === service.machine)
    return serviceSentence({ service, known: watch.known(service.id), state, machine })
  }

  const consider = (service: Service): void => {
    const row = store.services.list().find((one) => one.id === service.id)
    if (row === undefined) return void all.delete(service.id)
    const { signs: health } = watch.known(row.id)
    const before = signsOf(row)
    const state = watch.state(row)
    const well = state === 'answering' || state === 'busy'
    const facts = {
      at: clock.now(),
      well,
      down: managedServices[row.kind].heal(watch.known(row.id)) && state !== 'unknown',
      draw: steadyDraw(needs.ids, row.id, before.attempts.length),
    }
    const { signs, step } = healStep(before, { ...facts, allowed: isAllowed(row) })
    all.set(row.id, signs)
    const machine = needs.fleet.views().find((one) => one.machine.id === row.machine)?.machine.name ?? ''
    if (step === 'give_up') events.append('heal_exhausted', { service: row.id, name: row.name, machine, attempts: signs.attempts.length })
    if (step !== 'restart') return
    const why = health.door?.why ?? 'its container ended'
    needs.acts.begin(row, { kind: 'restart', requestedBy: byHouse, why: `it did not answer (${why})` }).catch((error: unknown) => {
      needs.log.warn('a service could not be restarted', { service: row.name, machine, error })
    })
  }

  return {
    start(signal: AbortSignal): void {
      const off = watch.onSeen(consider)
      signal.addEventListener('abort', off, { once: true })
    },
    /** What Home should say: services that are down, or that were given up. What stands still on purpose is no trouble. */
    attention: (): StatusView['attention'] =>
      store.services.list().flatMap((row) => {
        const state = watch.state(row)
        const exhausted = all.get(row.id)?.exhausted === true && state !== 'answering' && state !== 'busy'
        const crashed = state === 'stopped' && watch.known(row.id).signs.container?.crashed === true
        if (!row.enabled || !(exhausted || crashed || state === 'unreachable' || state === 'degraded')) return []
        const said = sentenceOf(row, state)
        const link = `/services/${row.id}`
        if (!exhausted) return [{ code: 'service_unwell', sentence: said, link }]
        return [{ code: 'heal_exhausted', sentence: `${said} It was restarted ${mostAttempts} times and is left alone now.`, link }]
      }),
  }
}
