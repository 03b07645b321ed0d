// The facts a verdict rests on, in words: only what was looked at, each with its time.
import { minuteMs } from './durations.ts'
import type { EngineLook } from './engine.ts'
import type { Canary } from './engine-signs.ts'
import { type Fact, facts } from './evidence.ts'
import { type GpuWork, workPowerW } from './machine-signs.ts'
import type { Patient, ProcessState, View } from './patient.ts'
import { bytesInWords, exactDuration } from './words.ts'

const processWords: Readonly<Record<Exclude<ProcessState, 'unknown'>, string>> = {
  alive: 'running',
  dead: 'ended, in a container that is still up',
  gone: 'gone, with its container',
}

export function verdictFacts(patient: Patient, view: View): readonly Fact[] {
  const { process, engine, since, now } = patient
  return facts(
    process.state === 'unknown' || process.at === null
      ? null
      : { what: 'vLLM process', value: processWords[process.state], at: process.at },
    engine.look === null ? null : { what: 'Its door', value: doorWords(engine.look, patient.servedName), at: engine.look.at },
    view.later === null || view.later.healthy || !Number.isFinite(view.proofAt)
      ? null
      : { what: 'Last good answer', value: `${exactDuration(now - view.proofAt)} ago`, at: view.proofAt },
    requestsFact(engine.look),
    movementFact(patient),
    engine.canary === null || engine.canary.askedAt < since
      ? null
      : { what: 'Test request of one token', value: canaryWords(engine.canary, now), at: engine.canary.endedAt ?? engine.canary.askedAt },
    gpuFact(patient, view.gpu),
    memoryFact(patient),
  )
}

function doorWords(look: EngineLook, servedName: string): string {
  if (!look.reachable) return 'closed, or nobody opens'
  const named = look.models.length === 0 ? 'names no model' : `names ${look.models[0]}`
  const right = look.models.includes(servedName) ? `names ${servedName}` : named
  return look.healthy ? `open, says it is well, ${right}` : `open, says it is not well, ${right}`
}

function requestsFact(look: EngineLook | null): Fact | null {
  if (look === null || look.runningRequests === null) return null
  const waiting = look.waitingRequests ?? 0
  return { what: 'Requests', value: `${look.runningRequests} in work, ${waiting} waiting`, at: look.at }
}

function movementFact({ engine, now }: Patient): Fact | null {
  const { look, stillSince, movedAt } = engine
  if (stillSince !== null)
    return { what: 'Words and prompts', value: `none moved for ${exactDuration(now - stillSince)}`, at: look?.at ?? stillSince }
  return movedAt === null || now - movedAt > minuteMs ? null : { what: 'Words and prompts', value: 'moving', at: movedAt }
}

function canaryWords({ end, endedAt, askedAt, reason }: Canary, now: number): string {
  if (endedAt === null || end === null) return `sent ${exactDuration(now - askedAt)} ago, not back yet`
  const took = exactDuration(endedAt - askedAt)
  if (end === 'answered') return `answered in ${took}`
  return end === 'lost' ? `did not come back within ${took}` : `refused: ${reason ?? 'no reason given'}`
}

const workWords: Readonly<Record<GpuWork, string>> = {
  spins: `full load at the power of waiting (real work takes more than ${workPowerW} W)`,
  works: 'real work',
  idle: 'idle',
  unknown: '',
}

function gpuFact({ machine }: Patient, work: GpuWork): Fact | null {
  const { gpu } = machine
  if (gpu === null || gpu.loadPercent === null) return null
  const power = gpu.powerW === null ? '' : ` at ${Math.round(gpu.powerW)} W`
  const words = workWords[work]
  return { what: 'GPU', value: `${gpu.loadPercent} %${power}${words === '' ? '' : `: ${words}`}`, at: gpu.at }
}

function memoryFact({ machine: { memory } }: Patient): Fact | null {
  if (memory === null) return null
  const { availableBytes, freeBytes, at } = memory
  return { what: 'Memory', value: `${bytesInWords(availableBytes)} available, ${bytesInWords(freeBytes)} of it untouched`, at }
}
