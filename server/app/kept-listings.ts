// A scan tells every folder anew, most of them as they were. What did not change stays the same object, so that it is neither
// inferred nor written down again.
import type { FolderListing } from '../domain/model.ts'

/** The listings of now, with those of before in their place where nothing differs; `before` itself when nothing differs at all. */
export function keepUnchanged(before: readonly FolderListing[], now: readonly FolderListing[]): readonly FolderListing[] {
  const known = new Map(before.map((one) => [keyOf(one), one]))
  const kept = now.map((one) => {
    const old = known.get(keyOf(one))
    return old !== undefined && isSame(old, one) ? old : one
  })
  return kept.length === before.length && kept.every((one, index) => one === before[index]) ? before : kept
}

const keyOf = (listing: FolderListing): string => `${listing.kind} ${listing.path} ${listing.id}`

/** Plain data only: texts, numbers, null, lists and objects. A field that is undefined is one that is absent. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b || typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && areSame(a, b)
  const [left, right] = [a as Fields, b as Fields]
  const isThere = (key: string): boolean => Object.hasOwn(left, key) || right[key] === undefined
  return (
    Object.keys(left).every((key) => isSame(left[key], Object.hasOwn(right, key) ? right[key] : undefined)) &&
    Object.keys(right).every(isThere)
  )
}

const areSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, index) => isSame(value, b[index]))

type Fields = Readonly<Record<string, unknown>>
