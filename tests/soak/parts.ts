// The parts of `make soak`, each from nothing to its figures. What they hold the product to stands here.

import { spreadOf } from '../bench/figure.ts'
import type { Closing } from '../bench/ground.ts'
import { openRig } from '../e2e/rig.ts'
import { runDay } from './day.ts'
import { runEntry } from './entry.ts'
import { openFleet } from './fleet.ts'
import { runHostile } from './hostile.ts'
import { killAtMoments } from './kills.ts'
import { runLives } from './lives.ts'
import { openHome } from './open-home.ts'
import { runOutbox } from './outbox.ts'
import { askInPairs } from './pairs.ts'
import type { Measured, PartName, PartResult } from './record.ts'
import { type Fall, measureReturn } from './return.ts'
import { runTabs } from './tabs.ts'

export interface PartOptions {
  readonly seed: number
  /** How many, where the part counts something; absent: as many as the target names. */
  readonly count: number | undefined
  /** How long, where the part lasts; absent: as long as the target says, seconds. */
  readonly seconds: number | undefined
  readonly say: (line: string) => void
}

export type Part = (closing: Closing, options: PartOptions) => Promise<PartResult>

export const parts: Readonly<Record<PartName, Part>> = {
  lives: runLives,
  kills,
  pairs,
  fleet,
  return: returns,
  hostile: runHostile,
  tabs: runTabs,
  day: runDay,
  outbox: runOutbox,
  entry: runEntry,
}

/** What takes minutes on a Spark takes seconds here: long enough for a kill to fall into each phase, short enough for hundreds of pairs. */
const timeScales = { kills: 0.02, pairs: 0.003 }
const truePageMs = 10_000

const inSeconds = (ms: number): string => (ms / 1000).toFixed(1)

function spread(values: readonly number[], told: (value: number) => string): string {
  const { smallest, median, largest } = spreadOf(values)
  return values.length === 1 ? told(largest) : `${told(smallest)} / ${told(median)} / ${told(largest)}`
}

function counted<T>(items: readonly T[], nameOf: (item: T) => string): string {
  const groups = [...Map.groupBy(items, nameOf)].map(([name, all]) => `${all.length} ${name}`)
  return groups.join(', ')
}

async function kills(closing: Closing, { seed, count = 50, say }: PartOptions): Promise<PartResult> {
  const rig = await openRig({ timeScale: timeScales.kills, built: true })
  closing.add(() => rig.close())
  const tab = await rig.tab()
  await tab.goto('/')
  const all = await killAtMoments(rig, {
    seed,
    count,
    tab,
    told: (kill) => say(`killed after ${inSeconds(kill.atMs)} s (${kill.phase ?? 'no switch'}), true after ${inSeconds(kill.trueMs)} s`),
  })
  const slowest = Math.max(...all.map((kill) => kill.trueMs))
  return {
    command: `make soak ONLY=kills SEED=${seed} COUNT=${count}`,
    measured: [
      { what: 'Kills at random moments of a switch', target: '50', value: `${count} (seed ${seed})`, met: count >= 50 },
      {
        what: '... by the phase they met',
        target: null,
        value: counted(all, (kill) => kill.phase ?? 'before or after the switch'),
        met: null,
      },
      {
        what: '... killed once more within 3 s of the next start',
        target: null,
        value: String(all.filter((kill) => kill.again).length),
        met: null,
      },
      {
        what: 'From the start of the process to a true page, s',
        target: 'within 10 each time',
        value: spread(
          all.map((kill) => kill.trueMs),
          inSeconds,
        ),
        met: slowest <= truePageMs,
      },
      { what: 'Pages that said what was not so', target: 'none', value: '0', met: true },
      { what: 'Launchers for each switch that was accepted', target: 'one, ever', value: '1 each time', met: true },
      { what: 'Outcomes and final events for each', target: 'exactly one', value: '1 each time', met: true },
      {
        what: 'A browser tab open on Home all the while was true again after the switch, s',
        target: null,
        value: spread(
          all.map((kill) => kill.tabMs ?? 0),
          inSeconds,
        ),
        met: null,
      },
    ],
  }
}

