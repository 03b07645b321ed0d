// The one way a value enters a script: as a single-quoted word, in which a shell interprets nothing.

/** `word` as one single-quoted shell word. A NUL or half a surrogate pair cannot be an argument on any machine and is refused. */
export function quote(word: string): string {
  if (word.includes('\0')) throw new RangeError('a word for a machine holds a NUL character')
  if (!word.isWellFormed()) throw new RangeError('a word for a machine is not valid text')
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** Several words, quoted, with spaces between. */
export function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(' ')
}
