// The pages behind the real edge, over use cases in memory whose answers a test may change.
import { fileURLToPath } from 'node:url'
import { readWebAssets } from '../../server/adapters/files/web-assets.ts'
import { createSystemIds } from '../../server/adapters/system/ids.ts'
import type { Clock } from '../../server/app/ports.ts'
import type { UseCases } from '../../server/app/use-cases.ts'
import type { MachineShape, ModelView, PlanView, StatusView } from '../../server/contract/operations/shapes.ts'
import { type App, createApp } from '../../server/http/app.ts'
import { createPages } from '../../server/http/pages/pages.tsx'
import { createRenderProblem } from '../../server/http/pages/problem.tsx'
import { createFakeUseCases, type FakeUseCases } from '../fakes/use-cases.ts'
import * as sample from '../fakes/view-samples.ts'
import { models } from '../fakes/view-samples-of-models.ts'
import { plan } from '../fakes/view-samples-of-swaps.ts'

export interface World {
  status: StatusView
  machines: MachineShape[]
  models: ModelView[]
  plan: PlanView
}

export interface Site {
  readonly app: App
  readonly fake: FakeUseCases
  readonly useCases: UseCases
  /** What the use cases answer; change it and tell of it by an event. */
  readonly world: World
  readonly code: string | null
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

export function createSite(clock: Clock, loopback = true): Site {
  const ids = createSystemIds()
  const fake = createFakeUseCases({ clock, ids, loopback })
  const world: World = { status: sample.status, machines: [sample.machine, sample.secondMachine], models: [...models], plan }
  const useCases: UseCases = {
    ...fake,
    status: { ...fake.status, status: () => world.status },
    machines: { ...fake.machines, list: () => world.machines },
    models: { ...fake.models, list: () => world.models },
    plans: {
      ...fake.plans,
      preview: async (ask) => {
        await fake.plans.preview(ask)
        return { ...world.plan, model: ask.model }
      },
    },
  }
  const assets = readWebAssets(fileURLToPath(new URL('../../web/', import.meta.url)))
  const pages = createPages({ useCases, clock, assets })
  const app = createApp({ useCases, log: quiet, clock, ids, parseOutput: true, pages, renderProblem: createRenderProblem('0.1.0') })
  return { app, fake, useCases, world, code: fake.access.setUpCode() }
}
