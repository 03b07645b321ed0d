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
import { openStores } from './adapters/sqlite/open.ts'
import { StorageError } from './adapters/sqlite/storage-error.ts'
import { generateKeyPair } from './adapters/ssh/key-pair.ts'
import { createSparks } from './adapters/ssh/sparks.ts'
import { createSystemClock } from './adapters/system/clock.ts'
import { createSystemIds } from './adapters/system/ids.ts'
import { createLog } from './adapters/system/log.ts'
import type { RecipeFiles } from './app/ports.ts'
import { compose, type Graph } from './compose.ts'
import { SparkError } from './contract/errors.ts'
import { inferWith } from './domain/models.ts'
import { type Access, createAccess } from './http/access.ts'
import { createApp } from './http/app.ts'
import { createPages } from './http/pages/pages.tsx'
import { createRenderProblem } from './http/pages/problem.tsx'

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
  writeFileSync(path, `${made}\n`, { mode: 0o600 })
  chmodSync(path, 0o600)
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
    const { recipes, problems } = await files.read()
    return { recipes, problems: [...problems, ...ofFamilies] }
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

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once, as it would without us. */
function askedToStop(): Promise<string> {
  return new Promise((done) => {
    const names = ['SIGTERM', 'SIGINT'] as const
    const heard = (name: NodeJS.Signals): void => {
      for (const one of names) process.off(one, heard)
      done(name)
    }
    for (const one of names) process.on(one, heard)
  })
}

function greeting(boot: Boot, at: AddressInfo, access: Access): string {
  const shown = at.address === '0.0.0.0' || at.address === '::' ? '127.0.0.1' : at.family === 'IPv6' ? `[${at.address}]` : at.address
  const lines = [`Spark Control is ready at http://${shown}:${at.port}/`]
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
    const stores = openStores({ path: join(boot.dataDir, 'spark-control.sqlite'), ids, log })
    closing.add(() => stores.close())
    const engines = createEngines({ log })
    closing.add(() => engines.close())
    const sparks = createSparks({ clock, log, privateKey: () => stores.machines.keyPair()?.privateKey ?? '' })
    closing.add(() => sparks.close())
    const world = {
      clock,
      ids,
      log,
      stores,
      sparks,
      engines,
      ...(await recipesOf(boot.dataDir)),
      generateKeyPair,
      env,
      version: ownVersion(),
    }
    const graph = compose(world)
    closing.add(() => graph.close())
    await serve(boot, graph, { clock, ids, log, secret: sessionSecret(boot.dataDir), closing })
    log.info('stopping; switches go on, on the machines', { signal: await askedToStop() })
  } finally {
    await closing.all()
  }
}

type Tools = Pick<Parameters<typeof createApp>[0], 'clock' | 'ids' | 'log'> & {
  readonly secret: string
  readonly closing: ReturnType<typeof createClosing>
}

/** Listens first (a taken port is told before any machine is touched), then starts the graph, then says where it is. */
async function serve(boot: Boot, graph: Graph, { clock, ids, log, secret, closing }: Tools): Promise<void> {
  const access = createAccess({ clock, ids, loopback: isLoopback(boot.host), secret })
  const ending = new AbortController()
  const pages = createPages({
    useCases: graph,
    clock,
    assets: readWebAssets(fileURLToPath(new URL('../web/', import.meta.url))),
    access,
    ending: ending.signal,
  })
  const renderProblem = createRenderProblem(graph.version)
  const app = createApp({ useCases: graph, clock, ids, log, access, parseOutput: false, pages, renderProblem, ending: ending.signal })
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  const at = await listening(server, boot)
  closing.add(() => drained(server, clock))
  closing.add(() => ending.abort())
  await graph.start()
  process.stdout.write(`${greeting(boot, at, access)}\n`)
}

/** The whole life of the appliance; resolves when it has ended. The exit code is in process.exitCode. */
export async function main(): Promise<void> {
  // New objects get no more room than they have by now (16 MB, twice). V8 would go on to 64 MB twice, which buys no speed here and is more
  // memory than a hundred machines need.
  setFlagsFromString('--semi-space-growth-factor=1')
  try {
    await run(readBoot(process.env), process.env)
  } catch (error) {
    process.exitCode = error instanceof BootError ? error.exitCode : error instanceof StorageError ? 73 : 1
    if (error instanceof SparkError && error.code === 'setting_invalid') process.exitCode = 78
    const told = error instanceof BootError || error instanceof StorageError || error instanceof SparkError
    process.stderr.write(`${told ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  }
}

const started = process.argv[1]
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) await main()
