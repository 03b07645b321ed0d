import { Hono } from 'hono'
import { LibraryBody, type LibraryData, LibraryPage } from '../../../web/views/pages/library.tsx'
import { ModelPage } from '../../../web/views/pages/model.tsx'
import type { UseCases } from '../../app/use-cases.ts'
import type { ServiceState } from '../../domain/words.ts'
import type { EdgeEnv } from '../edge.ts'
import type { PageNeeds } from './needs.ts'
import { goTo, showFragment, wantsFragment } from './shell.tsx'

export function libraryData(useCases: UseCases, query: string, now: number): LibraryData {
  const swap = useCases.swaps.current()
  const { problems, left } = useCases.recipes.list()
  return {
    models: useCases.models.list(),
    query: query.slice(0, 200),
    states: statesOf(useCases),
    problems,
    left,
    lock: useCases.lock.find(),
    switching: swap === null ? null : { model: swap.model, page: swap.links.page },
    now,
  }
}

/** What is true of every model that an engine holds: it may be switching away from it, or not answer at all. */
function statesOf(useCases: UseCases): Readonly<Record<string, ServiceState>> {
  const engines = useCases.status.status().clusters.flatMap((cluster) => cluster.engines)
  const here = engines.filter((engine) => engine.machines.length > 0)
  const held = here.flatMap(({ model, state }) => (model === null || state === 'switching' ? [] : [[model, state] as const]))
  return Object.fromEntries(held.reverse())
}

export function libraryPages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()

  app.get('/library', (c) => {
    const data = libraryData(useCases, c.req.query('q') ?? '', clock.now())
    if (wantsFragment(c.req.raw)) return showFragment(<LibraryBody {...data} />)
    return show(c.req.raw, { title: 'Models', place: 'library', body: <LibraryPage {...data} />, refreshSeconds: 15 })
  })

  app.post('/library/scan', async () => {
    await useCases.models.scan()
    return goTo('/library')
  })

  app.get('/library/:id', (c) => {
    const model = useCases.models.find(c.req.param('id'))
    const past = useCases.swaps.recent(100).filter((swap) => swap.model === model.id && swap.state !== 'running')
    const recipes = useCases.models.recipesOf(model.id)
    const saved = recipes.find((recipe) => recipe.id === c.req.query('saved') && recipe.source === 'owner')
    const body = (
      <ModelPage
        model={model}
        left={useCases.recipes.list(model.id).left}
        recipes={saved === undefined ? recipes : [saved, ...recipes.filter((recipe) => recipe !== saved)]}
        saved={saved ?? null}
        state={statesOf(useCases)[model.id] ?? null}
        past={past.slice(0, 10)}
        gone={useCases.recipes.gone(model.id)}
        drafts={useCases.recipes.drafts.open(model.id)}
        now={clock.now()}
      />
    )
    return show(c.req.raw, { title: model.name, place: 'library', body })
  })

  return app
}
