import type { SpeedView } from '../../../server/contract/operations/recipe-shapes.ts'
import { speedInWords } from '../../../server/domain/speed.ts'
import { Ago } from './time.tsx'

interface Props {
  readonly speed: SpeedView | null
  readonly now: number
}

/** "38 tokens a second, first token after 0.2 s, measured 2 hours ago", or why there is no such line. */
export function SpeedLine({ speed, now }: Props) {
  if (speed === null) return null
  const { tokensPerSecond, firstTokenSeconds, measuredAt, machines, skipped } = speed
  return (
    <p class="quiet speed">
      {tokensPerSecond === null || firstTokenSeconds === null || measuredAt === null ? null : (
        <>
          {speedInWords(tokensPerSecond, firstTokenSeconds)}
          {machines === 1 ? '' : ` on ${machines} Sparks`}, measured <Ago at={measuredAt} now={now} />.
        </>
      )}
      {skipped === null ? null : (
        <>
          {' '}
          Not measured <Ago at={skipped.at} now={now} />: {skipped.why}.
        </>
      )}
    </p>
  )
}
