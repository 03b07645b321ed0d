// The only place that sees the process: reads the environment once, builds the graph, listens, and on SIGTERM closes in reverse.
// Ends by exit code, never by force: 0 stopped as asked, 69 the port is taken, 73 the data folder or database cannot be used,
// 78 an environment variable is wrong, 1 anything else.
import { randomBytes } from 'node:crypto'
import { accessSync, chmodSync, constants, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { createAdaptorServer } from '@hono/node-server'
import { createRecipeFiles, readFamilies } from './adapters/files/recipe-files.ts'
import { shippedRecipes } from './adapters/files/shipped-dir.ts'
import { readWebAssets } from './adapters/files/web-assets.ts'
import { createEngines } from './adapters/outbound/engines.ts'
import { generateKeyPair } from './adapters/ssh/key-pair.ts'
import { createSparks } from './adapters/ssh/sparks.ts'
import { createSystemClock } from './adapters/system/clock.ts'
import { createSystemIds } from './adapters/system/ids.ts'
import { createLog } from './adapters/system/log.ts'
import type { RecipeFiles } from './app/recipe-ports.ts'
import { compose } from './compose.ts'
import { SparkError, tellError } from './contract/errors.ts'
import { inferWith } from './domain/models.ts'
import { type Access, createAccess } from './http/access.ts'
import { createApp } from './http/app.ts'
import { createPages } from './http/pages/pages.tsx'
import { createRenderProblem } from './http/pages/problem.tsx'
import { usableStores } from './usable-stores.ts'

/** How long open answers (a chat in the middle of a sentence) may go on after the server was told to stop, ms. */
const drainMs = 7000

/** What the environment decides once, at start. */
export interface Boot {
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly logLevel: string
}

/** The server cannot start; told in one sentence. */
class BootError extends Error {
  override readonly name = 'BootError'
  readonly exitCode: number

  constructor(sentence: string, exitCode: number, options?: { cause?: unknown }) {
    super(sentence, options)
    this.exitCode = exitCode
  }
}

type Env = Readonly<Record<string, string | undefined>>
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

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error))

export const databasePath = (dataDir: string): string => join(dataDir, 'spark-control.sqlite')

function openDataDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new BootError(
      `The data folder ${dir} cannot be written (${codeOf(cause)}). Make it belong to this user, or name another one in DATA_DIR.`,
      73,
      { cause },
    )
  }
}

