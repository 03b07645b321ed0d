import type { EngineView } from '../../../server/contract/operations/shapes.ts'
import { Ago } from './time.tsx'

interface Props {
  readonly id: string
  readonly evidence: EngineView['evidence']
  readonly now: number
}

/** The facts that a state rests on, each with its time: one disclosure away, for whoever doubts it. */
export function Evidence({ id, evidence, now }: Props) {
  if (evidence.length === 0) return null
  return (
    <details class="more" id={id}>
      <summary>How we know</summary>
      <dl class="evidence">
        {evidence.map(({ what, value, at }) => (
          <div>
            <dt>{what}</dt>
            <dd>{value}</dd>
            <dd class="quiet">
              <Ago at={at} now={now} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
