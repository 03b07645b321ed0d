// Texts that no machine, file or page can carry as they are: refused where they come in.

interface Broken {
  readonly path: string
  readonly why: string
}

/** Why a value, or a text anywhere in it, cannot be carried; null when all can. */
export function brokenText(value: unknown, path = ''): Broken | null {
  if (typeof value === 'string') return ofText(value, path)
  if (typeof value !== 'object' || value === null) return null
  for (const [key, inner] of Object.entries(value)) {
    const found = ofKey(key, path) ?? brokenText(inner, path === '' ? key : `${path}.${key}`)
    if (found !== null) return found
  }
  return null
}

function ofText(text: string, path: string): Broken | null {
  if (text.includes('\0')) return { path, why: 'a NUL character cannot be taken' }
  return text.isWellFormed() ? null : { path, why: 'it holds half a character' }
}

function ofKey(key: string, path: string): Broken | null {
  // JSON may name it, but what reads the object later would drop it in silence.
  if (key === '__proto__') return { path: key, why: 'this is no name that can be taken' }
  return ofText(key, path === '' ? 'a key' : path)
}