/** Signs sessions; made once, so that nobody has to sign in again after a restart. */
function sessionSecret(dataDir: string): string {
  const path = join(dataDir, 'session-key')
  try {
    const kept = readFileSync(path, 'utf8').trim()
    if (/^[0-9a-f]{64}$/.test(kept)) return kept
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw new BootError(`${path} cannot be read (${codeOf(error)}).`, 73, { cause: error })
  }
  const made = randomBytes(32).toString('hex')
  try {
    writeFileSync(path, `${made}\n`, { mode: 0o600 })
    chmodSync(path, 0o600)
  } catch (error) {
    // A full disk keeps nobody out: sessions end with this process then.
    if (codeOf(error) !== 'ENOSPC') throw error
  }
  return made
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** The nearest package.json above this file: beside the sources, or above dist/. */
function ownVersion(): string {
  let dir = dirname(fileURLToPath(import.meta.url))
  for (let up = 0; up < 4; up += 1, dir = dirname(dir)) {
    try {
      const read = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { name?: string; version?: string }
      if (read.name === 'spark-control' && read.version !== undefined) return read.version
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
  }
  return '0.0.0'
}

async function recipesOf(dataDir: string): Promise<{ recipeFiles: RecipeFiles; infer: ReturnType<typeof inferWith> }> {
  const shipped = shippedRecipes()
  const files = createRecipeFiles({ shippedDir: shipped.models, ownerDir: join(dataDir, 'recipes') })
  const { families, problems: ofFamilies } = await readFamilies(shipped.families)
  const read: RecipeFiles['read'] = async () => {
    const found = await files.read()
    return { ...found, problems: [...found.problems, ...ofFamilies] }
  }
  return { recipeFiles: { ...files, read }, infer: inferWith(families) }
}

function listening(server: Server, { host, port }: Boot): Promise<AddressInfo> {
  return new Promise((done, failed) => {
    server.once('error', (cause) => {
      const code = codeOf(cause)
      if (code === 'EADDRINUSE') {
        const sentence = `Port ${port} of ${host} is already in use. Stop what uses it (is Spark Control running already?), or name another one in PORT.`
        return failed(new BootError(sentence, 69, { cause }))
      }
      if (code === 'EACCES')
        return failed(new BootError(`Port ${port} may not be used by this user. Name one above 1023 in PORT.`, 69, { cause }))
      if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
        return failed(new BootError(`HOST ${host} is not an address of this computer.`, 78, { cause }))
      }
      failed(cause)
    })
    server.listen(port, host, () => done(server.address() as AddressInfo))
  })
}

/** Stops accepting, lets answers end within the limit, then hangs up. */
async function drained(server: Server, clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> }): Promise<void> {
  const enough = new AbortController()
  const closed = new Promise<void>((done) => server.close(() => done()))
  const hangUp = clock.sleep(drainMs, enough.signal).then(
    () => server.closeAllConnections(),
    () => undefined,
  )
  const idle = (async () => {
    while (!enough.signal.aborted) {
      server.closeIdleConnections()
      await clock.sleep(50, enough.signal).catch(() => undefined)
    }
  })()
  await closed
  enough.abort()
  await Promise.all([hangUp, idle])
}

/** Calls once at the first SIGTERM or SIGINT; a second one ends the process at once, as it would without us. Returns how to stop listening. */
function onStop(act: (name: string) => void): () => void {
  const names = ['SIGTERM', 'SIGINT'] as const
  const off = (): void => {
    for (const one of names) process.off(one, heard)
  }
  const heard = (name: NodeJS.Signals): void => {
    off()
    act(name)
  }
  for (const one of names) process.on(one, heard)
  return off
}

const askedToStop = (): Promise<string> => new Promise((done) => void onStop(done))

function greeting(boot: Boot, at: AddressInfo, access: Access, trouble: string | null = null): string {
  const shown = at.address === '0.0.0.0' || at.address === '::' ? '127.0.0.1' : at.family === 'IPv6' ? `[${at.address}]` : at.address
  const url = `http://${shown}:${at.port}/`
  const lines = [trouble === null ? `Spark Control is ready at ${url}` : `Spark Control waits for you at ${url}\n${trouble}`]
  if (access.code !== null) {
    lines.push(`It listens on ${boot.host}, so others on your network can see it. To change anything, enter this set-up code once:`)
    lines.push('', `    ${access.code}`, '')
  }
  return lines.join('\n')
}

/** What has been opened, closed in reverse; one that fails to close does not keep the others open. */
function createClosing(report: (error: unknown) => void): { add(close: () => unknown): void; all(): Promise<void> } {
  const open: (() => unknown)[] = []
  return {
    add: (close) => void open.push(close),
    async all() {
      for (const close of open.splice(0).reverse()) {
        try {
          await close()
        } catch (error) {
          report(error)
        }
      }
    },
  }
}

