import type { DeletionView } from '../../../server/contract/operations/download-shapes.ts'
import type { LockView } from '../../../server/contract/operations/shapes.ts'
import { bytesInWords } from '../../../server/domain/words.ts'
import { Heading } from '../layout.tsx'
import { type Trouble, TroubleNote } from '../parts/notice.tsx'
import { Reserved } from '../parts/reserved.tsx'
import { WhyNotNow } from './download-ground.tsx'

export interface DeletionData {
  readonly plan: DeletionView
  readonly lock: LockView
  readonly now: number
  readonly trouble?: Trouble
  /** What was typed is not the model's id. */
  readonly wrong?: boolean
}

/** Exact bytes and machines first; what cannot be undone asks for the name. */
export function DeletionPage({ plan, lock, now, trouble, wrong = false }: DeletionData) {
  return (
    <div class="page narrow">
      <Heading title={`Delete ${plan.name}?`} up={{ href: `/library/${encodeURIComponent(plan.model)}`, word: plan.name }} />
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      <section class="card stack" aria-label="What would be deleted">
        <p class="cost">{bytesInWords(plan.bytes)} become free. To use it again it has to be downloaded again.</p>
        <ul class="stack tight">
          {plan.machines.map((copy) => (
            <li>
              <p>
                {copy.name}: {bytesInWords(copy.bytes)} <span class="quiet">({copy.bytes.toLocaleString('en-US')} bytes)</span>
              </p>
              <p class="quiet path">{copy.path}</p>
            </li>
          ))}
        </ul>
        <p class="quiet">Its locks and unfinished parts go with it. Other models and your own recipes stay.</p>
      </section>
      {plan.refusal === null && lock.by === 'reservation' ? (
        <Reserved lock={lock} now={now} back={`/library/${encodeURIComponent(plan.model)}/deletion`} what="Deleting it" />
      ) : plan.refusal === null ? (
        <DeletionForm plan={plan} wrong={wrong} />
      ) : (
        <WhyNotNow {...plan.refusal} />
      )}
    </div>
  )
}

function DeletionForm({ plan, wrong }: { readonly plan: DeletionView; readonly wrong: boolean }) {
  return (
    <form class="card stack" method="post" action={`/library/${encodeURIComponent(plan.model)}/deletion`}>
      <div class="field">
        <label for="typed-name">
          To delete it, type its name: <strong>{plan.model}</strong>
        </label>
        <input
          id="typed-name"
          name="name"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          required
          aria-invalid={wrong ? 'true' : undefined}
        />
        {wrong ? <span class="hint">That is not its name. Nothing was deleted.</span> : null}
      </div>
      <p class="acts">
        <button type="submit" class="button danger">
          Delete {plan.name}
        </button>
        <a class="button plain" href={`/library/${encodeURIComponent(plan.model)}`}>
          Keep it
        </a>
      </p>
    </form>
  )
}
