import type { LockView, ModelView } from '../../../server/contract/operations/shapes.ts'
import { aboutDuration, bytesInWords, type ServiceState } from '../../../server/domain/words.ts'
import { hx, stream } from '../../hx.ts'
import { Heading } from '../layout.tsx'
import { StateBadge } from '../parts/badge.tsx'
import { Icon } from '../parts/icon.tsx'
import { Empty, Note } from '../parts/notice.tsx'
import { LeftInLauncher } from '../parts/recipe-card.tsx'
import { Reserved } from '../parts/reserved.tsx'
import { SpeedLine } from '../parts/speed.tsx'
import { Tags } from '../parts/tags.tsx'
import { agoInWords } from '../parts/time.tsx'
import { lacksRecipe } from './model.tsx'

export interface LibraryData {
  readonly models: readonly ModelView[]
  readonly query: string
  readonly problems: readonly { readonly file: string; readonly line: number | null; readonly sentence: string }[]
  /** Recipes in the launchers' folders that cannot be used here. */
  readonly left: readonly { readonly file: string; readonly title: string | null; readonly why: string }[]
  /** What is true of every model that an engine holds, by the model's id. */
  readonly states: Readonly<Record<string, ServiceState>>
  readonly lock: LockView
  /** A switch is running: rows show it and offer no second one. */
  readonly switching: { readonly model: string | null; readonly page: string } | null
  readonly now: number
}

export function LibraryPage(data: LibraryData) {
  return (
    <div class="page">
      <Heading
        title="Models"
        acts={
          <>
            <search class="search">
              <form method="get" action="/library">
                <Icon name="search" />
                <input
                  type="search"
                  name="q"
                  value={data.query}
                  placeholder="Search"
                  aria-label="Search models"
                  autocomplete="off"
                  {...hx({
                    get: '/library',
                    trigger: 'input changed delay:200ms, search',
                    target: '#library',
                    swap: 'outerHTML',
                    replaceUrl: true,
                  })}
                />
              </form>
            </search>
            <a class="button main" href="/library/downloads">
              Download a model
            </a>
            <a class="button" href="/library/disks">
              Disks
            </a>
            <form method="post" action="/library/scan">
              <button type="submit" class="button">
                Look again
              </button>
            </form>
          </>
        }
      />
      <LibraryBody {...data} />
    </div>
  )
}

/** The list with its own stream, so that a search also narrows what the stream sends. */
export function LibraryBody(data: LibraryData) {
  return (
    <div id="library" class="page">
      <div data-stream="" {...stream(`/live?page=library&q=${encodeURIComponent(data.query)}`)} />
      <LibraryList {...data} />
    </div>
  )
}

const groups = [
  { title: 'Can run here', verdicts: ['now', 'needs_room'] },
  { title: 'Needs set-up', verdicts: ['needs_setup'] },
  { title: 'Cannot run here', verdicts: ['no'] },
] as const

export function LibraryList(data: LibraryData) {
  const found = searched(data.models, data.query)
  const held = data.switching === null ? data.models.find((model) => model.serving !== null) : undefined
  return (
    <div id="library-list" class="page">
      {data.problems.map((problem) => (
        <Note kind="warn" icon="warning">
          <p>
            {problem.file}
            {problem.line === null ? '' : `, line ${problem.line}`}: {problem.sentence}
          </p>
        </Note>
      ))}
      <Reserved lock={data.lock} now={data.now} back="/library" what="Switching" />
      {data.models.length === 0 ? <NoModels /> : null}
      {data.models.length > 0 && found.length === 0 ? (
        <p class="quiet" role="status">
          Nothing matches "{data.query}".
        </p>
      ) : null}
      {groups.map(({ title, verdicts }) => {
        const rows = found.filter((model) => (verdicts as readonly string[]).includes(model.canRun.verdict))
        return rows.length === 0 ? null : (
          <section class="stack">
            <h2>
              {title} <span class="count">{rows.length}</span>
            </h2>
            {held !== undefined && rows.some((model) => model.canRun.verdict === 'needs_room') ? (
              <p class="quiet">{held.name} stops first. The plan says for how long, before anything changes.</p>
            ) : null}
            <ul class="list models">
              {rows.map((model) => (
                <ModelRow model={model} {...data} />
              ))}
            </ul>
          </section>
        )
      })}
      {data.query === '' ? <LeftInLauncher left={data.left} /> : null}
    </div>
  )
}

