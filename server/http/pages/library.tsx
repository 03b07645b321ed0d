import { Hono } from 'hono'
import { LibraryBody, type LibraryData, LibraryPage } from '../../../web/views/pages/library.tsx'
import { ModelPage } from '../../../web/views/pages/model.tsx'
import type { UseCases } from '../../app/use-cases.ts'
import { type EdgeEnv, requestingOwner } from '../edge.ts'
import { fieldsOf, type PageNeeds } from './needs.ts'
import { goTo, showFragment, wantsFragment } from './shell.tsx'

export function libraryData(useCases: UseCases, query: string, now: number): LibraryData {
  const swap = useCases.swaps.current()
  return {
    models: useCases.models.list(),
    query: query.slice(0, 200),
    problems: useCases.recipes.list().problems,
    switching: swap === null ? null : { model: swap.model, page: swap.links.page },
    now,
  }
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
    const body = <ModelPage model={model} recipes={useCases.models.recipesOf(model.id)} past={past.slice(0, 10)} now={clock.now()} />
    return show(c.req.raw, { title: model.name, place: 'library', body })
  })

  /** The owner's yes to a recipe that was worked out; the model's page shows its flags. */
  app.post('/recipes/:id/confirmation', async (c) => {
    const recipe = useCases.recipes.confirm(c.req.param('id'), requestingOwner(c).name)
    await fieldsOf(c)
    return goTo(`/library/${encodeURIComponent(recipe.model)}`)
  })

  return app
}
