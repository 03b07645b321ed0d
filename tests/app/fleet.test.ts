import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createOwnerRig, type OwnerRig, qwen } from '../fakes/owner-rig.ts'
import type { MemorySparks } from '../sim/doors/memory.ts'

let rig: OwnerRig
beforeEach(async () => {
  rig = await createOwnerRig()
})
afterEach(() => rig.close())

const begin = async (): Promise<void> => {
  await rig.start()
  await rig.addAll()
}
const reachOf = (name: string): string => rig.fleet.view(rig.idOf(name)).reach

test('a machine is called unreachable after the third missed poll, not before, and that is told once', async () => {
  await begin()
  rig.sparks.cut('spark-1', 'refused')
  await rig.clock.advance(9_900)
  expect(rig.fleet.view(rig.idOf('spark-1'))).toMatchObject({ reach: 'reachable', misses: 2 })
  await rig.clock.advance(5_000)
  expect(reachOf('spark-1')).toBe('unreachable')
  await rig.clock.advance(60_000)
  expect(rig.told('machine_unreachable')).toEqual([{ machine: rig.idOf('spark-1'), name: 'spark-1', why: 'connection refused.' }])
})

test('a machine that comes back is told once, and its last good values were kept meanwhile', async () => {
  await begin()
  rig.sparks.cut('spark-1', 'refused')
  await rig.clock.advance(30_000)
  const shown = rig.machines.find(rig.idOf('spark-1'))
  expect(shown).toMatchObject({ state: 'unreachable', stale: true, trouble: { code: 'machine_unreachable' } })
  expect(shown.memory?.totalBytes).toBeGreaterThan(1e11)
  rig.sparks.mend('spark-1')
  await rig.clock.advance(11_000)
  expect(rig.machines.find(rig.idOf('spark-1'))).toMatchObject({ state: 'reachable', stale: false, trouble: null })
  expect(rig.told('machine_back')).toHaveLength(1)
})

test.each([1, 300])(
  'with a look every %i s, a machine that was silent for minutes, and what serves on it, are seen within 10 s of its return',
  async (pollSeconds) => {
    await begin()
    rig.world.startForeign('spark-1', { name: 'by-hand', image: 'vllm-node', command: ['vllm', 'serve', qwen.repo, '--port', '8000'] })
    await rig.clock.until(() => rig.status.status().sentence.includes('answer'), 600_000)
    const engines = (): string[] => rig.status.status().clusters.flatMap((cluster) => cluster.engines.map((engine) => engine.state))
    expect(engines()).toContain('answering')
    rig.settings.change('machines.pollSeconds', pollSeconds, undefined, 'owner')
    const silentMs = 4 * pollSeconds * 1000 + 120_000
    for (const fall of [rig.world.freeze, rig.world.reboot]) {
      fall('spark-1', silentMs)
      await rig.clock.advance(silentMs - 1000)
      expect(reachOf('spark-1')).toBe('unreachable')
      expect(engines()).not.toContain('answering')
      await rig.clock.advance(11_000)
      expect(reachOf('spark-1')).toBe('reachable')
      expect(engines().includes('answering')).toBe(fall === rig.world.freeze)
    }
  },
)

test('a machine whose connections hang does not delay the looks at another', async () => {
  await begin()
  rig.sparks.cut('spark-1', 'hanging')
  await rig.clock.advance(12_000)
  const age = rig.clock.now() - (rig.fleet.view(rig.idOf('spark-2')).observation?.at ?? 0)
  expect(age).toBeLessThanOrEqual(5_000)
  expect(rig.fleet.view(rig.idOf('spark-1')).misses).toBe(0)
  await rig.clock.advance(60_000)
  expect(reachOf('spark-1')).toBe('unreachable')
  expect(reachOf('spark-2')).toBe('reachable')
})

test('the list of machines is the same until something is another, and is never behind what is known of one machine', async () => {
  await begin()
  expect(rig.fleet.views()).toBe(rig.fleet.views())
  const behind = (): string[] => {
    const views = rig.fleet.views().filter((view) => !isDeepStrictEqual(view, rig.fleet.view(view.machine.id)))
    return views.map((view) => view.machine.name)
  }
  const everBehind: string[] = []
  const off = rig.fleet.onObserved(() => void everBehind.push(...behind()))
  const changes: (() => unknown)[] = [
    () => rig.sparks.cut('spark-1', 'refused'),
    () => rig.sparks.mend('spark-1'),
    () => rig.machines.edit(rig.idOf('spark-1'), { name: 'a-new-name' }),
  ]
  for (const change of changes) {
    const before = rig.fleet.views()
    await change()
    await rig.clock.advance(20_000)
    expect(rig.fleet.views()).not.toEqual(before)
  }
  off()
  expect([...everBehind, ...behind()]).toEqual([])
})

