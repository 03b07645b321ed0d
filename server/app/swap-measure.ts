// What a start takes of each machine's memory, from the looks that are made during it anyway.
import { plannedMemory } from '../domain/memory-fit.ts'
import { isSound, learn, type StartSeen } from '../domain/memory-learning.ts'
import type { Plan } from '../domain/plan.ts'
import { recipeWords } from '../domain/recipe.ts'
import type { Measured, MeasuredStore, Sparks } from './ports.ts'

interface Looks {
  /** Most that was available: the model before may still be giving memory back when the launcher runs. */
  highest: number
  lowest: number
  last: number
}

export type StartMeasure = ReturnType<typeof measureStart>

/** The same sparks, with an ear for what their looks say of available memory. */
export function measureStart(real: Sparks) {
  const latest = new Map<string, number>()
  const looks = new Map<string, Looks>()
  const watch: Sparks['watch'] = async (machine, ask, signal) => {
    const reading = await real.watch(machine, ask, signal)
    latest.set(machine.id, reading.availableBytes)
    const one = looks.get(machine.id)
    if (one !== undefined) {
      one.highest = Math.max(one.highest, reading.availableBytes)
      one.lowest = Math.min(one.lowest, reading.availableBytes)
      one.last = reading.availableBytes
    }
    return reading
  }
  const sparks: Sparks = Object.assign(Object.create(real) as Sparks, { watch })
  return {
    sparks,
    /** From here on counts what is taken: the last look before the launcher runs is the first that counts. */
    begin(): void {
      looks.clear()
      for (const [machine, bytes] of latest) looks.set(machine, { highest: bytes, lowest: bytes, last: bytes })
    },
    seen(machine: string): StartSeen | null {
      const one = looks.get(machine)
      if (one === undefined) return null
      return {
        peakBytes: Math.round(Math.max(0, one.highest - one.lowest)),
        steadyBytes: Math.round(Math.max(0, one.highest - one.last)),
        leftBytes: Math.round(one.lowest),
      }
    },
  }
}

/** Remembers what a finished start took. A start that was not seen from before its launch teaches nothing. */
export function learnFrom(store: MeasuredStore, plan: Plan, measure: StartMeasure, now: number): void {
  const { starts } = plan
  if (starts === null) return
  const bySize = new Map<number, StartSeen>()
  for (const one of plan.memory) {
    const seen = measure.seen(one.machine)
    if (seen === null || one.sum === undefined || !isSound(seen, one.sum.weightsBytes, one.totalBytes)) continue
    const size = plannedMemory(one.totalBytes)
    bySize.set(size, fullest(bySize.get(size) ?? seen, seen))
  }
  const words = recipeWords(starts.recipe)
  for (const [size, seen] of bySize) store.set(words, size, learn(store.find(words, size), seen), now)
}

/** Of several machines the one that had it hardest counts. */
const fullest = (a: StartSeen, b: StartSeen): StartSeen => ({
  peakBytes: Math.max(a.peakBytes, b.peakBytes),
  steadyBytes: Math.max(a.steadyBytes, b.steadyBytes),
  leftBytes: Math.min(a.leftBytes, b.leftBytes),
})

export function measuredBy(store: Pick<MeasuredStore, 'find'>): Measured {
  return (recipe, totalBytes) => store.find(recipeWords(recipe), plannedMemory(totalBytes))
}