function NoModels() {
  return (
    <Empty icon="models" title="No models found on the disks">
      <p>Spark Control looks in the Hugging Face cache of every machine.</p>
      <a class="button main" href="/library/downloads">
        Download a model
      </a>
      <a class="button" href="/machines">
        See where it looks
      </a>
    </Empty>
  )
}

/** Words may stand in any order: "qwen 35" finds Qwen3.6 35B. */
function searched(models: readonly ModelView[], query: string): readonly ModelView[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return models.filter((model) => {
    const text = `${model.name} ${model.id} ${model.capabilities.join(' ')} ${model.family ?? ''} ${model.quantization}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

function ModelRow({ model, switching, lock, states, now }: LibraryData & { readonly model: ModelView }) {
  const href = `/library/${encodeURIComponent(model.id)}`
  const starting = switching !== null && switching.model === model.id
  const shown = starting ? 'switching' : states[model.id]
  return (
    <li>
      <div class="stack tight">
        <p class="tags">
          <a class="title" href={href}>
            {model.name}
          </a>
          {shown === undefined ? null : <StateBadge state={shown} />}
          <Tags words={model.capabilities} />
        </p>
        <p class="quiet">{modelLine(model, now)}</p>
        <SpeedLine speed={model.speed} now={now} />
        <WhyNot model={model} />
      </div>
      <RowAct model={model} switching={switching} lock={lock} starting={starting} href={href} />
    </li>
  )
}

/** What stands in the way. That the running model stops first is said once, above the rows. */
function WhyNot({ model }: { readonly model: ModelView }) {
  const { verdict, why } = model.canRun
  if (verdict === 'now' || verdict === 'needs_room') return null
  return <p>{model.complete ? why : model.stateSentence}</p>
}

function RowAct(props: Pick<LibraryData, 'switching' | 'lock'> & { model: ModelView; starting: boolean; href: string }) {
  const { model, switching, lock, starting, href } = props
  if (starting && switching !== null) {
    return (
      <a class="button" href={switching.page}>
        Watch it
      </a>
    )
  }
  if (model.serving !== null) return null
  if (model.canRun.verdict === 'now' || model.canRun.verdict === 'needs_room') {
    return (
      <a class="button" href={`/swaps/new?model=${encodeURIComponent(model.id)}`}>
        {lock.by === 'reservation' ? 'See the plan' : 'Switch to this'}
        <span class="sr"> {model.name}</span>
      </a>
    )
  }
  if (lacksRecipe(model)) {
    return (
      <a class="button" href={`${href}/recipe`}>
        Write a recipe<span class="sr"> for {model.name}</span>
      </a>
    )
  }
  return (
    <a class="button plain" href={href}>
      Details<span class="sr"> of {model.name}</span>
    </a>
  )
}

function modelLine(model: ModelView, now: number): string {
  const copies = model.machines.filter((one) => one.state === 'complete').map((one) => one.name)
  const parts = [
    model.sizeBytes > 0 ? bytesInWords(model.sizeBytes) : '',
    copies.length > 0 ? `on ${copies.join(' and ')}` : '',
    model.revisionsDiffer ? 'copies differ' : '',
    timeLine(model, now),
    model.id,
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

function timeLine(model: ModelView, now: number): string {
  if (model.serving !== null || model.servable !== true || !model.complete) return ''
  if (model.canRun.verdict === 'no') return ''
  if (model.recipe !== null && !model.recipe.confirmed) return 'new recipe to confirm'
  if (model.typicalSwapSeconds !== null) return `usually ${aboutDuration(model.typicalSwapSeconds * 1000)}`
  return model.lastUsedAt === null ? 'first time here' : `used ${agoInWords(now - Date.parse(model.lastUsedAt))}`
}
