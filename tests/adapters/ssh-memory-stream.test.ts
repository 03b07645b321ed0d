// The memory stream through a real sshd: what it tells, how it ends, and that nothing of it stays behind.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import { SparkError } from '../../server/contract/errors.ts'
import type { MemoryReading } from '../../server/domain/memory-reading.ts'
import { createFakeLog } from '../fakes/log.ts'
import { type FakeSshd, type SshdOptions, startSshd } from '../fakes/sshd.ts'

const open: { close?: () => void; stop?: () => Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) {
    one.close?.()
    await one.stop?.()
  }
})

async function world(options: SshdOptions = {}): Promise<{ door: FakeSshd; sparks: ReturnType<typeof createSparks> }> {
  const door = await startSshd(options)
  const sparks = createSparks({ privateKey: () => door.privateKey, log: createFakeLog() })
  open.push(door, sparks)
  return { door, sparks }
}

interface Followed {
  readonly readings: MemoryReading[]
  readonly ended: Promise<unknown>
  stop(): void
}

function follow(sparks: ReturnType<typeof createSparks>, door: FakeSshd): Followed {
  const life = new AbortController()
  const readings: MemoryReading[] = []
  const ended = sparks.followMemory(door.machine, (reading) => void readings.push(reading), life.signal).catch((error: unknown) => error)
  return { readings, ended, stop: () => life.abort(new Error('enough')) }
}

/** Processes whose environment names this home and that run bash: the loops of a node. */
function loops(door: FakeSshd): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const env = readFileSync(`/proc/${pid}/environ`, 'latin1')
        return env.includes(`HOME=${door.home}\0`) && readlinkSync(`/proc/${pid}/exe`).endsWith('bash')
      } catch {
        return false
      }
    })
    .map(Number)
}

it("tells of the memory once a second, numbered, by the machine's own clock", async () => {
  const { door, sparks } = await world()
  const { readings, stop, ended } = follow(sparks, door)
  await expect.poll(() => readings.length, { timeout: 20_000 }).toBeGreaterThan(2)
  expect(readings.slice(0, 3).map((one) => one.sequence)).toEqual([1, 2, 3])
  expect(readings[0]).toMatchObject({
    bootId: '11111111-2222-3333-4444-555555555555',
    uptimeMs: 4_242_420,
    totalBytes: 127_600_748 * 1024,
    availableBytes: 118_566_368 * 1024,
    freeBytes: 9_000_000 * 1024,
    some: 0.25,
    full: 0,
    kills: null,
  })
  expect(loops(door)).toHaveLength(1)
  stop()
  expect(await ended).toEqual(new Error('enough'))
  await expect.poll(() => loops(door), { timeout: 20_000 }).toEqual([])
})

it('leaves room for the other calls, over the same connection', async () => {
  const { door, sparks } = await world()
  const { readings } = follow(sparks, door)
  await expect.poll(() => readings.length, { timeout: 20_000 }).toBeGreaterThan(0)
  expect((await sparks.probe(door.machine, [])).uptimeSeconds).toBe(4242)
  expect(door.logins()).toBe(1)
})

it('is not confused by a login shell that prints a banner and knows no bash', async () => {
  const loginShell = `echo "Welcome | to | the Spark"; echo "noise" >&2
[ "$SSH_ORIGINAL_COMMAND" = "bash -s" ] || { echo "fish: Unknown command"; exit 127; }
exec bash -s`
  const { door, sparks } = await world({ loginShell })
  const { readings } = follow(sparks, door)
  await expect.poll(() => readings.length, { timeout: 20_000 }).toBeGreaterThan(1)
})

it('says what is wrong where the login shell runs nothing, or talks without end', async () => {
  const nothing = await world({ loginShell: 'echo "This account is not available."; exit 1' })
  const flood = await world({ loginShell: 'exec yes "an endless banner that goes on and on"' })
  const ends = await Promise.all([follow(nothing.sparks, nothing.door).ended, follow(flood.sparks, flood.door).ended])
  expect(ends.map((error) => (error instanceof SparkError ? error.code : error))).toEqual([
    'machine_answer_unreadable',
    'machine_answer_unreadable',
  ])
})

it('ends when the connection is lost, and the loop on the machine with it', async () => {
  const { door, sparks } = await world()
  const { readings, ended } = follow(sparks, door)
  await expect.poll(() => readings.length, { timeout: 20_000 }).toBeGreaterThan(0)
  door.dropConnections()
  expect(await ended).toMatchObject({ code: 'machine_unreachable' })
  await expect.poll(() => loops(door), { timeout: 20_000 }).toEqual([])
})

it('leaves no loop behind when the appliance is killed', async () => {
  const { door } = await world()
  const child = spawn(process.execPath, [fileURLToPath(new URL('../fakes/follower.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify({ machine: door.machine, privateKey: door.privateKey }))
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await expect.poll(() => said, { timeout: 30_000 }).toContain('reading')
  expect(loops(door)).toHaveLength(1)
  child.kill('SIGKILL')
  await expect.poll(() => loops(door), { timeout: 20_000 }).toEqual([])
}, 60_000)
