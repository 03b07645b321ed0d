import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ToolCall, ToolIo } from './core/types.ts'
import { openToolSocket, stubText, type ToolSocket } from './doors/tool-socket.ts'
import { until } from './doors-bench.ts'

let socket: ToolSocket
let folder = ''
let calls: ToolCall[] = []
let work: (io: ToolIo) => Promise<number> = async () => 0

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tool-socket-'))
  calls = []
  socket = await openToolSocket({
    run(call, io) {
      calls.push(call)
      return work(io)
    },
  })
  writeFileSync(join(folder, 'docker'), stubText(socket, "o'node", 'docker'), { mode: 0o755 })
})
afterEach(async () => {
  await socket.close()
  rmSync(folder, { recursive: true })
})

const start = (argv: readonly string[] = [], env: Record<string, string> = {}): ChildProcess =>
  spawn(join(folder, 'docker'), argv, { cwd: folder, env: { PATH: '/usr/bin:/bin', ...env }, stdio: 'pipe' })

async function speak(child: ChildProcess): Promise<{ out: string; err: string; code: number | null }> {
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString(), code }
}

test('output of every kind arrives as it was written, on its own stream', async () => {
  const strange = 'a\\nb \\\\ %s \\c \\0101\r 100%\n\n  Zoë 東京 🚀\t\u0000\u0001end without newline'
  work = async (io) => {
    io.out(strange)
    io.err('e: ')
    io.out(strange)
    io.err('\n')
    return 42
  }
  expect(await speak(start())).toEqual({ out: strange + strange, err: 'e: \n', code: 42 })
})

test('a long answer is whole', async () => {
  const long = `${'0123456789abcdef'.repeat(20_000)}\n`
  work = async (io) => {
    io.out(long)
    return 0
  }
  expect((await speak(start())).out === long).toBe(true)
})

test('a call says its node, folder, words and the variables that matter', async () => {
  await speak(start(['ps', '', '-a'], { HOME: '/h', HF_HOME: 'two\nlines', VLLM_X: '', FAKE_ERA: 'E1', OTHER: 'not sent' }))
  expect(calls).toEqual([
    {
      node: "o'node",
      tool: 'docker',
      cwd: folder,
      argv: ['ps', '', '-a'],
      env: { HOME: '/h', HF_HOME: 'two\nlines', VLLM_X: '', FAKE_ERA: 'E1' },
    },
  ])
})

test('output flows while the tool runs', async () => {
  let finish = (): void => undefined
  work = async (io) => {
    io.out('first\n')
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    return 0
  }
  const child = start()
  const first = await new Promise<Buffer>((resolve) => child.stdout?.once('data', resolve))
  expect(first.toString()).toBe('first\n')
  finish()
  expect((await speak(child)).code).toBe(0)
})

test.each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('a client killed with %s ends its call', async (signal) => {
  let ended = false
  work = (io) =>
    new Promise((resolve) => {
      io.signal.addEventListener('abort', () => {
        ended = true
        resolve(137)
      })
    })
  const child = start()
  await until('the call arrived', () => calls.length === 1)
  expect(ended).toBe(false)
  child.kill(signal)
  await until('the call ended', () => ended)
})

test('a client whose simulator dies ends as if it was killed', async () => {
  work = () => new Promise(() => undefined)
  const child = start()
  await until('the call arrived', () => calls.length === 1)
  const spoken = speak(child)
  await socket.close()
  expect((await spoken).code).toBe(137)
  socket = await openToolSocket({ run: async () => 0 })
})

test('nobody without the secret is served', async () => {
  const stranger = connect(socket.port, '127.0.0.1')
  stranger.write(['not the secret', 'spark-1', 'docker', '/', '0', '', ''].join('\0'))
  await new Promise((resolve) => stranger.on('close', resolve))
  expect(calls).toEqual([])
})

test('paths of the simulation and of this disk stand for each other', async () => {
  socket.namePaths("o'node", [{ simulated: '/home/spark', real: folder }])
  work = async (io) => {
    io.out(`in ${calls[0]?.cwd}, of /home/spark/models\n`)
    return 0
  }
  expect((await speak(start([`${folder}/x:/y`]))).out).toBe(`in ${folder}, of ${folder}/models\n`)
  expect(calls[0]?.argv).toEqual(['/home/spark/x:/y'])
})