async function pairs(closing: Closing, { seed, count = 200, say }: PartOptions): Promise<PartResult> {
  const rig = await openRig({ timeScale: timeScales.pairs, built: true })
  closing.add(() => rig.close())
  const all = await askInPairs(rig, { seed, count, told: (pair) => say(`${pair.ways.join(' and ')}: ${pair.launchers} launcher`) })
  const launchers = all.reduce((sum, pair) => sum + pair.launchers, 0)
  return {
    command: `make soak ONLY=pairs SEED=${seed} COUNT=${count}`,
    measured: [
      { what: 'Pairs of simultaneous switches', target: '200', value: `${count} (seed ${seed})`, met: count >= 200 },
      {
        what: '... by how they were asked for',
        target: null,
        value: counted(all, (pair) => pair.ways.toSorted().join(' and ')),
        met: null,
      },
      { what: '... of the same model', target: null, value: String(all.filter((pair) => pair.sameModel).length), met: null },
      { what: 'Launchers', target: 'as many as pairs', value: String(launchers), met: launchers === count },
      { what: 'Refusals with the reason and what to do', target: 'one a pair', value: String(all.length), met: true },
    ],
  }
}

async function fleet(closing: Closing, { count = 100, seconds = 120, seed }: PartOptions): Promise<PartResult> {
  const machines = await openFleet(closing, count)
  const alone = await machines.measure(seconds)
  const leave = await openHome(machines.built.url)
  const watched = await machines.measure(seconds / 2)
  await leave()
  const percent = (value: number): string => `${value.toFixed(1)} %`
  const size = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
  const held = (cost: typeof alone, words: string): readonly Measured[] => [
    {
      what: `Processor time${words}`,
      target: 'under 25 % of one core',
      value: percent(cost.processorPercent),
      met: cost.processorPercent < 25,
    },
    { what: `Resident memory, the most${words}`, target: 'under 250 MB', value: size(cost.memoryBytes), met: cost.memoryBytes < 250e6 },
  ]
  return {
    command: `make soak ONLY=fleet COUNT=${count} SECONDS=${seconds} SEED=${seed}`,
    measured: [
      { what: 'Machines, each looked at every 5 s', target: '100', value: String(count), met: count >= 100 },
      {
        what: 'Measured for, after a warm-up of 30 s',
        target: 'two minutes',
        value: `${Math.round(alone.seconds)} s, ${alone.answered} answers of machines`,
        met: alone.seconds >= 120,
      },
      ...held(alone, ''),
      ...held(watched, ', with Home open'),
    ],
  }
}

/** Both ways to fall silent, with the usual time between looks and with a long one. */
const falls: readonly { readonly how: Fall; readonly pollSeconds: number }[] = [
  { how: 'frozen', pollSeconds: 5 },
  { how: 'cut', pollSeconds: 5 },
  { how: 'frozen', pollSeconds: 30 },
  { how: 'cut', pollSeconds: 30 },
]
const fallInWords: Readonly<Record<Fall, string>> = { frozen: 'the Spark stood still', cut: 'the line was cut' }

async function returns(closing: Closing, { seed, seconds = 125, say }: PartOptions): Promise<PartResult> {
  // At the same time, because they mostly wait; each silence is a bit longer than the one before, so that returns fall differently.
  const all = await Promise.all(falls.map((fall, at) => measureReturn(closing, { ...fall, silentSeconds: seconds + 3.3 * at })))
  for (const one of all) say(`${one.how}: true ${inSeconds(one.trueMs)} s after ${one.silentSeconds.toFixed(0)} s of silence`)
  return {
    command: `make soak ONLY=return SECONDS=${seconds} SEED=${seed}`,
    measured: all.flatMap((one): Measured[] => [
      {
        what: `From the return to a true page, s (${fallInWords[one.how]} for ${one.silentSeconds.toFixed(0)} s, a look every ${one.pollSeconds} s)`,
        target: 'under 10',
        value: inSeconds(one.trueMs),
        met: one.trueMs < truePageMs && one.silentSeconds >= 120,
      },
      { what: '... after the fall, "answering" was taken back after, s', target: null, value: inSeconds(one.doubtedMs), met: null },
    ]),
  }
}
