// The word that was probably meant.

const plain = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** Of `known`, the one that `word` is nearest to; null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const given = plain(word.slice(0, 60))
  if (given === '') return null
  const ranked = known
    .map((one) => ({ one, far: distance(given, plain(one)) }))
    .filter(({ one, far }) => far <= Math.max(1, Math.floor(Math.min(given.length, one.length) / 3)))
    .sort((a, b) => a.far - b.far)
  return ranked[0]?.one ?? null
}

/** Letters to add, take away or change to make one of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same))
    }
    row = next
  }
  return row[b.length] ?? 0
}
