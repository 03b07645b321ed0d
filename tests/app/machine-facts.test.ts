// What is known of machines beside their looks, and what is done to them, in a whole house in virtual time.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { flatStatus } from '../../server/app/flat-status.ts'
import type { MachineShape } from '../../server/contract/operations/shapes.ts'
import { type Life, other, small, startLife, wide } from '../fakes/appliance.ts'
import * as samples from '../fakes/view-samples.ts'

let life: Life
beforeEach(async () => {
  life = await startLife()
})
afterEach(() => life.close())

const machine = (name = 'spark-1'): MachineShape => {
  const found = life.graph.machines.list().find((one) => one.name === name)
  if (found === undefined) throw new Error(`no machine ${name}`)
  return found
}
const codes = (): string[] => life.graph.status.status().attention.map((row) => row.code)
const told = (type: string): Record<string, unknown>[] => life.stores.events.recent(100, [type]).map((event) => event.payload)
const minutes = (count: number): Promise<void> => life.clock.advance(count * 60_000)
/** Lets virtual time pass until it has settled; what it raised, by its code. */
async function settled<T>(promise: Promise<T>): Promise<T | string> {
  let ended = false
  const outcome = promise.then(
    (value) => value,
    (error: { code?: string }) => error.code ?? String(error),
  )
  void outcome.then(() => {
    ended = true
  })
  await life.clock.until(() => ended, 300_000)
  return outcome
}
const by = 'owner'
const drop = (ask: { lockToken?: string; breakLock?: boolean } = {}) =>
  settled(life.graph.machineFacts.dropCaches(machine().id, { by, ...ask }))
const newest = [
  { commit: 'beef002', date: '2026-11-12', subject: 'Newer' },
  { commit: 'beef001', date: '2026-11-02', subject: 'New' },
]
const target = 'beef002'.padEnd(40, '0')

describe('looks', () => {
  test('tell what a Spark is, and that it is well', async () => {
    // The first look came before the second Spark was there.
    await minutes(2)
    expect(machine()).toMatchObject({
      well: { state: 'well', notes: [] },
      kernel: '6.11.0-1016-nvidia',
      gpuClock: { maxMHz: 3003, reasons: ['idle'] },
      disks: [{ path: '/' }],
      fabric: { peers: [{ name: 'spark-2', seen: true }] },
      boots: [{ cause: 'asked' }, { cause: null }],
      slow: {
        launcher: { standing: 'current' },
        mayDropCaches: false,
        images: expect.arrayContaining([expect.objectContaining({ ref: 'vllm-node' })]),
      },
    })
    expect(life.graph.machineFacts.agreements().map((one) => one.code)).toEqual(['images_agree', 'launchers_agree'])
  })

  test('tell what the model holds of the memory, and all parts add up', async () => {
    await life.outcome(await life.ask(small))
    await minutes(1)
    const parts = machine(life.world.serving()[0]?.node).memoryParts
    expect(parts?.engineBytes).toBeGreaterThan(10e9)
    const { totalBytes = 0, engineBytes, servicesBytes, restBytes, reclaimableBytes, freeBytes } = parts ?? ({} as never)
    expect((engineBytes ?? 0) + (servicesBytes ?? 0) + restBytes + reclaimableBytes + freeBytes).toBe(totalBytes)
  })

  test('that are slow come every ten minutes, at once when asked for, and a failed one a minute later', async () => {
    await minutes(2)
    life.world.condition('spark-1', { origin: newest })
    await minutes(5)
    expect(machine().slow?.launcher?.standing).toBe('current')
    await settled(life.graph.machineFacts.inspect(machine().id))
    expect(machine().slow?.launcher?.standing).toBe('behind')
    life.world.condition('spark-1', { origin: null })
    await minutes(11)
    expect(machine().slow?.launcher?.standing).toBe('unknown')
  })
})

