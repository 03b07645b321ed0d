import type { SurveyView } from '../../../server/contract/operations/shapes.ts'
import { Badge, type BadgeShape } from './badge.tsx'
import { Copyable } from './code.tsx'

const states: Readonly<Record<SurveyView['rows'][number]['state'], { shape: BadgeShape; word: string }>> = {
  good: { shape: 'done', word: 'Good' },
  warning: { shape: 'degraded', word: 'Warning' },
  missing: { shape: 'failed', word: 'Missing' },
}

const order: readonly SurveyView['rows'][number]['state'][] = ['missing', 'warning', 'good']

/** What was found, each row with the command that mends it; what needs a hand first. */
export function SurveyRows({ survey }: { readonly survey: SurveyView }) {
  const rows = survey.rows.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
  return (
    <ul class="list survey">
      {rows.map((row) => (
        <li>
          <Badge {...states[row.state]} />
          <div class="stack tight">
            <strong>{row.title}</strong>
            <p>{row.sentence}</p>
            {row.mend === null ? null : (
              <Copyable id={`mend-${row.id}`} label={`Command that mends: ${row.title}`}>
                {row.mend}
              </Copyable>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}
