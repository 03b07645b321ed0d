// Whole lives in virtual time, by scripts/simulate.ts: its record becomes a part of this one. Stopped half way, it goes on where it was.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Closing, openFolder } from '../bench/ground.ts'
import { runNode } from './child.ts'
import type { PartOptions } from './parts.ts'
import type { PartResult } from './record.ts'

const target = 100_000
/** Of lives a minute on one core. */
const targetRate = 1000
/** Lived once more for the rate, by one worker: beside a second one, on a core that two threads share, each is slower. */
const ratedLives = 2000
const file = fileURLToPath(new URL('../../lives.json', import.meta.url))

interface Failed {
  readonly seed: number
  readonly invariant: string
  readonly sentence: string
}

/** As scripts/simulate.ts writes it. */
interface LivesRecord {
  readonly commit: string
  readonly earlier: readonly { readonly commit: string; readonly lives: number }[]
  readonly from: number
  readonly lives: number
  readonly perMinutePerCore: number
  readonly outcomes: Readonly<Record<string, number>>
  /** "step @ what was going on", and "dies ..." for deaths of the appliance. */
  readonly met: Readonly<Record<string, number>>
  readonly broken: readonly Failed[]
  readonly mended: readonly Failed[]
  readonly canaries: readonly { readonly promise: string; readonly what: string; readonly lives: number; readonly caught: number }[]
}

const thousands = (value: number): string => value.toLocaleString('en-US')
const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0)

export async function runLives(closing: Closing, { seed, count = target }: PartOptions): Promise<PartResult> {
  const alone = join(openFolder(closing), 'alone.json')
  const script = ['scripts/simulate.ts']
  await runNode(closing, script, { LIVES: String(count), SEED: String(seed), RECORD: file })
  await runNode(closing, script, { LIVES: String(ratedLives), SEED: String(seed), JOBS: '1', CANARIES: '0', RECORD: alone })
  return resultOf(readRecord(file), readRecord(alone).perMinutePerCore)
}

const readRecord = (path: string): LivesRecord => JSON.parse(readFileSync(path, 'utf8')) as LivesRecord

/** Which commits the lives were lived with; nothing where it was one. */
function commitsOf({ commit, earlier, lives }: LivesRecord): string {
  const before = sum(earlier.map((one) => one.lives))
  if (before === 0) return ''
  const all = [...earlier, { commit, lives: lives - before }].filter((one) => one.lives > 0)
  return `: ${all.map((one) => `${thousands(one.lives)} with ${one.commit}`).join(', then ')}`
}

/** `rate`: lives a minute on one core, lived by one worker alone. */
export function resultOf(record: LivesRecord, rate: number): PartResult {
  const { from, lives, perMinutePerCore, outcomes, met, broken, mended, canaries } = record
  const seeds = (all: readonly Failed[]): string => all.map((one) => `seed ${one.seed}: ${one.invariant}`).join('; ')
  const isDeath = (what: string): boolean => what.startsWith('dies')
  const deaths = sum(Object.entries(met).flatMap(([what, times]) => (isDeath(what) ? [times] : [])))
  const steps = Object.entries(met).filter(([what]) => !isDeath(what))
  const kinds = new Set(steps.map(([what]) => what.replace(/ @ .*/, '')))
  const ended = Object.entries(outcomes)
  const ends = (isOne: (outcome: string) => boolean): string =>
    thousands(sum(ended.flatMap(([outcome, times]) => (isOne(outcome) ? [times] : []))))
  const failed = ended.filter(([outcome]) => outcome.startsWith('failed'))
  const reasons = new Set(failed.map(([outcome]) => outcome.replace(/,.*/, '')))
  return {
    command: `make soak ONLY=lives SEED=${from} COUNT=${lives}`,
    measured: [
      {
        what: 'Lives',
        target: thousands(target),
        value: `${thousands(lives)} (seeds ${from} to ${from + lives - 1})${commitsOf(record)}`,
        met: lives >= target,
      },
      {
        what: 'Broken invariants',
        target: 'none',
        value: broken.length === 0 ? '0' : seeds(broken),
        met: broken.length === 0,
      },
      ...(mended.length === 0
        ? []
        : [{ what: 'Broken with an earlier commit, mended, lived again and whole', target: null, value: seeds(mended), met: null }]),
      {
        what: 'Lives a minute on one core',
        target: '1,000',
        value: `${thousands(rate)} (one worker alone, ${thousands(ratedLives)} lives; all of the above, beside other work: ${thousands(perMinutePerCore)})`,
        met: rate >= targetRate,
      },
      {
        what: 'Breaks made on purpose that were caught',
        target: 'all',
        value: `${canaries.filter((one) => one.caught > 0).length} of ${canaries.length}`,
        met: canaries.length > 0 && canaries.every((one) => one.caught > 0),
      },
      { what: 'Deaths of the appliance in these lives', target: null, value: thousands(deaths), met: null },
      {
        what: 'Steps and faults that struck',
        target: null,
        value: `${thousands(sum(steps.map(([, times]) => times)))} of ${kinds.size} kinds`,
        met: null,
      },
      {
        what: 'Ends of switches',
        target: null,
        value: `${ends((one) => one === 'succeeded')} succeeded, ${ends((one) => one.startsWith('cancelled'))} cancelled, ${ends((one) => one.startsWith('failed'))} failed for ${reasons.size} reasons; after ${ends((one) => one.endsWith(', restored'))} the old model was brought back`,
        met: null,
      },
    ],
    canaries: canaries.map(({ promise, what, lives: tried, caught }) => ({ promise, broken: what, lives: tried, caught })),
  }
}
