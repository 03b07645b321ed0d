import { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { PlanPage, planTitle } from '../../../web/views/pages/plan.tsx'
import { SwapPage, swapPageTitle } from '../../../web/views/pages/swap.tsx'
import { stopwatch } from '../../../web/views/parts/time.tsx'
import { SparkError } from '../../contract/errors.ts'
import type { ServiceState } from '../../domain/words.ts'
import { type EdgeEnv, requestingOwner } from '../edge.ts'
import { mayOperate } from '../rights.ts'
import { askOf, hiddenFields } from './asked.ts'
import { fieldsOf, type PageNeeds, shownLines } from './needs.ts'
import { goTo } from './shell.tsx'

/** Lines of the log that its download has at most. */
const keptLines = 2000

export function swapPages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()

  const showPlan = async (request: Request, fields: Readonly<Record<string, string>>, news?: Child, status = 200): Promise<Response> => {
    const plan = await useCases.plans.preview(askOf(fields))
    const data = {
      plan,
      asked: hiddenFields(fields),
      lock: useCases.lock.find(plan.cluster),
      answers: useCases.status
        .status()
        .clusters.some(({ engines }) => engines.some((one) => one.id === plan.engine && isAnswering(one.state))),
      drainSeconds: useCases.settings.get('swap.drainSeconds'),
      names: Object.fromEntries(useCases.machines.list().map((machine) => [machine.id, machine.name])),
      now: clock.now(),
      ...(news === undefined ? {} : { news }),
    }
    return show(request, { title: planTitle(plan), place: 'library', body: <PlanPage {...data} />, status })
  }

  app.get('/swaps/new', (c) => showPlan(c.req.raw, c.req.query()))

  app.post('/swaps', async (c) => {
    const fields = await fieldsOf(c)
    const requestedBy = requestingOwner(c)
    try {
      if (fields['confirm'] !== undefined) useCases.recipes.confirm(fields['confirm'], requestedBy.name, fields['confirmed'])
      const why = fields['why'] === '' ? undefined : fields['why']
      const swap = await useCases.swaps.start({ ...askOf(fields), fingerprint: fields['fingerprint'] ?? '', why, requestedBy })
      return goTo(`/swaps/${swap.id}`)
    } catch (thrown) {
      const news = newsOf(thrown)
      if (news === null) throw thrown
      return await showPlan(c.req.raw, fields, news.sentence, news.status)
    }
  })

  app.get('/swaps/:id', (c) => {
    const swap = useCases.swaps.find(c.req.param('id'))
    const running = swap.state === 'running'
    return show(c.req.raw, {
      title: swapPageTitle(swap),
      place: 'library',
      body: <SwapPage swap={swap} log={mayOperate(c) ? useCases.swaps.log(swap.id, 0, shownLines) : null} now={clock.now()} />,
      live: running ? `/live?page=swap:${swap.id}` : null,
      refreshSeconds: running ? 5 : null,
    })
  })

  app.post('/swaps/:id/cancellation', (c) => {
    const swap = useCases.swaps.cancel(c.req.param('id'), requestingOwner(c))
    return goTo(`/swaps/${swap.id}`)
  })

  app.get('/swaps/:id/log', (c) => {
    const swap = useCases.swaps.find(c.req.param('id'))
    const start = Date.parse(swap.startedAt)
    const lines = useCases.swaps.log(swap.id, 0, keptLines).map((line) => `${stopwatch(Date.parse(line.at) - start)}\t${line.text}\n`)
    c.header('content-disposition', `attachment; filename="switch-${swap.id}.log"`)
    return c.text(lines.join(''))
  })

  return app
}

const isAnswering = (state: ServiceState): boolean => state === 'answering' || state === 'busy'

/** Refusals whose best answer is the plan as it is now. */
function newsOf(thrown: unknown): { sentence: Child; status: number } | null {
  if (!(thrown instanceof SparkError)) return null
  switch (thrown.code) {
    case 'plan_stale':
      return { status: 409, sentence: 'Something changed since this plan was shown, so nothing was started. This is the plan now.' }
    case 'plan_blocked':
      return { status: 409, sentence: 'This became impossible since the plan was shown. Nothing was changed.' }
    case 'recipe_unconfirmed':
      return { status: 409, sentence: 'These flags need your word first. Nothing was started.' }
    case 'recipe_changed':
      return { status: 409, sentence: 'This recipe changed since it was shown. Nothing was confirmed or started. Read it again.' }
    case 'swap_running':
      return { status: 409, sentence: 'Another switch started first. It goes on; this one was not started.' }
    case 'swap_locked':
      return { status: 423, sentence: 'The Sparks are reserved. Nothing was started.' }
    default:
      return null
  }
}
