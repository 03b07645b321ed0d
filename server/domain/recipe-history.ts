// Versions of an owner's recipe, and one that is being written with its way back and forth. Pure: each change gives a new draft.

export interface RecipeVersion {
  readonly recipe: string
  /** From 1. */
  readonly version: number
  readonly model: string
  readonly title: string
  /** The file's text; of a removal the text that was removed. */
  readonly text: string
  /** The recipe was removed with this version. */
  readonly gone: boolean
  /** The version it went back to; null: it was written. */
  readonly cameFrom: number | null
  readonly at: number
  readonly by: string
  readonly settled: boolean
}

/** What is being written, kept from the first change on. */
export interface KeptDraft {
  readonly id: string
  readonly model: string
  /** The owner's recipe that it changes; null: it will be a new one. */
  readonly recipe: string | null
  /** Version of that recipe when the writing began; 0: there was none. */
  readonly base: number
  /** Oldest first; the first is what the writing began with. */
  readonly steps: readonly string[]
  /** Which of the steps is shown. */
  readonly place: number
  /** Counts changes, so that a window that was left behind is noticed. */
  readonly revision: number
  /** The window that made the last change. */
  readonly editor: string
  readonly changedAt: number
}

const mostSteps = 200
/** Characters of all steps together. */
const longestSteps = 2_000_000

export const textOfDraft = (draft: KeptDraft): string => draft.steps[draft.place] ?? ''
export const canUndo = (draft: KeptDraft): boolean => draft.place > 0
export const canRedo = (draft: KeptDraft): boolean => draft.place < draft.steps.length - 1

/** The same draft with this text: what could be done again is given up, the oldest steps go when there are too many. */
export function withText(draft: KeptDraft, text: string): KeptDraft {
  if (text === textOfDraft(draft)) return draft
  let steps = [...draft.steps.slice(0, draft.place + 1), text]
  while (steps.length > 2 && (steps.length > mostSteps || steps.reduce((sum, one) => sum + one.length, 0) > longestSteps)) {
    // The first stays: one press too many must lead to the beginning, not to somewhere.
    steps = [steps[0] ?? '', ...steps.slice(2)]
  }
  return { ...draft, steps, place: steps.length - 1 }
}

export function undone(draft: KeptDraft): KeptDraft {
  return canUndo(draft) ? { ...draft, place: draft.place - 1 } : draft
}

export function redone(draft: KeptDraft): KeptDraft {
  return canRedo(draft) ? { ...draft, place: draft.place + 1 } : draft
}
