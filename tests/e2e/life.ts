// One life of the appliance as a process of its own, ended by its pid.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url))
const root = fileURLToPath(new URL('../../', import.meta.url))
/** From the start of the process to its first line, ms; generous, because a test machine may be busy. */
const startMs = 40_000

export interface Life {
  readonly url: string
  readonly port: number
  /** Everything it logged so far. */
  log(): string
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
}

/** Resolves when it says where it is. */
export async function beginLife({ dataDir, port = 0, env = {} }: LifeOptions): Promise<Life> {
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDir,
      POLL_SECONDS: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
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
  return {
    url,
    port: Number(new URL(url).port),
    log: () => err,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      child.kill('SIGTERM')
      const insist = setTimeout(() => child.kill('SIGKILL'), 12_000)
      const code = await ended
      clearTimeout(insist)
      return code
    },
  }
}
