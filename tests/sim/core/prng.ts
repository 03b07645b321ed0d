// Small seeded random numbers (mulberry32). One stream a purpose, so that one part's draws never shift another's.

export interface Prng {
  /** From 0 (included) to 1 (excluded). */
  next(): number
  between(low: number, high: number): number
  hex(digits: number): string
}

/** FNV-1a over UTF-16 units, 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

/** A stream of its own for each seed and purpose. */
export function createPrng(seed: number, purpose: string): Prng {
  let state = (seed ^ hashText(purpose)) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    hex: (digits) => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join(''),
  }
}

/** A stable hex text of a name: image ids, revisions, blob names. */
export function hexOf(name: string, digits: number): string {
  return createPrng(0, name).hex(digits)
}