describe('what needs a hand is on Home and on the machine, once', () => {
  test('a bad driver, images and launchers that differ', async () => {
    life.world.condition('spark-1', { driver: '590.44.01', images: { 'vllm-node': `sha256:${'7'.repeat(64)}` } })
    life.world.condition('spark-2', { origin: newest })
    await settled(life.graph.machineFacts.updateLauncher(machine('spark-2').id, { commit: target, by }))
    await minutes(11)
    expect(codes()).toEqual(expect.arrayContaining(['bad_driver', 'images_differ', 'launchers_differ']))
    expect(new Set(codes()).size).toBe(codes().length)
    expect(machine().well).toMatchObject({ state: 'look', notes: [{ code: 'bad_driver' }] })
    expect(machine('spark-2').well.state).toBe('well')
  })

  test('a start that nobody asked for, and not one that somebody asked for', async () => {
    life.world.reboot('spark-1', 60_000)
    life.world.reboot('spark-2', 60_000, true)
    await minutes(70)
    expect(codes()).toEqual(['unexpected_restart'])
    expect(told('machine_rebooted')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'spark-1', unexpected: true, cause: 'unknown' }),
        expect.objectContaining({ name: 'spark-2', unexpected: false, cause: 'asked' }),
      ]),
    )
  })

  test('a cable that is down, while a model needs two Sparks, and not before', async () => {
    life.world.condition('spark-1', { cable: false })
    await minutes(2)
    expect(machine().fabric?.sentence).toContain('No cable is in use.')
    expect(codes()).toEqual([])
    life.world.condition('spark-1', { cable: true })
    await life.outcome(await life.ask(wide))
    expect(codes()).toEqual([])
    life.world.condition('spark-1', { cable: false })
    await minutes(2)
    expect(codes()).toContain('fabric_down')
  })

  test('a full disk and heat under load', async () => {
    life.world.condition('spark-1', { diskFreeBytes: 20e9 })
    await minutes(1)
    expect(codes()).toEqual(['disk_full'])
    life.world.condition('spark-1', { diskFreeBytes: 900e9, reasons: 0x20 })
    await minutes(10)
    // An idle GPU is not held back, whatever it says.
    expect(codes()).toEqual([])
  })

  test('a working GPU that heat holds back is told after five minutes of it, and no longer than it lasts', async () => {
    await life.outcome(await life.ask(small))
    // It spins: 96 % of a GPU that gets nowhere.
    life.world.setFault({ name: 'F13', node: 'spark-1' })
    await minutes(3)
    life.world.condition('spark-1', { reasons: 0x20 })
    await minutes(4)
    expect(codes()).not.toContain('gpu_held_back')
    await minutes(2)
    const row = life.graph.status.status().attention.find(({ code }) => code === 'gpu_held_back')
    expect(row?.sentence).toMatch(/^The GPU of spark-1 has been held back by .*heat.* for [56] minutes/)
    expect(machine().well.state).not.toBe('well')
    life.world.condition('spark-1', { reasons: null })
    await minutes(3)
    expect(codes()).not.toContain('gpu_held_back')
  })
})

describe('dropping caches', () => {
  const allow = (): void => life.world.condition('spark-1', { mayDropCaches: true })

  test('is refused with the exact line where that is not installed, and runs nothing', async () => {
    const before = life.calls('sudo')
    expect(await drop()).toBe('caches_not_allowed')
    expect(life.calls('sudo')).toBe(before)
  })

  test('frees what files hold, tells before and after, is told as an event, and gives the lock back', async () => {
    await life.outcome(await life.ask(small))
    allow()
    const before = machine(life.world.serving()[0]?.node)
    const node = before.name
    life.world.condition(node, { mayDropCaches: true })
    const dropped = await settled(life.graph.machineFacts.dropCaches(before.id, { by }))
    expect(dropped).toMatchObject({ sentence: expect.stringContaining('are free now') })
    const { freeBefore = 0, freeAfter = 0 } = dropped as { freeBefore?: number; freeAfter?: number }
    expect(freeAfter).toBeGreaterThan(freeBefore + 5e9)
    expect(machine(node).dropped?.freeAfter).toBe(freeAfter)
    expect(told('caches_dropped')).toEqual([{ machine: before.id, name: node, by, freeBefore, freeAfter }])
    expect(life.graph.lock.find().locked).toBe(false)
    expect(life.world.serving()).toHaveLength(1)
    // The fence of the switch still stands, so what it may have left behind is still known to be its own.
    expect((await life.sparks.probe(life.stores.machines.find(before.id) as never, [])).fence?.swap).toBe(life.graph.swaps.recent(1)[0]?.id)
    expect((await life.outcome(await life.ask(other))).state).toBe('succeeded')
  })

  test('is refused while a switch runs, and while the Sparks are reserved, except to who reserved them', async () => {
    allow()
    const reserved = life.graph.lock.take({ holder: 'recap', reason: 'night', ttlSeconds: 600 })
    expect(await drop()).toBe('swap_locked')
    expect(await drop({ lockToken: 'f00d' })).toBe('lock_token_wrong')
    expect(await drop({ lockToken: reserved.token })).toMatchObject({ sentence: expect.any(String) })
    expect(life.graph.lock.find()).toMatchObject({ locked: true, holder: 'recap' })
    expect(await drop({ breakLock: true })).toMatchObject({ sentence: expect.any(String) })
    expect(life.graph.lock.find().locked).toBe(false)
    const swap = await life.ask(small)
    expect(await drop()).toBe('swap_running')
    expect((await life.outcome(swap)).state).toBe('succeeded')
  })

  test('is refused while a model that somebody started by hand still loads', async () => {
    allow()
    life.world.startForeign('spark-1', { name: 'vllm_node', image: 'vllm-node', command: ['vllm', 'serve', small, '--port', '8000'] })
    await life.clock.advance(6000)
    expect(await drop()).toBe('model_is_loading')
    expect(life.calls('sudo', 'tee')).toBe(0)
  })

  test('of a machine that dies meanwhile gives the lock back, and a dead appliance holds it only for minutes', async () => {
    allow()
    await settled(life.graph.machineFacts.inspect(machine().id))
    life.sparks.loseAnswers('spark-1', 50)
    expect(await drop()).toMatch(/^machine_/)
    expect(life.graph.lock.find().locked).toBe(false)
  })
})

