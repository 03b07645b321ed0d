// The demo as a person starts it, in its own process.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { send } from './doors/node-processes.ts'
import { until } from './doors-bench.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Running {
  readonly child: ChildProcess
  said(): string
  readonly ended: Promise<number | null>
}

const started: Running[] = []
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    if (child.exitCode === null && child.pid !== undefined) send(child.pid, 'SIGTERM')
    await ended
  }
})

/** In a process group of its own, as a terminal gives a command one. */
function start(script: string, env: Record<string, string>, ...args: string[]): Running {
  let text = ''
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const running = { child, said: () => text, ended: new Promise<number | null>((resolve) => child.on('close', resolve)) }
  started.push(running)
  return running
}

async function startDemo(): Promise<{ running: Running; url: string; dataDir: string }> {
  const running = start('scripts/demo.ts', { PORT: '0' })
  await until(`the demo says where it is: ${running.said()}`, () => /Data {8}\S/.test(running.said()), 40_000)
  const url = /Open it\s+(\S+)/.exec(running.said())?.[1] ?? ''
  const dataDir = /Data\s+(\S+)/.exec(running.said())?.[1] ?? ''
  return { running, url, dataDir }
}

const json = async <T>(url: string, body?: unknown): Promise<T> => {
  const init = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return (await (await fetch(url, init)).json()) as T
}

/** Pids of processes that work in or for a folder. */
function pidsNaming(folder: string): readonly string[] {
  return readProcesses().filter((pid) => ['environ', 'cmdline'].some((file) => readText(`/proc/${pid}/${file}`).includes(folder)))
}

const readProcesses = (): readonly string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name))

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

test('the demo is two Sparks behind SSH that switch and answer, and Ctrl-C leaves nothing behind', { timeout: 90_000 }, async () => {
  const { running, url, dataDir } = await startDemo()
  expect((await fetch(`${url}readyz`)).status).toBe(200)
  const machines = async (): Promise<readonly { name: string; state: string }[]> =>
    (await json<{ machines: { name: string; state: string }[] }>(`${url}api/machines`)).machines
  await until('both are reachable', async () => (await machines()).filter((one) => one.state === 'reachable').length === 2, 15_000)

  interface Model {
    readonly id: string
    readonly recipe: { readonly confirmed: boolean } | null
    readonly canRun: { readonly verdict: string }
  }
  const models = async (): Promise<readonly Model[]> => (await json<{ models: Model[] }>(`${url}api/models`)).models
  const readyToRun = async (): Promise<readonly Model[]> =>
    (await models()).filter((one) => one.recipe?.confirmed === true && one.canRun.verdict === 'now')
  await until('three models need no set-up', async () => (await readyToRun()).length >= 3, 15_000)

  const { id } = await json<{ id: string }>(`${url}api/swap`, { model: 'openai/gpt-oss-20b' })
  const state = async (): Promise<string> => (await json<{ state: string }>(`${url}api/swap/${id}`)).state
  await until('the switch ended', async () => (await state()) !== 'running', 30_000)
  expect(await state()).toBe('succeeded')
  const answer = await json<{ choices: { message: { content: string } }[] }>(`${url}v1/chat/completions`, {
    model: 'openai/gpt-oss-20b',
    messages: [{ role: 'user', content: 'Good day' }],
  })
  expect(answer.choices[0]?.message.content).toMatch(/^Hello from openai\/gpt-oss-20b on spark-1\. You wrote: "Good day"/)

  const breaking = start('scripts/break.ts', { PORT: new URL(url).port }, 'F7', '--node', 'spark-1', '--times', '1')
  expect(await breaking.ended).toBe(0)
  expect(breaking.said()).toBe('F7 is on.\nBroken now:\n  F7, on spark-1, 1 more\n')

  const folder = join(dataDir, '..')
  expect(pidsNaming(folder).length).toBeGreaterThan(0)
  process.kill(-(running.child.pid ?? 0), 'SIGINT')
  expect(await running.ended).toBe(0)
  expect(pidsNaming(folder)).toEqual([])
  expect(existsSync(folder)).toBe(false)
})

test('a taken port is told in one sentence', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const at = server.address()
  const port = typeof at === 'object' && at !== null ? at.port : 0
  const running = start('scripts/demo.ts', { PORT: String(port) })
  expect(await running.ended).toBe(69)
  expect(running.said()).toBe(`Port ${port} is taken by another program. Stop it, or choose another port: PORT=${port + 1} make demo\n`)
  await new Promise((resolve) => server.close(resolve))
})

test('a demo that is stopped while it starts leaves nothing behind', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-test-'))
  const running = start('scripts/demo.ts', { PORT: '0', TMPDIR: folder })
  const isBegun = (): boolean => readdirSync(folder).some((name) => name.startsWith('spark-control-demo-'))
  await until('it began', isBegun, 20_000)
  process.kill(running.child.pid ?? 0, 'SIGTERM')
  expect(await running.ended).toBe(0)
  expect(running.said()).toBe('')
  expect(readdirSync(folder).filter((name) => name.startsWith('spark'))).toEqual([])
  expect(pidsNaming(folder)).toEqual([])
  rmSync(folder, { recursive: true })
})

test('breaking needs a demo and a switch that exists', async () => {
  const nowhere = start('scripts/break.ts', { PORT: '1' }, 'F7')
  expect(await nowhere.ended).toBe(1)
  expect(nowhere.said()).toMatch(/^No demo runs at port 1\./)
  const unknown = start('scripts/break.ts', { PORT: '1' }, 'F99')
  expect(await unknown.ended).toBe(1)
  expect(unknown.said()).toMatch(/^There is no switch "F99"\.\n\n {2}break\.ts FAULT/)
})
