// A Spark falls silent for more than two minutes and comes back: how long until Home is true again. Once the machine itself stands still
// (its sshd and sessions stopped, as under memory pressure), once the line to it is cut.
import { type ChildProcess, fork } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Closing, pause } from '../bench/ground.ts'
import { openRig, type Rig } from '../e2e/rig.ts'
import { gptOss } from '../sim/core/demo-models.ts'
import type { SimNodeOptions } from '../sim/core/types.ts'
import { loopbackAddresses } from '../sim/doors/addresses.ts'
import { lookAtHome } from './page.ts'

export type Fall = 'frozen' | 'cut'

export interface Return {
  readonly how: Fall
  readonly pollSeconds: number
  readonly silentSeconds: number
  /** From the fall to the first page that does not say "answering" any more, ms. */
  readonly doubtedMs: number
  /** From the return to the first page that is true again, ms. */
  readonly trueMs: number
}

const timeScale = 0.004
const enginePort = 8000
const patienceMs = 60_000
const wireScript = fileURLToPath(new URL('./wire.ts', import.meta.url))

/** Makes the one Spark silent for so long, ms; resolves when it may answer again. */
type Silence = (ms: number) => Promise<void>

export async function measureReturn(closing: Closing, order: Pick<Return, 'how' | 'pollSeconds' | 'silentSeconds'>): Promise<Return> {
  const rig = await openRig({
    timeScale,
    built: true,
    joined: false,
    env: { POLL_SECONDS: String(order.pollSeconds) },
    nodes: ([address]): readonly SimNodeOptions[] => [{ name: 'spark-1', address, images: ['vllm-node'], models: [gptOss] }],
  })
  closing.add(() => rig.close())
  const silence = order.how === 'frozen' ? await joinDirectly(rig) : await joinByWire(closing, rig)
  await rig.client['models.scan']()
  await rig.switchTo(gptOss.repo)
  await untilHome(rig, (state) => state === 'answering')

  const fellAt = performance.now()
  const over = silence(order.silentSeconds * 1000)
  await untilHome(rig, (state) => state !== 'answering', (order.silentSeconds - 10) * 1000)
  const doubtedMs = performance.now() - fellAt
  await over
  const backAt = performance.now()
  await untilHome(rig, (state) => state === 'answering')
  const trueMs = performance.now() - backAt
  const { machines } = await rig.client['machines.list']()
  if (machines.some((machine) => machine.state !== 'reachable'))
    throw new Error(`the model answers on a machine that is ${machines[0]?.state}`)
  if (rig.launches('exec').length !== 1) throw new Error('something was started in the silence')
  return { ...order, doubtedMs, trueMs }
}

async function untilHome(rig: Rig, done: (state: string) => boolean, limitMs = patienceMs): Promise<void> {
  const until = performance.now() + limitMs
  for (;;) {
    const { says } = await lookAtHome(rig.life().url, rig.world)
    if (says !== null && done(says.state)) return
    if (performance.now() > until) throw new Error(`Home still says ${JSON.stringify(says)}\n${rig.life().log()}`)
    await pause(50)
  }
}

async function join(rig: Rig, address: string): Promise<void> {
  const { publicKey } = await rig.client['machines.publicKey']()
  rig.door.authorize(publicKey)
  const { port = 0, user = '' } = rig.door.machines[0] ?? {}
  const machine = await rig.client['machines.add']({ body: { address, port, user } })
  await rig.client['machines.check']({ params: { id: machine.id } })
}

async function joinDirectly(rig: Rig): Promise<Silence> {
  await join(rig, rig.door.machines[0]?.address ?? '')
  return (ms) => {
    rig.world.freeze('spark-1', ms / timeScale)
    return pause(ms)
  }
}

async function joinByWire(closing: Closing, rig: Rig): Promise<Silence> {
  const machine = rig.door.machines[0]
  if (machine === undefined) throw new Error('there is no machine')
  const [address = ''] = loopbackAddresses(1)
  const wire = await openWire(closing, [address, machine.address, String(machine.port), String(enginePort)])
  await join(rig, address)
  return async (ms) => {
    wire.kill('SIGSTOP')
    // They take the last places in the queue, so that the next one's first packet is dropped.
    const waiting = [machine.port, enginePort].flatMap((port) => Array.from({ length: 4 }, () => knock(port, address)))
    await pause(ms)
    for (const socket of waiting) socket.destroy()
    wire.kill('SIGCONT')
  }
}

const knock = (port: number, address: string): Socket => connect(port, address).on('error', () => undefined)

async function openWire(closing: Closing, args: readonly string[]): Promise<ChildProcess> {
  const wire = fork(wireScript, args)
  const ended = new Promise<void>((resolve) => wire.once('exit', () => resolve()))
  closing.add(async () => {
    wire.kill('SIGKILL')
    await ended
  })
  await new Promise<void>((resolve, reject) => {
    wire.once('message', () => resolve())
    void ended.then(() => reject(new Error('the wire ended before it was ready')))
  })
  return wire
}
