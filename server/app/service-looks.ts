// Asking a service: after its health, and by one small real request. A look asks once, is bounded, and never throws.

import { healthPath, type Service } from '../domain/service.ts'
import { modelNames, type ReadAnswer, statusDoubt, workFigures } from '../domain/service-answers.ts'
import type { DoorSight, HealthSigns } from '../domain/service-health.ts'
import { type KindRequests, kindRequests, type RealRequest } from '../domain/service-requests.ts'
import type { Clock } from './ports.ts'
import type { ServiceAnswer, ServiceDoors, ServicePlace } from './service-ports.ts'

export interface LookNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly doors: ServiceDoors
}

/** A stalled GPU answers within 4 s; one that does not in this time is silent, ms. */
export const lookMs = 5_000

export interface Look {
  readonly sight: DoorSight
  readonly models: readonly string[]
  /** What it says it holds, where it says so. */
  readonly says: string | null
}

export interface Proof {
  readonly sight: DoorSight
  /** The answer as a person may read it, cut; null: there was none, or it is not text. */
  readonly shown: string | null
  /** Path of the request that was answered, or of the last one that was tried. */
  readonly path: string
}

/** What is known of a service beside its signs. */
export interface ServiceKnown {
  readonly signs: HealthSigns
  readonly models: readonly string[]
  readonly says: string | null
  /** The last real request, and when one last went well. */
  readonly proof: Proof | null
  readonly provedAt: number | null
}

const decoder = new TextDecoder()
const longestShown = 600
const figuresNone = { counter: null, running: null, waiting: null } as const

const readOf = (answer: Extract<ServiceAnswer, { status: number }>): ReadAnswer => ({
  status: answer.status,
  contentType: answer.contentType,
  bytes: answer.body.length,
  text: /^audio\//.test(answer.contentType) ? '' : decoder.decode(answer.body),
})

interface At {
  readonly service: Service
  readonly address: string
}

export const placeOf = ({ service, address }: At): ServicePlace => ({
  address,
  port: service.port,
  secure: service.secure,
  foreign: service.machine === null,
})

/** One look at its health, and at its figures where they stand elsewhere. */
export async function lookAt({ clock, doors }: LookNeeds, at: At, signal: AbortSignal): Promise<Look> {
  const { service } = at
  const { figuresPath, namesModels }: KindRequests = kindRequests[service.kind]
  const get = (path: string): Promise<ServiceAnswer> => doors.ask({ ...placeOf(at), method: 'GET', path, timeoutMs: lookMs }, signal)
  const askedAt = clock.now()
  // Together: while a GPU stalls, the figures still tell whether the work moves.
  const [health, figures] = await Promise.all([get(healthPath(service)), figuresPath === null ? null : get(figuresPath)])
  const base = { askedAt, at: clock.now(), tookMs: health.tookMs }
  const read = health.status === null ? null : readOf(health)
  const { says, ...work } = workFigures(figures?.status === 200 ? readOf(figures).text : (read?.text ?? ''))
  if (health.status === null) return { sight: { ...base, end: 'silent', why: health.why, ...work }, models: [], says: null }
  const doubt = read === null ? null : statusDoubt(read)
  if (doubt !== null) return { sight: { ...base, end: 'wrong', why: doubt, ...work }, models: [], says: null }
  const models = namesModels ? await get('/v1/models') : null
  return {
    sight: { ...base, at: clock.now(), end: 'answered', why: null, ...work },
    models: models?.status === 200 ? modelNames(readOf(models).text) : [],
    says,
  }
}

/** One real request. Another path is tried only where the one before is not known there. */
export async function proveAt(
  { clock, doors }: LookNeeds,
  at: At & { readonly model: string | null },
  signal: AbortSignal,
): Promise<Proof> {
  const { service, model } = at
  const { real, realMs }: KindRequests = kindRequests[service.kind]
  const askedAt = clock.now()
  let last: Proof | null = null
  for (const request of real(model)) {
    const answer = await doors.ask({ ...placeOf(at), ...questionOf(request), timeoutMs: realMs }, signal)
    last = proofOf(request, answer, askedAt, clock.now())
    if (answer.status !== 404 && answer.status !== 405) return last
  }
  return last ?? { sight: { askedAt, at: askedAt, tookMs: 0, end: 'answered', why: null, ...figuresNone }, shown: null, path: '' }
}

function questionOf({ method, path, json, form }: RealRequest): Omit<RealRequest, 'doubt'> {
  return { method, path, ...(json === undefined ? {} : { json }), ...(form === undefined ? {} : { form }) }
}

function proofOf(request: RealRequest, answer: ServiceAnswer, askedAt: number, at: number): Proof {
  const base = { askedAt, at, tookMs: answer.tookMs, ...figuresNone }
  if (answer.status === null) return { sight: { ...base, end: 'silent', why: answer.why }, shown: null, path: request.path }
  const read = readOf(answer)
  const doubt = request.doubt(read)
  const shown = read.text === '' ? `${answer.contentType || 'An answer'}, ${read.bytes} bytes` : read.text.slice(0, longestShown)
  return { sight: { ...base, end: doubt === null ? 'answered' : 'wrong', why: doubt }, shown, path: request.path }
}
