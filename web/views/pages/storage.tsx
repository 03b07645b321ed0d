import { Heading } from '../layout.tsx'
import { type Trouble, TroubleNote } from '../parts/notice.tsx'

export interface StorageData extends Trouble {
  readonly title: string
  /** The file can be taken out of the way by renaming it. */
  readonly movable: boolean
}

/** All there is while the database cannot be used. */
export function StoragePage({ movable, ...trouble }: StorageData) {
  return (
    <div class="page narrow">
      <Heading title={trouble.title} />
      <TroubleNote trouble={trouble} />
      <form class="acts" method="post" action="/storage/check">
        <button type="submit" class="button main">
          Try again
        </button>
      </form>
      {movable ? (
        <form class="card stack" method="post" action="/storage/aside">
          <h2>Start empty</h2>
          <p>
            The file gets a new name with the time in it and stays in the same folder. Machines, settings and the history in it are not
            known here any more; you add your Sparks again. Nothing on a Spark is changed.
          </p>
          <p>
            <button type="submit" class="button danger">
              Move it aside and start empty
            </button>
          </p>
        </form>
      ) : null}
    </div>
  )
}

export function MovedAsidePage({ aside }: { readonly aside: string }) {
  return (
    <div class="page narrow">
      <Heading title="Moved aside" />
      <div class="note" data-kind="good">
        <p>
          The file is kept as <code>{aside}</code>. Spark Control starts with an empty database.
        </p>
      </div>
      <p class="acts">
        <a class="button main" href="/">
          Go on
        </a>
      </p>
    </div>
  )
}
