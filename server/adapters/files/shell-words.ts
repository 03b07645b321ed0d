// Splitting a command into words the way a shell would, for commands in which a shell would do nothing else.

/** Outside quotes a shell would act on these (a hyphen, a colon, a comma and the like stand for themselves). */
const acted = /[|&;<>()$`*?[\]{}~!#\n]/
const actedInDouble = /[$`!]/

/** The words, or null where a shell would do more than split: expand, redirect, run several commands, leave a quote open. */
export function shellWords(command: string): string[] | null {
  const text = command.replace(/\\\r?\n/g, ' ').trim()
  const words: string[] = []
  let word: string | null = null
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at)
    if (char === ' ' || char === '\t') {
      if (word !== null) words.push(word)
      word = null
      at += 1
      continue
    }
    const piece = pieceAt(text, at)
    if (piece === null) return null
    word = (word ?? '') + piece.text
    at = piece.end
  }
  return word === null ? words : [...words, word]
}

/** One character, one escaped character, or one quoted stretch. */
function pieceAt(text: string, at: number): { readonly text: string; readonly end: number } | null {
  const char = text.charAt(at)
  if (char === "'") {
    const end = text.indexOf("'", at + 1)
    return end < 0 ? null : { text: text.slice(at + 1, end), end: end + 1 }
  }
  if (char === '"') return doubleQuoted(text, at + 1)
  if (char === '\\') return at + 1 < text.length ? { text: text.charAt(at + 1), end: at + 2 } : null
  return acted.test(char) ? null : { text: char, end: at + 1 }
}

function doubleQuoted(text: string, from: number): { readonly text: string; readonly end: number } | null {
  let inside = ''
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === '"') return { text: inside, end: at + 1 }
    if (actedInDouble.test(char)) return null
    const escapes = char === '\\' && /["\\$`]/.test(text.charAt(at + 1))
    if (escapes) at += 1
    inside += escapes ? text.charAt(at) : char
  }
  return null
}
