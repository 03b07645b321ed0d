// kill -9 of the appliance at random moments of a switch over a real sshd. After each: what the page says against what is true, how many
// launchers there were, and how the switch ended. A seed is the moments.
import type { Page } from 'playwright-core'
import type { SwapView } from '../../server/contract/operations/shapes.ts'
import { modelName } from '../../server/domain/model-name.ts'
import { pause } from '../bench/ground.ts'
import { chatText } from '../e2e/chat.ts'
import type { Rig } from '../e2e/rig.ts'
import { gptOss, qwen3Small } from '../sim/core/demo-models.ts'
import { createPrng, type Prng } from '../sim/core/prng.ts'
import { lookAtHome, servedOnce } from './page.ts'

export interface Kill {
  /** From the click to the kill, ms. */
  readonly atMs: number
  /** The phase it was killed in; null: the switch was not written down yet, or had ended. */
  readonly phase: string | null
  /** Killed once more while it started, or had just started. */
  readonly again: boolean
  /** From the start of the next process to the first page that is true, ms. */
  readonly trueMs: number
  /** From the end of the switch until a tab that was open all along says so, ms; null: there was none. */
  readonly tabMs: number | null
  /** Calls of the launcher that start something: one where a switch was accepted. */
  readonly launchers: number
}

const models = [gptOss.repo, qwen3Small.repo] as const
/** A killed appliance stays down for up to this long, ms. */
const longestDownMs = 1500
/** The second kill comes this long after the start at most: before it is ready, or while it takes up the switch, ms. */
const longestStumbleMs = 3000
const outcomeMs = 120_000
const finalEvents: readonly string[] = ['swap_complete', 'swap_failed', 'swap_cancelled']

export interface KillOrder {
  readonly seed: number
  readonly count: number
  /** A tab that is open on Home all the while. */
  readonly tab?: Page
  readonly told?: (kill: Kill) => void
}

/** `count` switches, each killed once or twice. Throws with the seed and the moment when anything is not as promised. */
export async function killAtMoments(rig: Rig, { seed, count, tab, told }: KillOrder): Promise<Kill[]> {
  await servedOnce(rig, models)
  const spanMs = await longestSwitch(rig)
  const kills: Kill[] = []
  for (let index = 0; index < count; index += 1) {
    const model = models.find((one) => rig.world.serving().every((served) => served.model !== one)) ?? gptOss.repo
    const moment = { model, spanMs, random: createPrng(seed, `kill ${index}`), tab }
    const kill = await killOnce(rig, moment).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      throw new Error(`seed ${seed}, moment ${index + 1} of ${count}: ${why}\n${rig.life().log()}`)
    })
    kills.push(kill)
    told?.(kill)
  }
  return kills
}

/** Moments are drawn from a bit more than a whole switch takes, ms. */
async function longestSwitch(rig: Rig): Promise<number> {
  const { swaps } = await rig.client['swaps.list']({ query: {} })
  return 1.1 * Math.max(...swaps.map((swap) => Date.parse(swap.endedAt ?? swap.startedAt) - Date.parse(swap.startedAt)))
}

interface Moment {
  readonly model: string
  readonly spanMs: number
  readonly random: Prng
  readonly tab: Page | undefined
}

async function killOnce(rig: Rig, { model, spanMs, random, tab }: Moment): Promise<Kill> {
  const known = new Set((await rig.client['swaps.list']({ query: {} })).swaps.map((swap) => swap.id))
  const lastEvent = await newestEvent(rig)
  const launchersBefore = rig.launches('exec').length
  const atMs = random.between(0, spanMs)
  const clicked = rig.client['swaps.start']({ body: { model } }).then(
    (swap) => ('steps' in swap ? swap.id : null),
    () => null,
  )
  await pause(atMs)
  const killedAt = Date.now()
  await rig.life().kill()
  const accepted = await clicked
  await pause(random.between(0, longestDownMs))

  const again = random.next() < 0.25
  if (again) await rig.stumble(random.between(0, longestStumbleMs))
  const startedAt = performance.now()
  // Read from the first moment on: what is said before it is ready counts as well.
  const [trueMs] = await Promise.all([watchToTheEnd(rig, startedAt), rig.restart()])
  const tabMs = tab === undefined ? null : await untilTabSays(tab, rig)
  const swap = await foundSwap(rig, known, accepted)
  const launchers = rig.launches('exec').length - launchersBefore
  await checkOutcome(rig, { swap, model, launchers, lastEvent })
  return { atMs, phase: swap === null ? null : phaseAt(swap, killedAt), again, trueMs, tabMs, launchers }
}

