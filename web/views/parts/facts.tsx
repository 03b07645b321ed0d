import type { Child } from 'hono/jsx'

/** `wide`: it stands in a line of its own. */
export type FactRow = readonly [word: string, value: Child | null, wide?: boolean]

/** Words and what they are; a row without a value is left out. */
export function Facts({ rows }: { readonly rows: readonly FactRow[] }) {
  return (
    <dl class="facts">
      {rows
        .filter(([, value]) => value !== null)
        .map(([word, value, wide]) => (
          <div data-wide={wide === true ? '' : undefined}>
            <dt>{word}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
