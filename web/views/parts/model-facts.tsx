import type { ModelView } from '../../../server/contract/operations/shapes.ts'
import { sumSource, sumWords } from '../../../server/domain/memory-words.ts'
import { bytesInWords } from '../../../server/domain/words.ts'

/** What it needs of a Spark's memory: the sum, and on how many it fits. */
export function ModelMemory({ memory }: { readonly memory: NonNullable<ModelView['memory']> }) {
  const { sum, totalBytes, sentence } = memory
  const lacks = sum.needBytes - totalBytes
  return (
    <section class="card stack" aria-label="Memory">
      <h2>Memory</h2>
      <p>{sentence}</p>
      <p>
        {sumWords(sum)} of {bytesInWords(totalBytes)}.{lacks > 0 ? ` That is ${bytesInWords(lacks)} too much for its recipe.` : ''}{' '}
        <span class="quiet">{sumSource(sum)}</span>
      </p>
    </section>
  )
}

/** Each conclusion with what it rests on. */
export function ModelEvidence({ evidence }: Pick<ModelView, 'evidence'>) {
  if (evidence.length === 0) return null
  return (
    <details class="more">
      <summary>What its files say, and what follows</summary>
      <dl class="flags">
        {evidence.map(({ what, says, because }) => (
          <div>
            <dt>
              {what}: <code>{says}</code>
            </dt>
            <dd>because {because}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
