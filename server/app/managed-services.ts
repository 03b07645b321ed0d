// What each kind of service is to the house: how it is looked at, what it does when memory runs short, how it is mended, how it ends.
// One table; a kind without one of the five does not compile. When the appliance itself stops, services go on.

import type { Bot } from '../domain/bot.ts'
import type { PressureLevel } from '../domain/pressure-level.ts'
import { whatFollows } from '../domain/pressure-level.ts'
import { footprintOf, type Service, type ServiceKind } from '../domain/service.ts'
import { argvOf } from '../domain/service-act.ts'
import { isDown } from '../domain/service-health.ts'
import { type BotKnown, type BotLookNeeds, type BotPlace, type BotProbe, lookAtBot } from './bot-looks.ts'
import { type Look, type LookNeeds, lookAt, type Proof, proveAt, type ServiceKnown } from './service-looks.ts'

interface At {
  readonly service: Service
  readonly address: string
}

export type PressureStep = 'none' | 'shed' | 'come_back'

interface Managed<Needs, Where, Seen, Row> {
  /** One bounded look; never throws, never asks twice. */
  probe(needs: Needs, at: Where, signal: AbortSignal): Promise<Seen>
  /** What a level asks of it; the same answer however often it is told. `shed`: it was stopped for its memory. */
  onPressure(level: PressureLevel, row: Row, shed: boolean): PressureStep
  /** What it gives back when it is stopped, bytes; 0: it cannot be, or must not. */
  shed(row: Row): number
  /** May it be restarted now, as far as it alone is concerned? */
  heal(known: Pick<ServiceKnown | BotKnown, 'signs'>): boolean
  /** The command that ends it in order, with the time its kind needs to finish and to write down what it holds; null: never ended from here. */
  shutdown(row: Row): readonly string[] | null
}

export interface ManagedService extends Managed<LookNeeds, At, Look, Service> {
  /** One small real request. */
  prove(needs: LookNeeds, at: At & { readonly model: string | null }, signal: AbortSignal): Promise<Proof>
}

type ManagedBot = Managed<BotLookNeeds, BotPlace, BotProbe, Bot>

const looked: Pick<ManagedService, 'probe' | 'prove'> = { probe: lookAt, prove: proveAt }

/** A container that holds a model: it may be stopped and comes back by itself when there is room again. */
const stoppable: ManagedService = {
  ...looked,
  onPressure: (level, service, shed) => {
    if (whatFollows[level].shedsService) return service.mayShed && !shed ? 'shed' : 'none'
    return level === 'normal' && shed ? 'come_back' : 'none'
  },
  shed: (service) => (service.mayShed ? footprintOf(service) : 0),
  heal: ({ signs }) => isDown(signs),
  shutdown: (service) => argvOf('stop', service),
}

/** Holds what is nowhere else, or guards something: never stopped to save memory. */
const kept: ManagedService = { ...stoppable, onPressure: () => 'none', shed: () => 0 }

/** Somebody may be playing, which cannot be seen from outside: mended only when it has ended. */
const pinned: ManagedService = { ...kept, heal: ({ signs }) => signs.container?.crashed === true && isDown(signs) }

/** Somebody else's. */
const watched: ManagedService = { ...kept, heal: () => false, shutdown: () => null }

/**
 * A program of another user, which holds little memory: there is nothing to shed, and it is not ended from here. What docker or systemd
 * starts again and again is theirs to start; it is mended where they have given up. A bot changes nothing of what the cluster serves, so
 * that neither the lock nor a switch stands in the way of its restart.
 */
const bot: ManagedBot = {
  probe: lookAtBot,
  onPressure: () => 'none',
  shed: () => 0,
  heal: ({ signs }) => signs.container?.state === 'stopped' && isDown(signs),
  shutdown: () => null,
}

export const managedServices = {
  stt: stoppable,
  diarize: stoppable,
  tts: stoppable,
  embed: stoppable,
  rerank: stoppable,
  qdrant: kept,
  redact: kept,
  audio: pinned,
  vllm: watched,
  bot,
} satisfies Record<ServiceKind, ManagedService> & { readonly bot: ManagedBot }

/** Least important first: what waits longest unnoticed goes before what somebody is listening to. */
const shedOrder: readonly ServiceKind[] = ['rerank', 'embed', 'diarize', 'stt', 'tts']

export const byImportance = (a: Service, b: Service): number => shedOrder.indexOf(a.kind) - shedOrder.indexOf(b.kind)