/** Reads Home until nothing runs any more and it is true; any page that says what is not so ends it all. */
async function watchToTheEnd(rig: Rig, startedAt: number): Promise<number> {
  const until = performance.now() + outcomeMs
  let trueMs: number | null = null
  for (;;) {
    const { says, verdict } = await lookAtHome(rig.life().url, rig.world)
    if (verdict === 'false') throw new Error(`Home says ${JSON.stringify(says)}, but ${served(rig)} answers`)
    if (verdict === 'true') trueMs ??= performance.now() - startedAt
    if (trueMs !== null && verdict === 'true' && says?.state !== 'switching' && (await nothingRuns(rig))) return trueMs
    if (performance.now() > until) throw new Error(`no outcome that Home tells: ${JSON.stringify(says)}, ${served(rig)} answers`)
    await pause(50)
  }
}

const nothingRuns = (rig: Rig): Promise<boolean> =>
  rig.client['swaps.list']({ query: { limit: '1' } }).then(
    ({ current }) => current === null,
    () => false,
  )

async function untilTabSays(tab: Page, rig: Rig): Promise<number> {
  const name = modelName(rig.world.serving()[0]?.model ?? '')
  const from = performance.now()
  await tab.locator('section.engine[data-state=answering] .name', { hasText: name }).waitFor({ timeout: outcomeMs })
  return performance.now() - from
}

const served = (rig: Rig): string =>
  rig.world
    .serving()
    .map((one) => one.model)
    .join(' and ') || 'nothing'

/** The switch this moment was about; null: the kill came before it was written down, and nobody was told that it was. */
async function foundSwap(rig: Rig, known: ReadonlySet<string>, accepted: string | null): Promise<SwapView | null> {
  const { swaps } = await rig.client['swaps.list']({ query: {} })
  const fresh = swaps.filter((swap) => !known.has(swap.id))
  if (fresh.length > 1) throw new Error(`one click became ${fresh.length} switches`)
  if (accepted !== null && fresh[0]?.id !== accepted) throw new Error(`switch ${accepted} was accepted and is lost`)
  return fresh[0] ?? null
}

interface Outcome {
  readonly swap: SwapView | null
  readonly model: string
  readonly launchers: number
  readonly lastEvent: number
}

async function checkOutcome(rig: Rig, { swap, model, launchers, lastEvent }: Outcome): Promise<void> {
  if (launchers !== (swap === null ? 0 : 1)) throw new Error(`${launchers} launchers for ${swap === null ? 'no' : 'one'} switch`)
  if (swap === null) return
  if (swap.state !== 'succeeded') throw new Error(`the switch ended as ${JSON.stringify(swap, null, 2)}`)
  const finals = (await eventsAfter(rig, lastEvent)).filter(
    (event) => finalEvents.includes(event.type) && event.payload['swap'] === swap.id,
  )
  if (finals.length !== 1) throw new Error(`${finals.length} final events: ${JSON.stringify(finals)}`)
  const says = await lookAtHome(rig.life().url, rig.world)
  if (says.says?.state !== 'answering' || says.says.name !== modelName(model)) throw new Error(`Home ends with ${JSON.stringify(says)}`)
  const said = await chatText(rig.life().url, model)
  if (!said.startsWith(`Hello from ${model}`)) throw new Error(`the model says: ${said}`)
}

const eventsAfter = async (rig: Rig, after: number) =>
  (await rig.client['events.list']({ query: { after: String(after), limit: '1000' } })).events

async function newestEvent(rig: Rig): Promise<number> {
  let last = 0
  for (;;) {
    const found = await eventsAfter(rig, last)
    const id = found.at(-1)?.id
    if (id === undefined) return last
    last = id
  }
}

function phaseAt(swap: SwapView, at: number): string | null {
  const step = swap.steps.findLast((one) => Date.parse(one.startedAt) <= at)
  return step === undefined || (swap.endedAt !== null && Date.parse(swap.endedAt) <= at) ? null : step.phase
}
