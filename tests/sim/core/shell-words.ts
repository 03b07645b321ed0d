// The two halves of what bash does with a command line: printf %q, and splitting a text into words again.

const plain = /^[A-Za-z0-9_@%+=:./-]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const control = /[\x00-\x1f\x7f]/

/** `printf %q` of one word. */
export function quoteWord(word: string): string {
  if (word === '') return "''"
  if (plain.test(word)) return word
  if (control.test(word)) return `$'${escapeControls(word)}'`
  const escaped = word.replace(/[ !"$&'()*,;<>?[\\\]^`{|}]/g, (letter) => `\\${letter}`)
  return escaped.replace(/^[#~]/, (letter) => `\\${letter}`).replace(/([=:])~/g, '$1\\~')
}

/** `printf "%q "` over all words: the trailing space belongs to it. */
export function quoteWords(words: readonly string[]): string {
  return words.map((word) => `${quoteWord(word)} `).join('')
}

const controlNames: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '\\': '\\\\', "'": "\\'" }

function escapeControls(word: string): string {
  return Array.from(word, (letter) => {
    const name = controlNames[letter]
    if (name !== undefined) return name
    return control.test(letter) ? `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}` : letter
  }).join('')
}

/** Splits a command text as bash would: quotes, backslashes, $'...'. No expansion: `$X` stays as it is. */
export function splitWords(text: string): readonly string[] {
  const words: string[] = []
  let word: string | null = null
  let at = 0
  while (at < text.length) {
    const piece = readPiece(text, at)
    at = piece.next
    if (piece.text === null) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + piece.text
  }
  if (word !== null) words.push(word)
  return words
}

interface Piece {
  /** null: a gap between words. */
  readonly text: string | null
  readonly next: number
}

function readPiece(text: string, at: number): Piece {
  const letter = text[at] ?? ''
  if (/\s/.test(letter)) return { text: null, next: at + 1 }
  if (letter === '\\') return text[at + 1] === '\n' ? { text: '', next: at + 2 } : { text: text[at + 1] ?? '', next: at + 2 }
  if (letter === "'") return readUntil(text, at + 1, "'", false, (inner) => inner)
  if (letter === '"') return readUntil(text, at + 1, '"', true, (inner) => inner.replace(/\\(["\\$`])/g, '$1').replace(/\\\n/g, ''))
  if (letter === '$' && text[at + 1] === "'") return readUntil(text, at + 2, "'", true, readControls)
  return { text: letter, next: at + 1 }
}

/** Up to the closing quote; `escapes`: a backslash hides the quote (not so in '...'). */
function readUntil(text: string, from: number, quote: string, escapes: boolean, decode: (inner: string) => string): Piece {
  let end = from
  while (end < text.length && text[end] !== quote) end += escapes && text[end] === '\\' ? 2 : 1
  return { text: decode(text.slice(from, end)), next: end + 1 }
}

function readControls(inner: string): string {
  return inner.replace(/\\([0-7]{3}|.)/g, (_, code: string) => {
    if (code.length === 3) return String.fromCharCode(Number.parseInt(code, 8))
    return { n: '\n', t: '\t', r: '\r' }[code] ?? code
  })
}
