// Reading a docker-like command line: flags with and without values, then words.

export interface Argv {
  readonly words: readonly string[]
  has(...names: string[]): boolean
  value(...names: string[]): string | null
  values(...names: string[]): readonly string[]
}

/** `valued`: flags that take a value. `untilWord`: everything from the first word on is left as it is (run, exec). */
export function readArgv(argv: readonly string[], valued: readonly string[], untilWord = false): Argv {
  const found = new Map<string, string[]>()
  const words: string[] = []
  const keep = (name: string, value: string): void => {
    found.set(name, [...(found.get(name) ?? []), value])
  }
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (isWord(word) && untilWord) {
      words.push(...argv.slice(at))
      break
    }
    if (isWord(word)) words.push(word)
    else {
      const [name, value] = splitFlag(word)
      keep(name, value ?? (valued.includes(name) ? (argv[++at] ?? '') : ''))
    }
  }
  return {
    words,
    has: (...names) => names.some((name) => found.has(name)),
    value: (...names) => names.flatMap((name) => found.get(name) ?? []).at(-1) ?? null,
    values: (...names) => names.flatMap((name) => found.get(name) ?? []),
  }
}

const isWord = (word: string): boolean => word === '-' || !word.startsWith('-')

/** `--name=value`; short flags take no `=`. */
function splitFlag(word: string): [string, string?] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)]
}