test('values are stale once they are older than three polls', async () => {
  await begin()
  rig.sparks.cut('spark-1', 'hanging')
  await rig.clock.advance(14_000)
  expect(rig.machines.find(rig.idOf('spark-1')).stale).toBe(false)
  await rig.clock.advance(6_000)
  expect(rig.machines.find(rig.idOf('spark-1')).stale).toBe(true)
})

test('a boot id that could not be read is no restart', async () => {
  await begin()
  const { probe } = rig.sparks
  const unread: MemorySparks['probe'] = async (...ask) => ({ ...(await probe(...ask)), bootId: '' })
  Object.assign(rig.sparks, { probe: unread })
  await rig.clock.advance(6_000)
  expect(rig.machines.find(rig.idOf('spark-1')).bootId).toBe('')
  Object.assign(rig.sparks, { probe })
  await rig.clock.advance(6_000)
  expect(rig.machines.find(rig.idOf('spark-1')).bootId).not.toBe('')
  expect(rig.told('machine_rebooted')).toEqual([])
})

test('a restart of a machine is noticed by its boot id and told once', async () => {
  await begin()
  expect(rig.told('machine_rebooted')).toEqual([])
  rig.world.reboot('spark-1', 3_000)
  await rig.clock.advance(30_000)
  expect(rig.told('machine_rebooted')).toEqual([{ machine: rig.idOf('spark-1'), name: 'spark-1', unexpected: true, cause: 'unknown' }])
  expect(rig.fleet.view(rig.idOf('spark-1')).rebootedAt).not.toBeNull()
  expect(rig.fleet.view(rig.idOf('spark-2')).rebootedAt).toBeNull()
})

test('a restart that somebody asked for is told as one, and one without records as neither', async () => {
  await begin()
  rig.world.reboot('spark-1', 3_000, true)
  rig.world.condition('spark-2', { records: false })
  rig.world.reboot('spark-2', 3_000)
  await rig.clock.advance(30_000)
  const facts = (name: string) => ({ machine: rig.idOf(name), name })
  const told = rig.told('machine_rebooted').toSorted((a, b) => String(a['name']).localeCompare(String(b['name'])))
  expect(told).toEqual([
    { ...facts('spark-1'), unexpected: false, cause: 'asked' },
    { ...facts('spark-2'), unexpected: null, cause: null },
  ])
})

test('looks asked for at the same time share one probe', async () => {
  await begin()
  const id = rig.idOf('spark-1')
  let looks = 0
  rig.fleet.onObserved((machine) => {
    if (machine === id) looks += 1
  })
  await Promise.all([rig.fleet.look(id), rig.fleet.look(id), rig.fleet.look(id)])
  expect(looks).toBe(1)
})

test('one who stops waiting for a look leaves it to the others', async () => {
  await begin()
  const id = rig.idOf('spark-1')
  rig.sparks.cut('spark-1', 'hanging')
  await rig.clock.advance(5_100)
  const waiting = new AbortController()
  const given = rig.fleet.look(id, waiting.signal).catch((error: unknown) => error)
  const other = rig.fleet.look(id)
  waiting.abort(new Error('enough'))
  expect(await given).toMatchObject({ message: 'enough' })
  rig.sparks.mend('spark-1')
  await rig.clock.advance(1_000)
  expect((await other).misses).toBe(0)
})

test('the period of polls is read each time', async () => {
  await begin()
  let looks = 0
  rig.fleet.onObserved(() => {
    looks += 1
  })
  rig.settings.change('machines.pollSeconds', 60, undefined, 'owner')
  await rig.clock.advance(6_000)
  looks = 0
  await rig.clock.advance(50_000)
  expect(looks).toBe(0)
})

test('a machine that never answered is news for nobody, one that was there before the start is', async () => {
  await rig.start()
  rig.sparks.cut('spark-1', 'refused')
  await rig.addAll()
  await rig.clock.advance(30_000)
  expect(rig.told('machine_unreachable')).toEqual([])
  const next = await createOwnerRig({ before: rig })
  next.sparks.cut('spark-2', 'refused')
  await next.start()
  await next.clock.advance(30_000)
  expect(next.told('machine_unreachable').map((one) => one['name'])).toEqual(['spark-2'])
  next.close()
})

test('a shorter time between looks counts at once', async () => {
  await begin()
  rig.settings.change('machines.pollSeconds', 300, undefined, 'owner')
  await rig.clock.advance(6_000)
  const seenAt = (): number => rig.fleet.view(rig.idOf('spark-1')).observation?.at ?? 0
  const before = seenAt()
  await rig.clock.advance(60_000)
  expect(seenAt()).toBe(before)
  rig.settings.change('machines.pollSeconds', 2, undefined, 'owner')
  await rig.clock.advance(2_000)
  expect(seenAt()).toBe(rig.clock.now())
})
