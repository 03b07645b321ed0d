// One life of the appliance as a process of its own, ended by its pid.
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const sources = ['--import', 'tsx', fileURLToPath(new URL('../../server/main.ts', import.meta.url))]
const built = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))
/** From the start of the process to its first line, ms; generous, because a test machine may be busy. */
const startMs = 40_000
/** After this long a process that was told to stop is killed, ms. */
const patienceMs = 12_000

export interface Life {
  readonly url: string
  readonly port: number
  /** From the start of the process to the line that says it is ready, ms. */
  readonly readyMs: number
  /** Everything it logged so far. */
  log(): string
  /** Resident memory now, bytes. */
  memory(): number
  /** User and system time of the process so far, ms. */
  processorMs(): number
  /** Ends at this instant, as by a power cut. */
  kill(): Promise<void>
  /** Is told to stop; resolves with its exit code. */
  stop(): Promise<number | null>
}

export interface LifeOptions {
  readonly dataDir: string
  /** 0: a free one. */
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
  /** What `make build` made, as it runs at an owner's home, with its usual polls; otherwise the sources, polling each second. */
  readonly built?: boolean
}

function begin({ dataDir, port = 0, env = {}, built: isBuilt = false }: LifeOptions): ChildProcessByStdio<null, Readable, Readable> {
  if (isBuilt && !existsSync(built)) throw new Error('There is no dist/: run make build first.')
  return spawn(process.execPath, isBuilt ? [built] : sources, {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDir,
      ...(isBuilt ? {} : { POLL_SECONDS: '1' }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** A life that is killed so long after its start, ready or not. */
export async function beginAndKill(options: LifeOptions, ms: number): Promise<void> {
  const child = begin(options)
  for (const stream of [child.stdout, child.stderr]) stream.resume()
  const ended = new Promise((resolve) => child.once('close', resolve))
  await new Promise((resolve) => setTimeout(resolve, ms))
  child.kill('SIGKILL')
  await ended
}

/** Resolves when it says where it is. */
export async function beginLife(options: LifeOptions): Promise<Life> {
  const began = performance.now()
  const child = begin(options)
  let out = ''
  let err = ''
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString()
  })
  const url = await new Promise<string>((resolve, reject) => {
    const tooLate = setTimeout(() => reject(new Error(`the appliance did not start in time: ${err}`)), startMs)
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString()
      const found = /ready at (http:\S+?)\/?\s/.exec(out)?.[1]
      if (found === undefined) return
      clearTimeout(tooLate)
      resolve(found)
    })
    void ended.then((code) => {
      clearTimeout(tooLate)
      reject(new Error(`the appliance ended with ${code}: ${err}`))
    })
  }).catch(async (error: unknown) => {
    child.kill('SIGKILL')
    await ended
    throw error
  })
  const proc = (file: string): string => readFileSync(`/proc/${child.pid}/${file}`, 'utf8')
  return {
    url,
    port: Number(new URL(url).port),
    readyMs: performance.now() - began,
    log: () => err,
    memory: () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(proc('status'))?.[1] ?? Number.NaN) * 1024,
    processorMs: () => processorMsOf(proc('stat')),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      child.kill('SIGTERM')
      const insist = setTimeout(() => child.kill('SIGKILL'), patienceMs)
      const code = await ended
      clearTimeout(insist)
      return code
    },
  }
}

/** Fields 14 and 15 of /proc/PID/stat; the name before them may hold anything. */
function processorMsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  return (ticks * 1000) / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
}
