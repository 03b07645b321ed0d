// Every figure of docs/FIGURES.md, in the order of the page. Each measurement opens what it needs and leaves nothing behind.
import { join } from 'node:path'
import { countChannels } from './channels.ts'
import type { Figure } from './figure.ts'
import { type Closing, joinAll, openFolder, openSparks, startBuilt } from './ground.ts'
import { hubFolders, readHubs } from './hub.ts'
import { type Call, openStopwatched, waited } from './own-time.ts'
import { measurePages } from './pages.ts'
import { clickByApi, clickOnPage, type Timed, timeSwitches } from './switches.ts'

type Measurement = (closing: Closing) => Promise<readonly Figure[]>

export const measurements: readonly Measurement[] = [channels, hub, ownTime, wholeTime, starts]

const pollingSeconds = 10
const switches = 10

async function channels(closing: Closing): Promise<readonly Figure[]> {
  const polling = await countChannels(closing, pollingSeconds)
  const polls = polling.reduce((sum, one) => sum + one.polls, 0)
  const opened = polling.reduce((sum, one) => sum + one.channels, 0)
  const logins = Math.max(...polling.map((one) => one.logins))
  return [
    {
      what: 'Exec channels a machine a poll',
      target: { most: 1, words: 'one', of: 'largest' },
      unit: 'channels',
      values: polling.map((one) => one.channels / one.polls),
      how: `Built appliance polling each second for ${pollingSeconds} s; ${polling.length} machines, ${polls} polls, ${opened} channels by the logs of their sshd, ${logins === 1 ? 'one login' : `${logins} logins`} each.`,
    },
  ]
}

async function hub(closing: Closing): Promise<readonly Figure[]> {
  const readings = await readHubs(closing, 3)
  const how = `${hubFolders} model folders with a dozen shards each, over a real sshd, every one inferred.`
  return [
    {
      what: 'A hub scanned and inferred, processor time of both sides together',
      target: { most: 2000, words: 'under 2 s on one core', of: 'median' },
      unit: 'ms',
      values: readings.map((one) => one.remote + one.own),
      how: `${how} User and system time of the sshd session with all that the script starts, and of this process.`,
    },
    {
      what: '... of these on the machine',
      target: null,
      unit: 'ms',
      values: readings.map((one) => one.remote),
      how: 'The script and its sshd.',
    },
    { what: '... of these ours', target: null, unit: 'ms', values: readings.map((one) => one.own), how: 'SSH client, reading, inferring.' },
    {
      what: '... by the clock',
      target: null,
      unit: 'ms',
      values: readings.map((one) => one.wall),
      how: 'From the question to the last inference.',
    },
  ]
}

const ofKind = (calls: readonly Call[], ...kinds: string[]): Call[] =>
  calls.filter((call) => kinds.some((kind) => call.name.startsWith(kind)))

async function ownTime(closing: Closing): Promise<readonly Figure[]> {
  const { world, door } = await openSparks(closing)
  const { client, calls } = await openStopwatched(closing)
  await joinAll(client, door)
  const timed = await timeSwitches({ world, client, clickFor: clickByApi(client) }, switches)
  const remote = ({ click, launched }: Timed): number => waited(ofKind(calls, 'ssh', 'engine'), click, launched)
  const canary = ({ healthy, complete }: Timed): number => waited(ofKind(calls, 'engine complete'), healthy, complete)
  const trips = ({ click, launched }: Timed): number => rounds(ofKind(calls, 'ssh'), click, launched)
  const typical = timed.map(trips).toSorted((a, b) => a - b)[Math.floor(timed.length / 2)] ?? 0
  return [
    {
      what: "From the click to the launcher's first argv, our own time",
      target: { most: 300, words: 'under 300 ms (median, warm)', of: 'median' },
      unit: 'ms',
      values: timed.map((one) => one.launched - one.click - remote(one)),
      how: 'POST /api/swap with nothing to stop, real sshd; time in which no call to a machine or an engine was under way.',
    },
    {
      what: '... waiting for the machines',
      target: null,
      unit: 'ms',
      values: timed.map(remote),
      how: `The rest: ${typical} round trips one after another, each a script in bash on a simulated Spark that shares these cores.`,
    },
    {
      what: "From the engine's first 200 to swap_complete, without the canary",
      target: { most: 1000, words: 'under 1 s plus the canary', of: 'median' },
      unit: 'ms',
      values: timed.map((one) => one.complete - one.healthy - canary(one)),
      how: 'From the moment in which /health of the simulated vLLM would answer 200 to the row and event of the end.',
    },
  ]
}

/** How many times one after another something was waited for. */
function rounds(calls: readonly Call[], from: number, to: number): number {
  let count = 0
  let until = 0
  for (const call of calls.toSorted((a, b) => a.from - b.from)) {
    if (call.from > to || call.to < from) continue
    if (call.from >= until) count += 1
    until = Math.max(until, call.to)
  }
  return count
}

async function wholeTime(closing: Closing): Promise<readonly Figure[]> {
  const { world, door } = await openSparks(closing)
  const { url, client } = await startBuilt(closing, { dataDir: join(openFolder(closing), 'data') })
  await joinAll(client, door)
  const clicked = await timeSwitches({ world, client, clickFor: clickOnPage(url) }, switches)
  const asked = await timeSwitches({ world, client, clickFor: clickByApi(client) }, switches / 2)
  const launch = ({ click, launched }: Timed): number => launched - click
  const how = 'Built appliance, real sshd, its usual polls going on.'
  const sizes = await measurePages(url)
  const size = (what: string, kB: number, bytes: number): Figure => ({
    what,
    target: { most: kB, words: `${kB} kB or less`, of: 'largest' },
    unit: 'kB',
    values: [bytes / 1000],
    how: 'As the built appliance sends it, gzip.',
  })
  return [
    {
      what: "From the click on the page to the launcher's first argv, all of it",
      target: null,
      unit: 'ms',
      values: clicked.map(launch),
      how: `${how} POST /swaps.`,
    },
    { what: "From POST /api/swap to the launcher's first argv, all of it", target: null, unit: 'ms', values: asked.map(launch), how },
    {
      what: 'From the click to its answer',
      target: null,
      unit: 'ms',
      values: [...clicked, ...asked].map((one) => one.answered - one.click),
      how: `${how} One look at every machine is in it.`,
    },
    {
      what: "From the engine's first 200 to swap_complete, the canary included",
      target: null,
      unit: 'ms',
      values: [...clicked, ...asked].map((one) => one.complete - one.healthy),
      how,
    },
    size('Home', 25, sizes.home),
    size('Scripts', 20, sizes.scripts),
    size('Stylesheet', 12, sizes.styles),
  ]
}

async function starts(closing: Closing): Promise<readonly Figure[]> {
  const readyMs: number[] = []
  const memory: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const built = await startBuilt(closing, { dataDir: join(openFolder(closing), 'data') })
    readyMs.push(built.readyMs)
    memory.push(built.memory() / 1e6)
    await built.stop()
  }
  return [
    {
      what: 'From the start of the process to /readyz 200',
      target: { most: 15_000, words: 'within 15 s', of: 'largest' },
      unit: 'ms',
      values: readyMs,
      how: 'Built appliance, new data folder.',
    },
    { what: 'Memory of the appliance when it is ready', target: null, unit: 'MB', values: memory, how: 'Resident.' },
  ]
}
