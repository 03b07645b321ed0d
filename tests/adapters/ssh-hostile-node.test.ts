// Machines that do not stop talking, through real sshd: each is cut off in bytes and time and said, and the others go on.

import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SparkError } from '../../server/contract/errors.ts'
import { openSshHouse, type SshHouse } from '../fakes/ssh-house.ts'
import { type FakeSshd, type SshdOptions, startSshd } from '../fakes/sshd.ts'

let house: SshHouse
let doors: FakeSshd[]
beforeEach(() => {
  house = openSshHouse()
  doors = []
})
afterEach(async () => {
  await house.close()
  for (const door of doors) await door.stop()
})

const mebibyte = 1024 * 1024
/** What the appliance may grow by while a machine sends without end. An answer of 8 MiB is held twice for a moment. */
const growthBytes = 160 * mebibyte

async function spark(name: string, options: SshdOptions = {}): Promise<{ door: FakeSshd; id: string }> {
  const door = await startSshd(options)
  doors.push(door)
  door.bootAs(`${name}-2222-3333-4444-555555555555`)
  door.authorize(house.publicKey)
  return { door, id: (await house.graph.machines.add({ address: '127.0.0.1', port: door.port, user: door.machine.user, name })).id }
}

/** What the look at it said, and how much larger the process got meanwhile. */
async function look(id: string): Promise<{ code: string; sentence: string; grown: number }> {
  const before = process.memoryUsage().rss
  let most = before
  const watching = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 20)
  try {
    await house.graph.machines.check(id)
    return { code: 'fine', sentence: '', grown: most - before }
  } catch (error) {
    if (!(error instanceof SparkError)) throw error
    return { code: error.code, sentence: error.message, grown: most - before }
  } finally {
    clearInterval(watching)
  }
}

const alive = (mark: string): boolean =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark)
      } catch {
        return false
      }
    })

test.each([
  ['never ends', 'exec yes MARK'],
  ['never ends, on the other stream', 'exec yes MARK >&2'],
  ['is one gigabyte long', 'exec head -c 1073741824 /dev/zero'],
  ['is binary without end', 'exec cat /dev/urandom'],
  ['is one line without end', "exec tr '\\\\0' x </dev/zero"],
])('output that %s is cut off and said; the channel is closed and the other machines go on', async (_, command) => {
  const mark = `endless${process.pid}`
  const bad = await spark('spark-1', { loginShell: command.replace('MARK', mark) })
  const good = await spark('spark-2')
  const [told, other] = await Promise.all([look(bad.id), look(good.id)])
  expect(told).toMatchObject({
    code: 'machine_answer_unreadable',
    sentence: expect.stringContaining('it wrote more than 8 MiB and was cut off'),
  })
  expect(other.code).toBe('fine')
  expect(told.grown).toBeLessThan(growthBytes)
  await expect.poll(() => alive(mark), { timeout: 15_000 }).toBe(false)
  expect(house.graph.machines.find(bad.id).trouble?.sentence).toContain('cut off')
  expect((await look(good.id)).code).toBe('fine')
})

test('a docker that never stops writing fills neither its machine nor us: the rest of the look still counts', async () => {
  // A shell that may not have more memory than this: were the answer kept whole, it would die.
  const { door, id } = await spark('spark-1', { loginShell: 'ulimit -v 600000; exec bash -c "$SSH_ORIGINAL_COMMAND"' })
  const mark = `dockerless${process.pid}`
  door.tool('docker', `exec yes ${mark}`)
  door.tool('nvidia-smi', 'exec cat /dev/urandom')
  const told = await look(id)
  expect(told).toMatchObject({ code: 'fine' })
  expect(told.grown).toBeLessThan(growthBytes)
  const machine = house.graph.machines.find(id)
  expect(machine).toMatchObject({ state: 'reachable', containers: null, dockerProblem: 'not_running', gpuName: null })
  expect(machine.memory?.totalBytes).toBeGreaterThan(1e9)
  await expect.poll(() => alive(mark), { timeout: 15_000 }).toBe(false)
})

test('names that steer a terminal are shown without what steers', async () => {
  const { door, id } = await spark('spark-1')
  const row = { Names: 'vllm\u001b[2Jnode', Image: 'a\u009b31mb', State: 'running', Status: 'Up \u202e3 minutes' }
  door.tool('docker', `case "$*" in ps*) printf '%s\\n' '${JSON.stringify(row)}' ;; esac`)
  door.tool('hostname', "printf 'spark\\033]0;owned\\007'")
  expect((await look(id)).code).toBe('fine')
  const [container] = house.graph.machines.find(id).containers ?? []
  expect(container).toMatchObject({ name: 'vllm[2Jnode', image: 'a31mb', status: 'Up 3 minutes' })
  for (const path of [`/machines/${id}`, `/api/machines/${id}`]) {
    const text = await (await house.app.request(path, { headers: { accept: 'text/html' } })).text()
    expect(text).not.toMatch(/(?![\n\t])[\p{Cc}\u202e]/u)
  }
})

test('a port that is no SSH, and talks without end, is said in time', async () => {
  const server: Server = createServer((socket) => {
    const talk = (): void => void (socket.destroyed || socket.write('garbage '.repeat(8192), () => setImmediate(talk)))
    socket.on('error', () => undefined)
    talk()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const { id } = await house.graph.machines.add({ address: '127.0.0.1', port, user: 'alice', name: 'spark-1' })
  const told = await look(id)
  expect(told.code).toBe('machine_unreachable')
  expect(told.grown).toBeLessThan(growthBytes)
  server.close()
})
