import type { Child } from 'hono/jsx'

interface Props {
  readonly id: string
  readonly label: string
  readonly children: Child
}

/** Text to carry elsewhere: one click selects it; the copy button appears only where the browser lets a page copy (https, localhost). */
export function Copyable({ id, label, children }: Props) {
  return (
    <div class="copyable">
      <code id={id} data-select="">
        {children}
      </code>
      <button type="button" class="button small" data-copy={`#${id}`} aria-label={`Copy: ${label}`} hidden>
        Copy
      </button>
    </div>
  )
}

const plain = /^[A-Za-z0-9_./:=@%+,-]+$/

/** One argument as one would type it in a shell, for reading only. */
export function shellWord(word: string): string {
  return plain.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** A command line broken where a flag begins. */
export function commandLine(argv: readonly string[]): string {
  return argv.map((word, at) => (at === 0 ? '' : word.startsWith('-') ? ' \\\n    ' : ' ') + shellWord(word)).join('')
}
