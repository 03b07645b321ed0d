// Texts that no machine, file or page can carry as they are: refused where they come in.

/** Why a value, or a text anywhere in it, cannot be carried; null when all can. */
export function brokenText(value: unknown, path = ''): { readonly path: string; readonly why: string } | null {
  if (typeof value === 'string') {
    if (value.includes('\0')) return { path, why: 'a NUL character cannot be taken' }
    return value.isWellFormed() ? null : { path, why: 'it holds half a character' }
  }
  if (typeof value !== 'object' || value === null) return null
  for (const [key, inner] of Object.entries(value)) {
    // JSON may name it, but what reads the object later would drop it in silence.
    if (key === '__proto__') return { path: key, why: 'this is no name that can be taken' }
    const at = path === '' ? key : `${path}.${key}`
    const found = (Array.isArray(value) ? null : brokenText(key, path === '' ? 'a key' : path)) ?? brokenText(inner, at)
    if (found !== null) return found
  }
  return null
}
