// The only place that sees the process: reads the environment once, builds the graph, listens, and on SIGTERM closes in reverse.
// Ends by exit code, never by force: 0 stopped as asked, 69 the port is taken, 73 the data folder or database cannot be used,
// 78 an environment variable is wrong, 1 anything else.
import { readFileSync, realpathSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { createAdaptorServer } from '@hono/node-server'
import { createCronTimes } from './adapters/calendar/cron-times.ts'
import { createRecipeFiles, readFamilies } from './adapters/files/recipe-files.ts'
import { settingsText } from './adapters/files/settings-text.ts'
import { shippedRecipes } from './adapters/files/shipped-dir.ts'
import { readWebAssets } from './adapters/files/web-assets.ts'
import { createEngines } from './adapters/outbound/engines.ts'
import { createServiceDoors } from './adapters/outbound/service-doors.ts'
import { createWebhookSender } from './adapters/outbound/webhook-sender.ts'
import { generateKeyPair } from './adapters/ssh/key-pair.ts'
import { createSparks } from './adapters/ssh/sparks.ts'
import { createSystemClock } from './adapters/system/clock.ts'
import { createSystemIds } from './adapters/system/ids.ts'
import { createLog } from './adapters/system/log.ts'
import { createOwnWatch } from './adapters/system/own-watch.ts'
import { createPasswords } from './adapters/system/passwords.ts'
import { createSealer } from './adapters/system/sealer.ts'
import { setUpCode } from './app/access.ts'
import type { RecipeFiles } from './app/recipe-ports.ts'
import { type Boot, BootError, databasePath, type Env, isLoopback, localKey, openDataDir, readBoot } from './boot.ts'
import { compose } from './compose.ts'
import { SparkError, tellError } from './contract/errors.ts'
import { failureCode } from './domain/failure-code.ts'
import { inferWith } from './domain/models.ts'
import { createApp } from './http/app.ts'
import { createPages } from './http/pages/pages.tsx'
import { createRenderProblem } from './http/pages/problem.tsx'
import { mostConnections, slowClientLimits } from './http/slow-clients.ts'
import { createDoor, drained, listening, once } from './listening.ts'
import { usableStores } from './usable-stores.ts'

/** The nearest package.json above this file: beside the sources, or above dist/. */
function ownVersion(): string {
  let dir = dirname(fileURLToPath(import.meta.url))
  for (let up = 0; up < 4; up += 1, dir = dirname(dir)) {
    try {
      const read = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { name?: string; version?: string }
      if (read.name === 'spark-control' && read.version !== undefined) return read.version
    } catch (error) {
      if (failureCode(error) !== 'ENOENT') throw error
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

function greeting(boot: Boot, at: AddressInfo, code: string | null, trouble: string | null = null): string {
  const shown = at.address === '0.0.0.0' || at.address === '::' ? '127.0.0.1' : at.family === 'IPv6' ? `[${at.address}]` : at.address
  const url = `http://${shown}:${at.port}/`
  const lines = [trouble === null ? `Spark Control is ready at ${url}` : `Spark Control waits for you at ${url}\n${trouble}`]
  if (code !== null) {
    lines.push(`It listens on ${boot.host}, so others on your network can see it. Enter this set-up code there, and choose a password:`)
    lines.push('', `    ${code}`, '')
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
    const loopback = isLoopback(boot.host)
    const wayIn = { loopback, code: setUpCode(ids), localKey: localKey(boot.dataDir), passwords: createPasswords() }
    const version = ownVersion()
    const renderProblem = createRenderProblem(version)
    const assets = readWebAssets(fileURLToPath(new URL('../web/', import.meta.url)))
    const door = createDoor()
    const server = createAdaptorServer({ fetch: door.fetch, serverOptions: slowClientLimits }) as Server
    server.maxConnections = mostConnections
    const at = await listening(server, boot)
    const hangUp = once(() => drained(server, clock))
    closing.add(hangUp)
    const front = { assets, renderProblem, version, clock, ids, log }

    const early = new AbortController()
    const offStop = onStop(() => early.abort())
    const stores = await usableStores({
      ...front,
      wayIn,
      path: databasePath(boot.dataDir),
      env,
      serve: (app) => door.open(app.fetch),
      announce: (trouble) => void process.stdout.write(`${greeting(boot, at, loopback ? null : wayIn.code, trouble)}\n`),
      stopped: early.signal,
    })
    offStop()
    if (stores === null) return
    closing.add(() => stores.close())
    const engines = createEngines({ log })
    closing.add(() => engines.close())
    const webhookSender = createWebhookSender({ ownPorts: [at.port], appliance: stores.appliance, version })
    const serviceDoors = createServiceDoors({ ownPorts: [at.port] })
    closing.add(() => serviceDoors.close())
    const sparks = createSparks({ clock, log, privateKey: () => stores.machines.keyPair()?.privateKey ?? '' })
    closing.add(() => sparks.close())
    const ownWatch = createOwnWatch()
    closing.add(() => ownWatch.close())
    const graph = compose({
      ownWatch,
      clock,
      ids,
      log,
      stores,
      sparks,
      engines,
      webhookSender,
      serviceDoors,
      sealer: createSealer({ path: join(boot.dataDir, 'secrets-key'), log }),
      settingsText,
      cronTimes: createCronTimes(),
      ...(await recipesOf(boot.dataDir)),
      generateKeyPair,
      env,
      version,
      wayIn,
    })
    closing.add(() => graph.close())
    const ending = new AbortController()
    closing.add(hangUp)
    closing.add(() => ending.abort())
    const pages = createPages({ useCases: graph, clock, assets, ending: ending.signal })
    door.open(createApp({ ...front, useCases: graph, parseOutput: false, pages, ending: ending.signal }).fetch)
    await graph.start()
    process.stdout.write(`${greeting(boot, at, graph.access.setUpCode())}\n`)
    log.info('stopping; switches go on, on the machines', { signal: await askedToStop() })
  } finally {
    await closing.all()
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
  // Old objects are collected when they have grown by a third; V8 would wait for two to four times what is alive. Of a hundred machines
  // and their streams, with Home open: resident 265 MB and 20.9 % of a core by 50 %, 215 MB and 26.2 % by 20 %.
  setFlagsFromString('--heap-growing-percent=33')
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
