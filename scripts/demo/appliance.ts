// The appliance as a child of the demo.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DemoError } from './ports.ts'

export interface Appliance {
  /** With a slash at its end. */
  readonly url: string
  /** Resolves when /readyz says 200; rejects with a DemoError when that does not come. */
  ready(): Promise<void>
  /** Resolves with how it ended. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

export interface ApplianceOrder {
  readonly port: number
  readonly dataDir: string
  readonly env: NodeJS.ProcessEnv
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const readyMs = 30_000
/** After this long a child that was asked to end is killed, ms. */
const patienceMs = 15_000

/** What `make demo` built, or the sources where nothing was built. */
function program(): readonly string[] {
  const built = join(root, 'dist/server/main.js')
  return existsSync(built) ? [built] : ['--import', 'tsx', join(root, 'server/main.ts')]
}

export async function startAppliance({ port, dataDir, env }: ApplianceOrder): Promise<Appliance> {
  const log = join(dataDir, 'appliance.log')
  const out = openSync(log, 'a')
  // A group of its own: Ctrl-C reaches the demo alone, which then ends everything in order.
  const child = spawn(process.execPath, program(), {
    cwd: root,
    env: { ...env, PORT: String(port), HOST: '127.0.0.1', DATA_DIR: dataDir },
    stdio: ['ignore', out, out],
    detached: true,
  })
  closeSync(out)
  const url = `http://127.0.0.1:${port}/`
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`${signal ?? `exit code ${code}`}. ${tail(log)}`))
  })
  return {
    url,
    ended,
    async ready() {
      const dead = ended.then((how) => {
        throw new DemoError(`The appliance did not start: ${how}`, 1)
      })
      await Promise.race([dead, answers(`${url}readyz`, log)])
      dead.catch(() => undefined)
    },
    stop: () => end(child, ended),
  }
}

async function answers(url: string, log: string): Promise<void> {
  const until = Date.now() + readyMs
  for (;;) {
    const isReady = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isReady) return
    if (Date.now() > until) throw new DemoError(`The appliance is not ready after ${readyMs / 1000} seconds. ${tail(log)}`, 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function end(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await ended
  clearTimeout(timer)
}

function tail(log: string): string {
  const lines = readFileSync(log, 'utf8').trim().split('\n')
  return `Its last words, from ${log}:\n${lines.slice(-5).join('\n')}`
}
