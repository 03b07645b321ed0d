// The edge: every request walks through this one list, from top to bottom.
import { Hono } from 'hono'
import type { Clock, Ids, Log } from '../app/ports.ts'
import type { UseCases } from '../app/use-cases.ts'
import { SparkError } from '../contract/errors.ts'
import { operations } from '../contract/index.ts'
import { accessAnswers } from './answers/access.ts'
import { botAnswers } from './answers/bots.ts'
import { downloadAnswers } from './answers/downloads.ts'
import { houseAnswers } from './answers/house.ts'
import { logAnswers } from './answers/logs.ts'
import { machineAnswers } from './answers/machines.ts'
import { modelAnswers } from './answers/models.ts'
import { namedMachineAnswers } from './answers/named-machines.ts'
import { scheduleAnswers } from './answers/schedules.ts'
import { serviceAnswers } from './answers/services.ts'
import { settingAnswers } from './answers/settings.ts'
import { swapAnswers } from './answers/swaps.ts'
import { watchingAnswers } from './answers/watching.ts'
import { webhookAnswers } from './answers/webhooks.ts'
import { type Answers, mountOperations } from './api.ts'
import { limitedBody } from './body-limit.ts'
import { mountChat } from './chat.ts'
import type { EdgeEnv } from './edge.ts'
import { mountEventsFeed } from './events-feed.ts'
import { expectedType, knownHost, numbered, ownPages, securityHeaders, sharedWithListed } from './guards.ts'
import { mountLogFeed } from './log-feed.ts'
import { openApiDocument } from './openapi.ts'
import { notFromItself } from './own-deliveries.ts'
import { createProblemDoor, type RenderProblem } from './problem.ts'
import { recorded } from './record.ts'
import { asked, rightful } from './rights.ts'
import { endedByLess } from './still-good.ts'

export interface AppNeeds {
  readonly useCases: UseCases
  readonly log: Log
  readonly clock: Clock
  readonly ids: Ids
  /** Tests say true: an answer that breaks its contract fails. In production it is logged. */
  readonly parseOutput: boolean
  /** The pages, with their own routes and live stream; errors they throw come to the one door here. */
  readonly pages?: Hono<EdgeEnv>
  readonly renderProblem?: RenderProblem
  /** Aborted when the server stops: endless streams end. */
  readonly ending?: AbortSignal
}

export type App = Hono<EdgeEnv>

export function createApp(needs: AppNeeds): App {
  const { useCases, log, clock, ids, pages } = needs
  const { access, settings } = useCases
  const app = new Hono<EdgeEnv>()
  const door = createProblemDoor({ log, render: needs.renderProblem })
  app.onError((thrown, c) => door(thrown, c))
  app.notFound((c) => door(new SparkError('not_found', { what: `page or operation ${c.req.method} ${c.req.path}` }), c))

  app.use(numbered(ids))
  app.use(securityHeaders)
  app.use(notFromItself(useCases.webhooks))
  app.use(knownHost(settings))
  app.use(asked({ access, settings }))
  app.use(recorded(access))
  app.use(ownPages(settings))
  app.use(sharedWithListed(settings))
  app.use(rightful({ access }))
  app.use(endedByLess({ access, settings }))
  app.use(expectedType)
  app.use(limitedBody)

  const answers: Answers = {
    ...houseAnswers(useCases),
    ...settingAnswers(useCases),
    ...accessAnswers(useCases),
    ...namedMachineAnswers(useCases),
    ...machineAnswers(useCases),
    ...logAnswers(useCases),
    ...botAnswers(useCases),
    ...watchingAnswers(useCases),
    ...modelAnswers(useCases),
    ...downloadAnswers(useCases),
    ...serviceAnswers(useCases),
    ...swapAnswers(useCases),
    ...webhookAnswers(useCases),
    ...scheduleAnswers(useCases),
  }
  mountOperations(app, { rows: operations, answers }, needs)
  mountLogFeed(app, { useCases, ending: needs.ending ?? new AbortController().signal })
  mountEventsFeed(app, { useCases, clock, ending: needs.ending ?? new AbortController().signal })
  let drawn: string | undefined
  const document = (): Response => {
    drawn ??= JSON.stringify(openApiDocument(useCases.version))
    return new Response(drawn, { headers: { 'content-type': 'application/json' } })
  }
  app.get('/openapi.json', document)
  app.get('/api/contract', document)
  mountChat(app, useCases)
  if (pages !== undefined) app.route('/', pages)
  return app
}
