// The appliance in this process over the same real sshd, with a stopwatch around each call to a machine or an engine: what of a
// switch's time is spent waiting for the other end, and what is our own.

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { createCronTimes } from '../../server/adapters/calendar/cron-times.ts'
import { createRecipeFiles, readFamilies } from '../../server/adapters/files/recipe-files.ts'
import { settingsText } from '../../server/adapters/files/settings-text.ts'
import { shippedRecipes } from '../../server/adapters/files/shipped-dir.ts'
import { createEngines } from '../../server/adapters/outbound/engines.ts'
import { createServiceDoors } from '../../server/adapters/outbound/service-doors.ts'
import { openStores } from '../../server/adapters/sqlite/open.ts'
import { generateKeyPair } from '../../server/adapters/ssh/key-pair.ts'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import { createSystemClock } from '../../server/adapters/system/clock.ts'
import { createSystemIds } from '../../server/adapters/system/ids.ts'
import { createLog } from '../../server/adapters/system/log.ts'
import { compose } from '../../server/compose.ts'
import { type Client, createClient } from '../../server/contract/client.ts'
import { inferWith } from '../../server/domain/models.ts'
import { createApp } from '../../server/http/app.ts'
import { fakeWayIn } from '../fakes/access.ts'
import { createFakeSealer } from '../fakes/sealer.ts'
import { createFakeWebhookSender } from '../fakes/webhook-sender.ts'
import { type Closing, openFolder } from './ground.ts'

/** One call to a machine or an engine, ms since the epoch. */
export interface Call {
  readonly name: string
  readonly from: number
  readonly to: number
}

export interface Stopwatched {
  readonly client: Client
  readonly calls: readonly Call[]
}

export async function openStopwatched(closing: Closing): Promise<Stopwatched> {
  const calls: Call[] = []
  const log = createLog({ level: 'error', destination: process.stderr })
  const clock = createSystemClock({ onError: (error) => console.error(error) })
  const ids = createSystemIds()
  const folder = openFolder(closing)
  const stores = openStores({ path: join(folder, 'spark-control.sqlite'), ids, log })
  closing.add(() => stores.close())
  const engines = createEngines({ log })
  const serviceDoors = createServiceDoors({ ownPorts: [] })
  closing.add(() => serviceDoors.close())
  closing.add(() => engines.close())
  const sparks = createSparks({ clock, log, privateKey: () => stores.machines.keyPair()?.privateKey ?? '' })
  closing.add(() => sparks.close())
  const shipped = shippedRecipes()
  const graph = compose({
    clock,
    ids,
    log,
    stores,
    sparks: stopwatched(sparks, 'ssh', calls),
    engines: stopwatched(engines, 'engine', calls),
    webhookSender: createFakeWebhookSender(),
    serviceDoors,
    sealer: createFakeSealer(),
    settingsText,
    cronTimes: createCronTimes(),
    recipeFiles: createRecipeFiles({ shippedDir: shipped.models, ownerDir: join(folder, 'recipes') }),
    infer: inferWith((await readFamilies(shipped.families)).families),
    generateKeyPair,
    // A poll in the middle of a switch would be taken for a part of it.
    env: { POLL_SECONDS: '300', SCAN_SECONDS: '3600' },
    version: '0.0.0',
    wayIn: fakeWayIn(),
  })
  closing.add(() => graph.close())
  const app = createApp({ useCases: graph, clock, ids, log, parseOutput: false })
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.add(() => {
    server.closeAllConnections()
    server.close()
  })
  await graph.start()
  return { client: createClient(fetch, `http://127.0.0.1:${(server.address() as AddressInfo).port}`), calls }
}

/** The same thing, with each call that returns a promise written down. */
function stopwatched<Port extends object>(port: Port, kind: string, calls: Call[]): Port {
  return new Proxy(port, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        const from = Date.now()
        const given: unknown = Reflect.apply(member, target, args)
        if (!(given instanceof Promise)) return given
        return given.finally(() => calls.push({ name: `${kind} ${String(name)}`, from, to: Date.now() }))
      }
    },
  })
}

/** How long at least one of these calls was under way between two moments, ms. */
export function waited(calls: readonly Call[], from: number, to: number): number {
  let covered = 0
  let until = from
  for (const call of calls.toSorted((a, b) => a.from - b.from)) {
    const begin = Math.max(until, call.from)
    const end = Math.min(to, call.to)
    if (end <= begin) continue
    covered += end - begin
    until = end
  }
  return covered
}
