// What an owner's recipe was: every version, its difference to the one before, and the way back to it.
import type { RecipeVersionView } from '../../../server/contract/operations/draft-shapes.ts'
import type { ModelView } from '../../../server/contract/operations/shapes.ts'
import { Ago } from '../parts/time.tsx'

type Lines = RecipeVersionView['differences']

/** Differences flag by flag. */
export function Changes({
  title,
  lines,
  open = false,
}: {
  readonly title: string
  readonly lines: Lines | readonly Lines[number][]
  readonly open?: boolean
}) {
  if (lines.length === 0) return null
  return (
    <details class="more" open={open}>
      <summary>
        {title} <span class="count">{lines.length}</span>
      </summary>
      <dl class="flags">
        {lines.map(({ what, before, after }) => (
          <div>
            <dt>
              <code>{what}</code>
            </dt>
            <dd>
              {after === null ? 'taken away' : <code>{after}</code>}{' '}
              <span class="quiet">{before === null ? 'new' : after === null ? `was ${before}` : `before: ${before}`}</span>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

const who = (by: string): string => (by === 'owner' ? 'you' : by === 'the file' ? 'a change of the file by hand' : by)

interface Props {
  readonly model: ModelView
  /** The owner's recipe it is about; null: it is not saved yet. */
  readonly recipe: string | null
  readonly versions: readonly RecipeVersionView[]
  readonly now: number
}

export function History({ model, recipe, versions, now }: Props) {
  const [first] = versions
  if (recipe === null || first === undefined) return null
  const path = `/library/${encodeURIComponent(model.id)}/recipe`
  return (
    <section class="stack" id="history" aria-label="History">
      <h2>
        History <span class="count">{versions.length}</span>
      </h2>
      <ul class="list versions">
        {versions.map((one) => (
          <li>
            <div class="stack tight">
              <p>
                <strong>Version {one.version}</strong>
                {one.current ? ', used now' : ''}
                {one.gone ? ', removed' : ''}
                {one.cameFrom === null ? '' : `, back to version ${one.cameFrom}`}
              </p>
              <p class="quiet">
                "{one.title}", <Ago at={one.at} now={now} />, by {who(one.by)}
              </p>
              <Changes title="Changed" lines={one.differences} />
            </div>
            {one.current || one.gone ? (
              <span />
            ) : (
              <form method="post" action={`${path}/return`}>
                <input type="hidden" name="recipe" value={recipe} />
                <input type="hidden" name="to" value={String(one.version)} />
                <input type="hidden" name="version" value={String(first.version)} />
                <button type="submit" class="button small">
                  Go back to this<span class="sr">: version {one.version}</span>
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
