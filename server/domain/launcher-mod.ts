// Mods of the launcher: folders of its checkout whose run.sh it runs as root in the container, on every machine, before vLLM starts.
// A mod is known by its files: another byte in one of them is another mod, and asks for the owner's word again.

/** One file of a mod. `digest`: SHA-256 of all of it, hex. */
export interface ModFile {
  readonly path: string
  readonly sizeBytes: number
  readonly digest: string
}

/** As a recipe names it, e.g. mods/fix-template, with its files in the order of their names. */
export interface RecipeMod {
  readonly path: string
  readonly files: readonly ModFile[]
}

/** `text`: how it begins, whole unless `cut`; null: it is no text, or there was too much to read. */
export interface ShownFile extends ModFile {
  readonly text: string | null
  readonly cut: boolean
}

/** A mod as it lies in a checkout. */
export interface LauncherMod {
  readonly path: string
  readonly files: readonly ShownFile[]
  /** Why it cannot be used, in a sentence; null: it can. */
  readonly problem: string | null
}

/** One file of the folder `recipes` in the launcher's checkout, as it lies there. `text` null: too large to be a recipe. */
export interface LauncherFile {
  readonly name: string
  readonly text: string | null
}

/** What a launcher's checkout brings. `unread`: recipes beyond what is read, or with names that cannot be shown. */
export interface LauncherCheckout {
  readonly recipes: readonly LauncherFile[]
  readonly mods: readonly LauncherMod[]
  readonly unread: number
}

export const emptyCheckout: LauncherCheckout = { recipes: [], mods: [], unread: 0 }

/** A recipe of the launcher that cannot be used here, with the reason in a sentence. */
export interface LeftRecipe {
  readonly file: string
  readonly model: string | null
  readonly title: string | null
  readonly why: string
}

/** Digests by path, as a confirmation remembers them. */
export type SeenFiles = Readonly<Record<string, string>>

export function seenFiles(mods: readonly RecipeMod[]): SeenFiles {
  return Object.fromEntries(mods.flatMap((mod) => mod.files.map((file) => [`${mod.path}/${file.path}`, file.digest])))
}

/** Files that came, went or changed since, by path inside the mod. */
export function changedFiles(before: SeenFiles, mod: RecipeMod): readonly string[] {
  const now = seenFiles([mod])
  const start = `${mod.path}/`
  const gone = Object.keys(before).filter((path) => path.startsWith(start) && !Object.hasOwn(now, path))
  const other = Object.keys(now).filter((path) => now[path] !== (Object.hasOwn(before, path) ? before[path] : undefined))
  return [...other, ...gone].map((path) => path.slice(start.length)).sort()
}

/** What is wrong with a mod on the machine that would apply it; null: it is the one that was shown. */
export function modTrouble(wanted: RecipeMod, held: readonly LauncherMod[]): { readonly files: readonly string[] } | null {
  const there = held.find((mod) => mod.path === wanted.path)
  if (there === undefined || there.problem !== null) return { files: [] }
  const files = changedFiles(seenFiles([wanted]), there)
  return files.length === 0 ? null : { files }
}

/** "run.sh", "run.sh and fix.patch", "run.sh, fix.patch and 3 others". */
export function fileWords(files: readonly string[]): string {
  const shown = files.length > 3 ? [...files.slice(0, 2), `${files.length - 2} others`] : files
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
