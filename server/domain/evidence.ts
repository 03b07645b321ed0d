// What a verdict rests on: a fact, its value, and when it was seen. Shown under "How we know".
export interface Fact {
  readonly what: string
  readonly value: string
  /** When it was seen, ms. */
  readonly at: number
}

/** The facts that are there; the others were not looked at. */
export function facts(...all: readonly (Fact | null)[]): readonly Fact[] {
  return all.filter((one) => one !== null)
}
