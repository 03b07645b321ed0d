// Reads JSON as model folders really hold it: a bare Infinity or NaN, a trailing comma, a byte order mark. Total: it never throws.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

export type TolerantReading = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly why: string }

/** Longest text that is read a second time, characters. The files known to need it are below 30,000. */
const mostForgiven = 200_000

const bareWords: readonly (readonly [string, string])[] = [
  ['-Infinity', '-1e999'],
  ['Infinity', '1e999'],
  ['NaN', 'null'],
]

/** Index just behind the string that opens at `at`; the text's end when it never closes. */
function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1
    else if (text[i] === '"') return i + 1
  }
  return text.length
}

/** The string that stands behind a key and its colon at `at`; null when something else stands there. */
export function stringAfter(text: string, at: number): string | null {
  const opens = /^\s*:\s*"/.exec(text.slice(at, at + 100))
  if (opens === null) return null
  const from = at + opens[0].length - 1
  try {
    const value: unknown = JSON.parse(text.slice(from, stringEnd(text, from)))
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}

/** Whether nothing but blanks stands between `at` and a closing bracket. */
function closesNext(text: string, at: number): boolean {
  let i = at
  while (i < text.length && /\s/.test(text[i] ?? '')) i += 1
  return text[i] === '}' || text[i] === ']'
}

/** The same text as strict JSON, strings untouched. One pass, no recursion. */
function strict(text: string): string {
  const parts: string[] = []
  let from = 0
  let i = 0
  while (i < text.length) {
    const char = text[i]
    if (char === '"') {
      i = stringEnd(text, i)
      continue
    }
    const bare = char === 'I' || char === 'N' || char === '-' ? bareWords.find(([word]) => text.startsWith(word, i)) : undefined
    const replaced = bare ?? (char === ',' && closesNext(text, i + 1) ? ([',', ''] as const) : undefined)
    if (replaced === undefined) {
      i += 1
      continue
    }
    parts.push(text.slice(from, i), replaced[1])
    i += replaced[0].length
    from = i
  }
  parts.push(text.slice(from))
  return parts.join('')
}

function attempt(text: string): TolerantReading {
  try {
    // JSON.parse keeps no stack per level and makes `__proto__` an ordinary own key.
    return { ok: true, value: JSON.parse(text) as Json }
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message.replaceAll(/\s+/g, ' ').slice(0, 160) : 'not JSON' }
  }
}

/** Reads a text as JSON, forgiving what model publishers get wrong. Values deeper than anybody reads are kept, never walked. */
export function readTolerantJson(text: string): TolerantReading {
  const bare = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  const first = attempt(bare)
  if (first.ok) return first
  // Files that need forgiving are small; a large one that does is not worth holding everything else up.
  if (bare.length > mostForgiven) return first
  const second = attempt(strict(bare))
  return second.ok ? second : first
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An own field, or null: inherited names such as `constructor` are absent. */
export function field(value: Json | undefined, name: string): Json {
  return isObject(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null
}

/** A field that is an object, or null. */
export function objectField(value: Json | undefined, name: string): JsonObject | null {
  const found = field(value, name)
  return isObject(found) ? found : null
}

/** A field that is a text, or null. */
export function textField(value: Json | undefined, name: string): string | null {
  const found = field(value, name)
  return typeof found === 'string' ? found : null
}

/** The first of the fields that is a finite number of zero or more, or null. */
export function numberField(value: Json | undefined, ...names: readonly string[]): number | null {
  for (const name of names) {
    const found = field(value, name)
    if (typeof found === 'number' && Number.isFinite(found) && found >= 0) return found
  }
  return null
}

/** The texts of a field that is a list of texts. */
export function textsField(value: Json | undefined, name: string): readonly string[] {
  const found = field(value, name)
  return Array.isArray(found) ? found.filter((item): item is string => typeof item === 'string') : []
}
