// How fast a model answers: one short answer of the engine, measured after a switch.

/** What one streamed answer said of itself. Times in ms. */
export interface StreamedAnswer {
  readonly tokens: number
  readonly firstTokenMs: number
  /** From the first token to the last. */
  readonly streamMs: number
}

/** What is kept of a recipe on so many machines. */
export interface Speed {
  readonly tokensPerSecond: number | null
  readonly firstTokenMs: number | null
  readonly measuredAt: number | null
  /** Why the last switch measured nothing; null where it did. */
  readonly skipped: { readonly why: string; readonly at: number } | null
}

/** Fewer say nothing about a rate. */
const leastTokens = 8
/** A stream that was held back by a buffer and then came at once would read as thousands of tokens a second. */
const mostTokensPerSecond = 5000

/** Tokens a second after the first; null where the answer is too short to tell. */
export function rateOf({ tokens, streamMs }: StreamedAnswer): number | null {
  if (tokens < leastTokens || streamMs <= 0) return null
  const rate = ((tokens - 1) * 1000) / streamMs
  return rate > mostTokensPerSecond ? null : rate
}

/** "38", or "3.4" where a whole number would say too little. */
const rateInWords = (rate: number): string => (rate < 9.95 ? rate.toFixed(1) : String(Math.round(rate)))

/** "38 tokens a second, first token after 0.2 s". */
export function speedInWords(tokensPerSecond: number, firstTokenSeconds: number): string {
  return `${rateInWords(tokensPerSecond)} tokens a second, first token after ${firstTokenSeconds < 9.95 ? firstTokenSeconds.toFixed(1) : Math.round(firstTokenSeconds)} s`
}
