// The question before an update of the launcher: exactly which commits come, and what is in the way.
import type { LauncherChangesView } from '../../../server/contract/operations/machine-acts.ts'
import type { LockView, MachineShape } from '../../../server/contract/operations/shapes.ts'
import { Heading } from '../layout.tsx'
import { type Trouble, TroubleNote } from '../parts/notice.tsx'
import { Reserved } from '../parts/reserved.tsx'
import { counted } from '../parts/time.tsx'
import { WhyNotNow } from './download-ground.tsx'

export interface LauncherData {
  readonly machine: MachineShape
  /** null: the machine could not be asked; `trouble` says why. */
  readonly changes: LauncherChangesView | null
  readonly lock: LockView
  readonly now: number
  readonly trouble?: Trouble | undefined
}

export const launcherTitle = ({ machine, changes }: LauncherData): string =>
  changes !== null && changes.target === changes.head && changes.refusal === null
    ? `The launcher of ${machine.name} is up to date`
    : `Update the launcher of ${machine.name}?`

export function LauncherPage(data: LauncherData) {
  const { machine, changes, trouble } = data
  return (
    <div class="page narrow">
      <Heading title={launcherTitle(data)} up={{ href: `/machines/${machine.id}`, word: machine.name }} />
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      {changes === null ? null : <Changes {...data} changes={changes} />}
    </div>
  )
}

function Changes({ machine, changes, lock, now }: LauncherData & { readonly changes: LauncherChangesView }) {
  const { head, target, commits, refusal, path } = changes
  if (refusal !== null) return <WhyNotNow {...refusal} />
  if (target === null || target === head) {
    return (
      <section class="card stack" aria-label="The update">
        <p>
          Its origin has nothing newer than <code>{head.slice(0, 7)}</code>.
        </p>
        <p>
          <a class="button" href={`/machines/${machine.id}`}>
            Back to {machine.name}
          </a>
        </p>
      </section>
    )
  }
  return (
    <section class="card stack" aria-label="The update">
      <p class="cost">
        {counted(commits.length, 'change')} in <span class="path">{path}</span>. What runs now goes on; the next start uses the new
        launcher.
      </p>
      <ul class="links">
        {commits.map((commit) => (
          <li>
            <span>{commit.subject}</span>
            <span class="quiet">
              {commit.date} · <code>{commit.id.slice(0, 7)}</code>
            </span>
          </li>
        ))}
      </ul>
      <p class="quiet">
        It goes forward to <code>{target.slice(0, 7)}</code> or not at all. A newer launcher may want a newer image, and a model that
        started with this one may then need a new recipe. To go back:{' '}
        <code>
          git -C {path} reset --keep {head.slice(0, 7)}
        </code>
        .
      </p>
      {lock.by === 'reservation' ? (
        <Reserved lock={lock} now={now} back={`/machines/${machine.id}/launcher`} what="The update" />
      ) : (
        <form class="acts" method="post" action={`/machines/${machine.id}/launcher`}>
          <input type="hidden" name="commit" value={target} />
          <button type="submit" class="button main">
            Update the launcher
          </button>
          <a class="button plain" href={`/machines/${machine.id}`}>
            Not now
          </a>
        </form>
      )}
    </section>
  )
}
