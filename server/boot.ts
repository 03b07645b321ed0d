// What the environment decides once, at start, and the folder everything is kept in.
import { randomBytes } from 'node:crypto'
import { accessSync, chmodSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { failureCode, failureWord } from './domain/failure-code.ts'

/** What the environment decides once, at start. */
export interface Boot {
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly logLevel: string
}

/** The server cannot start; told in one sentence. */
export class BootError extends Error {
  override readonly name = 'BootError'
  readonly exitCode: number

  constructor(sentence: string, exitCode: number, options?: { cause?: unknown }) {
    super(sentence, options)
    this.exitCode = exitCode
  }
}

export type Env = Readonly<Record<string, string | undefined>>
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** Empty counts as not set: that is what `PORT= make run` means. */
export function readBoot(env: Env): Boot {
  const given = (name: string, otherwise: string): string => {
    const value = env[name]?.trim() ?? ''
    return value === '' ? otherwise : value
  }
  const port = given('PORT', '9999')
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new BootError(`PORT must be a number from 0 to 65535, not "${port}".`, 78)
  }
  const host = given('HOST', '127.0.0.1')
  if (!/^[A-Za-z0-9.:_-]{1,253}$/.test(host)) throw new BootError(`HOST must be an address to listen on, not "${host}".`, 78)
  const logLevel = given('LOG_LEVEL', 'info')
  if (!logLevels.includes(logLevel)) throw new BootError(`LOG_LEVEL must be one of ${logLevels.join(', ')}, not "${logLevel}".`, 78)
  return { port: Number(port), host, dataDir: resolve(given('DATA_DIR', './data')), logLevel }
}

export const databasePath = (dataDir: string): string => join(dataDir, 'spark-control.sqlite')

export function openDataDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new BootError(
      `The data folder ${dir} cannot be written (${failureWord(cause)}). Make it belong to this user, or name another one in DATA_DIR.`,
      73,
      { cause },
    )
  }
}

const localKeyFile = 'local-key'

/** The command line on this computer shows it to the appliance; made once. Whoever can read the data folder has everything anyway. */
export function localKey(dataDir: string): string {
  const path = join(dataDir, localKeyFile)
  const kept = keptLocalKey(dataDir)
  if (kept !== null) return kept
  const made = randomBytes(32).toString('hex')
  try {
    writeFileSync(path, `${made}\n`, { mode: 0o600 })
    chmodSync(path, 0o600)
  } catch (error) {
    // A full disk keeps nobody out: the key is this process's own then.
    if (failureCode(error) !== 'ENOSPC') throw error
  }
  return made
}

/** Null: no appliance has run on this data folder yet. */
export function keptLocalKey(dataDir: string): string | null {
  const path = join(dataDir, localKeyFile)
  try {
    const kept = readFileSync(path, 'utf8').trim()
    return /^[0-9a-f]{64}$/.test(kept) ? kept : null
  } catch (error) {
    if (failureCode(error) === 'ENOENT') return null
    throw new BootError(`${path} cannot be read (${failureWord(error)}).`, 73, { cause: error })
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
