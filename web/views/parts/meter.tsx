import type { Child } from 'hono/jsx'

interface Props {
  readonly label: string
  readonly figure: string
  /** 0 to 100. */
  readonly percent: number
  readonly note?: Child
  /** What it means; a full bar alone means nothing. */
  readonly level?: 'normal' | 'high'
}

/** A bar with its figure in words; the drawing says nothing the words do not. */
export function Meter({ label, figure, percent, note, level = 'normal' }: Props) {
  const width = Math.max(0, Math.min(100, percent))
  return (
    <div class="meter" data-level={level}>
      <p class="between">
        <span>{label}</span> <span class="figure">{figure}</span>
      </p>
      <Bar percent={width} />
      {note === undefined ? null : <p class="quiet">{note}</p>}
    </div>
  )
}

export function Bar({ percent }: { readonly percent: number }) {
  return (
    <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="rest" width="100" height="4" />
      <rect class="used" width={percent.toFixed(1)} height="4" />
    </svg>
  )
}