async function run(boot: Boot, env: Env): Promise<void> {
  const log = createLog({ level: boot.logLevel, destination: process.stderr })
  const clock = createSystemClock({ onError: (error) => log.error('something that runs by itself failed', { error }) })
  const ids = createSystemIds()
  const closing = createClosing((error) => log.error('closing failed', { error }))
  const stray = (error: unknown): void => log.error('a promise was left alone', { error })
  process.on('unhandledRejection', stray)
  closing.add(() => process.off('unhandledRejection', stray))
  try {
    openDataDir(boot.dataDir)
    const access = createAccess({ clock, ids, loopback: isLoopback(boot.host), secret: sessionSecret(boot.dataDir) })
    const version = ownVersion()
    const renderProblem = createRenderProblem(version)
    const assets = readWebAssets(fileURLToPath(new URL('../web/', import.meta.url)))
    const door = createDoor()
    const server = createAdaptorServer({ fetch: door.fetch }) as Server
    const at = await listening(server, boot)
    const hangUp = once(() => drained(server, clock))
    closing.add(hangUp)
    const front = { access, assets, renderProblem, version, clock, ids, log }

    const early = new AbortController()
    const offStop = onStop(() => early.abort())
    const stores = await usableStores({
      ...front,
      path: databasePath(boot.dataDir),
      env,
      serve: (app) => door.open(app.fetch),
      announce: (trouble) => void process.stdout.write(`${greeting(boot, at, access, trouble)}\n`),
      stopped: early.signal,
    })
    offStop()
    if (stores === null) return
    closing.add(() => stores.close())
    const engines = createEngines({ log })
    closing.add(() => engines.close())
    const sparks = createSparks({ clock, log, privateKey: () => stores.machines.keyPair()?.privateKey ?? '' })
    closing.add(() => sparks.close())
    const graph = compose({
      clock,
      ids,
      log,
      stores,
      sparks,
      engines,
      ...(await recipesOf(boot.dataDir)),
      generateKeyPair,
      env,
      version,
    })
    closing.add(() => graph.close())
    const ending = new AbortController()
    closing.add(hangUp)
    closing.add(() => ending.abort())
    const pages = createPages({ useCases: graph, clock, assets, access, ending: ending.signal })
    door.open(createApp({ ...front, useCases: graph, parseOutput: false, pages, ending: ending.signal }).fetch)
    await graph.start()
    process.stdout.write(`${greeting(boot, at, access)}\n`)
    log.info('stopping; switches go on, on the machines', { signal: await askedToStop() })
  } finally {
    await closing.all()
  }
}

type Fetch = ReturnType<typeof createApp>['fetch']

/** Where requests come in. The address is taken before any machine is touched; who comes early waits until somebody answers. */
function createDoor(): { readonly fetch: (...request: Parameters<Fetch>) => Promise<Response>; open(answering: Fetch): void } {
  let open: (answering: Fetch) => void = () => undefined
  let answering: Promise<Fetch> = new Promise((done) => {
    open = done
  })
  return {
    fetch: async (...request) => (await answering)(...request),
    open(next) {
      open(next)
      answering = Promise.resolve(next)
    },
  }
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null
  return () => {
    done ??= act()
    return done
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof SparkError) {
    const { happened, now, next } = tellError(error.code, error.facts)
    return [happened, now, next].join(' ')
  }
  return error instanceof BootError ? error.message : String(error instanceof Error ? error.stack : error)
}

/** The whole life of the appliance; resolves when it has ended. The exit code is in process.exitCode. */
export async function main(): Promise<void> {
  // Of a hundred machines, each looked at every 5 s, 38 MB are alive in the heap; the rest of what V8 takes is garbage not yet collected.
  // New objects get no more room than they have by now (16 MB, twice). V8 would go on to 64 MB twice, which buys no speed here.
  setFlagsFromString('--semi-space-growth-factor=1')
  // Old objects are collected when they have grown by half; V8 would wait for two to four times what is alive. Resident after a
  // minute: 242 MB as V8 does it, 218 by 100 %, 193 by 60 %, 183 by 30 %, which costs a tenth more processor time than 100 %.
  setFlagsFromString('--heap-growing-percent=50')
  try {
    await run(readBoot(process.env), process.env)
  } catch (error) {
    process.exitCode = error instanceof BootError ? error.exitCode : 1
    if (error instanceof SparkError && error.code === 'setting_invalid') process.exitCode = 78
    if (error instanceof SparkError && error.code.startsWith('storage_')) process.exitCode = 73
    process.stderr.write(`${sentenceOf(error)}\n`)
  }
}

const started = process.argv[1]
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) await main()
