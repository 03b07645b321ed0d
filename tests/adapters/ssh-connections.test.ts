import { existsSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { generateKeyPair } from '../../server/adapters/ssh/key-pair.ts'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import { SparkError } from '../../server/contract/errors.ts'
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

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it went well',
    (error: unknown) => (error instanceof SparkError ? error.code : error),
  )
const sessions = (door: FakeSshd): number => door.log().match(/Starting session: command/g)?.length ?? 0
const logins = (door: FakeSshd): number => door.log().match(/Accepted publickey/g)?.length ?? 0

it('uses one channel of one connection for each poll', async () => {
  const { door, sparks } = await world()
  for (let poll = 0; poll < 3; poll += 1) await sparks.probe(door.machine, ['vllm_node'])
  expect(sessions(door)).toBe(3)
  expect(logins(door)).toBe(1)
})

it('is not confused by a login shell that knows no bash and prints a banner before and after', async () => {
  const { door, sparks } = await world({
    loginShell: `echo "Welcome to the Spark! :end"; echo "a banner on stderr" >&2
[ "$SSH_ORIGINAL_COMMAND" = "bash -s" ] || { echo "fish: Unknown command"; exit 127; }
bash -s; code=$?; echo "Goodbye"; exit $code`,
  })
  expect((await sparks.probe(door.machine, [])).uptimeSeconds).toBe(4242)
})

it('says that an answer is not understood when the login shell runs nothing', async () => {
  const { door, sparks } = await world({ loginShell: 'echo "This account is not available."; exit 1' })
  expect(await codeOf(sparks.probe(door.machine, []))).toBe('machine_answer_unreadable')
})

it('cuts off an answer that never ends', async () => {
  const { door, sparks } = await world({ loginShell: 'exec yes "an endless banner that goes on and on"' })
  expect(await codeOf(sparks.probe(door.machine, []))).toBe('machine_answer_unreadable')
}, 20_000)

it('tells the host key as ssh-keygen does, without logging in', async () => {
  const { door, sparks } = await world()
  expect(await sparks.hostKey(door.machine.address, door.port)).toBe(door.machine.hostKey)
  expect(logins(door)).toBe(0)
})

it('refuses a machine whose host key was not accepted yet', async () => {
  const { door, sparks } = await world()
  expect(await codeOf(sparks.probe({ ...door.machine, hostKey: null }, []))).toBe('machine_unreachable')
  expect(logins(door)).toBe(0)
})

it('refuses a machine that shows another host key, and says both', async () => {
  const { door, sparks } = await world()
  await sparks.probe(door.machine, [])
  await door.changeHostKey()
  const error = await sparks.probe(door.machine, []).catch(() => sparks.probe(door.machine, []).catch((second: unknown) => second))
  const presented = await sparks.hostKey(door.machine.address, door.port)
  expect(presented).not.toBe(door.machine.hostKey)
  expect(error).toMatchObject({ code: 'host_key_changed', facts: { pinned: door.machine.hostKey, presented } })
  expect(await codeOf(sparks.probe({ ...door.machine, hostKey: presented }, []))).toBe('it went well')
})

it('says that the key is not accepted', async () => {
  const door = await startSshd()
  const sparks = createSparks({ privateKey: () => generateKeyPair().privateKey, log: createFakeLog() })
  open.push(door, sparks)
  expect(await codeOf(sparks.probe(door.machine, []))).toBe('machine_refused_key')
})

it('says that nobody listens there', async () => {
  const { door, sparks } = await world()
  await expect(sparks.probe({ ...door.machine, port: 1 }, [])).rejects.toMatchObject({
    code: 'machine_unreachable',
    facts: { machine: 'spark-1', why: 'connection refused' },
  })
})

it('gives up on an address that accepts and then says nothing', async () => {
  const { door, sparks } = await world()
  const mute = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => mute.once('listening', resolve))
  open.push({ close: () => mute.close() })
  const address = mute.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  expect(await codeOf(sparks.probe({ ...door.machine, port }, []))).toBe('machine_unreachable')
}, 15_000)

it('opens the connection again after it was lost', async () => {
  const { door, sparks } = await world()
  await sparks.probe(door.machine, [])
  door.dropConnections()
  await expect.poll(() => codeOf(sparks.probe(door.machine, [])), { timeout: 15_000 }).toBe('it went well')
  expect(logins(door)).toBeGreaterThanOrEqual(2)
})

it('keeps a place for control while slow looks fill the connection', async () => {
  const { door, sparks } = await world()
  door.tool('docker', 'touch "$HOME/busy.$$"; sleep 3')
  const looks = Array.from({ length: 12 }, () => sparks.probe(door.machine, []))
  await expect.poll(() => sessions(door), { timeout: 5000 }).toBe(5)
  await sparks.takeFence(door.machine, { appliance: 'a', fence: 1, swap: 's1' })
  expect(sessions(door)).toBe(6)
  await Promise.all(looks)
}, 30_000)

it('ends a call at once when its caller does not want it any more', async () => {
  const { door, sparks } = await world()
  door.tool('docker', 'sleep 4')
  const began = performance.now()
  await expect(sparks.probe(door.machine, [], AbortSignal.timeout(300))).rejects.toMatchObject({ name: 'TimeoutError' })
  expect(performance.now() - began).toBeLessThan(2500)
})

it('answers a poll although the GPU driver hangs, and leaves nothing behind', async () => {
  const { door, sparks } = await world()
  door.tool('nvidia-smi', 'trap "" TERM; echo $$ >"$HOME/gpu-pid"; while :; do sleep 60; done')
  const seen = await sparks.probe(door.machine, [])
  expect(seen.gpu).toEqual({ loadPercent: null, temperatureC: null, powerW: null, smMHz: null })
  expect(seen.memory.totalBytes).toBe(127600748 * 1024)
  await expect.poll(() => existsSync(`/proc/${Number(door.read('gpu-pid'))}`), { timeout: 5000 }).toBe(false)
}, 20_000)

it('says that the answer is not understood where the kernel tells no memory', async () => {
  const { door, sparks } = await world()
  rmSync(`${door.proc}/meminfo`)
  expect(await codeOf(sparks.probe(door.machine, []))).toBe('machine_answer_unreadable')
})
