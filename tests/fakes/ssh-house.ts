// The whole house over real SSH and real time, with a database in memory: for machines that answer in ways a simulation would not.

import { createCronTimes } from '../../server/adapters/calendar/cron-times.ts'
import { recipeTexts } from '../../server/adapters/files/recipe-text.ts'
import { settingsText } from '../../server/adapters/files/settings-text.ts'
import { createEngines } from '../../server/adapters/outbound/engines.ts'
import { createServiceDoors } from '../../server/adapters/outbound/service-doors.ts'
import { openStores } from '../../server/adapters/sqlite/open.ts'
import { generateKeyPair } from '../../server/adapters/ssh/key-pair.ts'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import { createSystemClock } from '../../server/adapters/system/clock.ts'
import { createSystemIds } from '../../server/adapters/system/ids.ts'
import { compose, type Graph } from '../../server/compose.ts'
import { inferWith } from '../../server/domain/models.ts'
import { type App, createApp } from '../../server/http/app.ts'
import { createPages } from '../../server/http/pages/pages.tsx'
import { fakeWayIn } from './access.ts'
import { createFakeLog, type FakeLog } from './log.ts'
import { createFakeSealer } from './sealer.ts'
import { createFakeWebhookSender } from './webhook-sender.ts'

export interface SshHouse {
  readonly graph: Graph
  readonly app: App
  readonly log: FakeLog
  readonly publicKey: string
  close(): Promise<void>
}

/** Not started: nothing is looked at but what a test asks for. */
export function openSshHouse(): SshHouse {
  const log = createFakeLog()
  const clock = createSystemClock({ onError: (error) => log.error('by itself', { error }) })
  const ids = createSystemIds()
  const stores = openStores({ path: ':memory:', ids, log })
  const pair = generateKeyPair()
  stores.machines.setKeyPair(pair)
  const engines = createEngines({ log })
  const serviceDoors = createServiceDoors({ ownPorts: [] })
  const sparks = createSparks({ clock, log, privateKey: () => pair.privateKey })
  const graph = compose({
    clock,
    ids,
    log,
    stores,
    sparks,
    engines,
    webhookSender: createFakeWebhookSender(),
    serviceDoors,
    sealer: createFakeSealer(),
    settingsText,
    cronTimes: createCronTimes(),
    recipeFiles: {
      read: async () => ({ recipes: [], problems: [], texts: new Map() }),
      readLauncher: ({ name }) => ({ left: { file: name, model: null, title: null, why: 'Not read here.' } }),
      write: async () => 'mine.yaml',
      remove: async () => undefined,
      texts: recipeTexts,
    },
    infer: inferWith([]),
    generateKeyPair,
    env: {},
    version: '0.1.0',
    wayIn: fakeWayIn(),
  })
  const pages = createPages({ useCases: graph, clock, assets: {} })
  return {
    graph,
    app: createApp({ useCases: graph, clock, ids, log, parseOutput: true, pages }),
    log,
    publicKey: pair.publicKey,
    async close() {
      await graph.close()
      sparks.close()
      await engines.close()
      await serviceDoors.close()
      stores.close()
    },
  }
}
