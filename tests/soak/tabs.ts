// Many people have Home open while a switch runs: what does that cost the appliance, and does it keep its measure? The appliance is a
// process of its own and so are the readers, so only its own work is counted.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Closing, pause } from '../bench/ground.ts'
import { openRig } from '../e2e/rig.ts'
import { qwen36 } from '../sim/core/demo-models.ts'
import type { PartOptions } from './parts.ts'
import type { PartResult } from './record.ts'
import type { TabsSaid } from './tab-readers.ts'
import { window } from './tabs-measure.ts'

const readersScript = fileURLToPath(new URL('./tab-readers.ts', import.meta.url))
const target = 200
const mostPercent = 50
/** A load takes about half a minute then, with a line of the log every few hundred milliseconds. */
const timeScale = 0.2
const patienceMs = 300_000

export async function runTabs(closing: Closing, { count = target, seconds = 60, seed, say }: PartOptions): Promise<PartResult> {
  const rig = await openRig({ timeScale, built: true })
  closing.add(() => rig.close())
  const quiet = await shareOfCore(rig.life().processorMs, 5000)
  const readers = await openReaders(closing, rig.life().url, count)
  say(`${count} tabs are open`)
  const idle = await shareOfCore(rig.life().processorMs, 10_000)
  const began = performance.now()
  const spent = rig.life().processorMs()
  const swap = await rig.client['swaps.start']({ body: { model: qwen36.repo } })
  if (!('id' in swap)) throw new Error('the switch did not start')
  let memory = 0
  while (performance.now() - began < patienceMs) {
    memory = Math.max(memory, rig.life().memory())
    await pause(500)
    const { state } = await rig.client['swaps.find']({ params: { id: swap.id } })
    if (state !== 'running' || performance.now() - began > seconds * 1000) break
  }
  const lasted = performance.now() - began
  const percent = (100 * (rig.life().processorMs() - spent)) / lasted
  const said = await readers.close()
  return {
    command: `make soak ONLY=tabs COUNT=${count} SECONDS=${seconds} SEED=${seed}`,
    measured: [
      {
        what: 'Tabs open on Home while a switch runs',
        target: String(target),
        value: `${said.open} for ${(lasted / 1000).toFixed(0)} s, ${said.updates.toLocaleString('en-US')} updates, ${(said.bytes / 1e6).toFixed(0)} MB`,
        met: said.open >= target,
      },
      {
        what: `Updates of one fragment in one tab, the most within ${window.seconds} s`,
        target: `at most ${window.most} (4 a second)`,
        value: String(said.most),
        met: said.most <= window.most,
      },
      {
        what: 'Processor time of the appliance meanwhile',
        target: 'under 50 % of one core',
        value: `${percent.toFixed(1)} %`,
        met: percent < mostPercent,
      },
      {
        what: '... with nobody watching / with the tabs and no switch',
        target: null,
        value: `${quiet.toFixed(1)} % / ${idle.toFixed(1)} %`,
        met: null,
      },
      { what: '... resident memory, the most', target: null, value: `${Math.round(memory / 1e6)} MB`, met: null },
      { what: 'Tabs that saw the switch', target: 'all', value: `${said.sawSwitch} of ${said.open}`, met: said.sawSwitch === said.open },
    ],
  }
}

async function shareOfCore(processorMs: () => number, ms: number): Promise<number> {
  const [spent, began] = [processorMs(), performance.now()]
  await pause(ms)
  return (100 * (processorMs() - spent)) / (performance.now() - began)
}

async function openReaders(closing: Closing, url: string, count: number): Promise<{ close(): Promise<TabsSaid> }> {
  const child = fork(readersScript, [url, String(count)])
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const said = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      child.once('message', resolve)
      void ended.then(() => reject(new Error('the readers ended')))
    })
  closing.add(async () => {
    child.kill('SIGTERM')
    await ended
  })
  const first = await said()
  if (first !== 'open') throw new Error('the tabs could not be opened')
  return {
    async close() {
      const last = said()
      child.send('close')
      return (await last) as TabsSaid
    },
  }
}
