// Jobs beside switches, over a real sshd: once, detached, without a fence and without the lock.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import type { JobReading } from '../../server/app/ports.ts'
import { createFakeLog } from '../fakes/log.ts'
import { type FakeSshd, startSshd } from '../fakes/sshd.ts'

let door: FakeSshd
let sparks: ReturnType<typeof createSparks>
beforeAll(async () => {
  door = await startSshd()
  sparks = createSparks({ privateKey: () => door.privateKey, log: createFakeLog() })
  door.tool('record', 'printf "%s\\0" "$@" >"$HOME/seen"; echo "$1" >>"$HOME/runs"; echo "it said this"; exit 3')
  door.tool('hold', 'echo "$1" >>"$HOME/runs"; until [ -e "$HOME/go" ]; do sleep 0.05; done')
})
afterAll(async () => {
  sparks.close()
  await door.stop()
})

const keyOf = (act: string) => ({ swap: `service-${act}`, step: 'act' })
const ended = async (act: string): Promise<JobReading> => {
  for (;;) {
    const reading = await sparks.readJob(door.machine, keyOf(act), 0)
    if (reading.state !== 'running') return reading
  }
}
const runs = (): string[] => door.read('runs').trim().split('\n').filter(Boolean)

it('carries its words byte for byte, and keeps what it printed and its exit code', async () => {
  const words = ['docker stop', '-t', "it's", '$(touch pwned)', 'line\nline', '--flag={"a": [1, 2]}', '']
  await sparks.startFreeJob(door.machine, { key: keyOf('bytes'), argv: ['record', ...words] })
  expect(await ended('bytes')).toMatchObject({ state: 'ended', exitCode: 3, text: 'it said this\n' })
  expect(door.read('seen')).toBe(words.map((word) => `${word}\0`).join(''))
})

it('runs once, however often it is sent, also at the same moment', async () => {
  const order = { key: keyOf('once'), argv: ['record', 'once'] }
  await Promise.all(Array.from({ length: 4 }, () => sparks.startFreeJob(door.machine, order)))
  await ended('once')
  await sparks.startFreeJob(door.machine, order)
  expect(runs().filter((run) => run === 'once')).toHaveLength(1)
})

it('goes on when the connection that sent it is gone, and keeps no switch and no other act waiting', async () => {
  const first = createSparks({ privateKey: () => door.privateKey, log: createFakeLog() })
  await first.startFreeJob(door.machine, { key: keyOf('long'), argv: ['hold', 'long'] })
  first.close()
  const swap = { appliance: 'abc', fence: 7, swap: 'swap7', step: 'start', argv: ['record', 'switch'], cwd: null, env: {} }
  await sparks.startJob(door.machine, swap)
  await sparks.startFreeJob(door.machine, { key: keyOf('beside'), argv: ['record', 'beside'] })
  expect((await ended('beside')).exitCode).toBe(3)
  for (;;) if ((await sparks.readJob(door.machine, { swap: 'swap7', step: 'start' }, 0)).state !== 'running') break
  expect((await sparks.readJob(door.machine, keyOf('long'), 0)).state).toBe('running')
  door.write('go', '')
  expect(await ended('long')).toMatchObject({ state: 'ended', exitCode: 0 })
  expect(runs()).toEqual(expect.arrayContaining(['long', 'switch', 'beside']))
})

it('a command that is not there is an exit code, not an error of ours; what was never started is absent', async () => {
  await sparks.startFreeJob(door.machine, { key: keyOf('none'), argv: ['no-such-program'] })
  expect(await ended('none')).toMatchObject({ state: 'ended', exitCode: 127 })
  expect((await sparks.readJob(door.machine, keyOf('never'), 0)).state).toBe('absent')
})