describe('updating the launcher', () => {
  const update = (commit = target) => settled(life.graph.machineFacts.updateLauncher(machine().id, { commit, by }))

  test('takes over exactly what was shown, and says so', async () => {
    life.world.condition('spark-1', { origin: newest })
    const changes = await settled(life.graph.machineFacts.launcherChanges(machine().id))
    expect(changes).toMatchObject({ target, refusal: null, commits: [{ subject: 'Newer' }, { subject: 'New' }] })
    expect(await update()).toMatchObject({ to: target })
    expect(machine().launcher).toMatchObject({ commit: 'beef002', date: '2026-11-12' })
    expect(machine().slow?.launcher?.standing).toBe('current')
    expect(told('launcher_updated')).toHaveLength(1)
    expect((await life.outcome(await life.ask(small))).state).toBe('succeeded')
  })

  test.each([
    [
      'its origin went on',
      { origin: [{ commit: 'cafe003', date: '2026-11-20', subject: 'Later' }, ...newest] },
      'launcher_changed_meanwhile',
    ],
    ['files are changed', { origin: newest, localChanges: ['launch-cluster.sh'] }, 'launcher_update_refused'],
    ['its origin is away', { origin: null }, 'launcher_update_refused'],
  ])('changes nothing when %s', async (_, condition, code) => {
    life.world.condition('spark-1', condition)
    const before = machine().launcher?.commit
    expect(await update()).toBe(code)
    expect(life.world.look('spark-1').launcher?.commit).toBe(before)
    expect(life.graph.lock.find().locked).toBe(false)
    expect(told('launcher_updated')).toEqual([])
  })

  test('waits for a switch to end', async () => {
    life.world.condition('spark-1', { origin: newest })
    const swap = await life.ask(small)
    expect(await update()).toBe('swap_running')
    expect((await life.outcome(swap)).state).toBe('succeeded')
  })
})

describe('the flat status', () => {
  const flat = () => life.graph.machineFacts.flatStatus()

  test('is ok only while everything was seen, answers and needs no hand', async () => {
    expect(flat()).toMatchObject({ ok: true, engine: 'stopped', answering: false, machines: 2, machinesReachable: 2, stale: false })
    await life.outcome(await life.ask(small))
    expect(flat()).toMatchObject({ ok: true, engine: 'answering', answering: true, model: 'Qwen3 8B', switching: false })
    life.world.condition('spark-2', { driver: '590.1' })
    await minutes(1)
    expect(flat()).toMatchObject({ ok: false, attention: 1 })
    life.world.condition('spark-2', { driver: '580.1' })
    life.sparks.cut('spark-2', 'refused')
    await minutes(2)
    expect(flat()).toMatchObject({
      ok: false,
      machinesReachable: 1,
      sparks: [{ reachable: true }, { reachable: false, temperatureC: null }],
    })
  })

  test('is never ok before the first look, or without a machine', () => {
    const { machine: seen, newMachine } = samples
    const status = { ...samples.status, attention: [] }
    expect(flatStatus(status, [seen]).ok).toBe(true)
    expect(flatStatus(status, [seen, { ...newMachine, stale: true }])).toMatchObject({
      ok: false,
      sparks: [{}, { memoryUsedPercent: null }],
    })
    expect(flatStatus(status, [])).toMatchObject({ ok: false, stale: true, temperatureC: null })
  })
})
