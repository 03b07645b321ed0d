// What a measurement hands over: numbers, what they are of, and how they came to be.
export interface Figure {
  readonly what: string
  /** What the product is held to; null: for information. */
  readonly target: { readonly most: number; readonly words: string; readonly of: 'median' | 'largest' } | null
  readonly unit: 'ms' | 'kB' | 'MB' | 'channels'
  /** At least one. */
  readonly values: readonly number[]
  readonly how: string
}

export interface Spread {
  readonly smallest: number
  readonly median: number
  readonly largest: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const smallest = sorted[0]
  const largest = sorted.at(-1)
  if (smallest === undefined || largest === undefined) throw new Error('nothing was measured')
  const upper = sorted[Math.floor(sorted.length / 2)] ?? largest
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? smallest
  return { smallest, median: (lower + upper) / 2, largest }
}

/** null: there is no target. */
export function isMet({ target, values }: Figure): boolean | null {
  if (target === null) return null
  const { median, largest } = spreadOf(values)
  return (target.of === 'median' ? median : largest) <= target.most
}
