// What recipes need of the world: files, and what is kept about them.
import type { LauncherFile, LauncherMod, LeftRecipe, SeenFiles } from '../domain/launcher-mod.ts'
import type { Recipe } from '../domain/recipe.ts'
import type { Speed } from '../domain/speed.ts'

export interface FileProblem {
  readonly file: string
  readonly line: number | null
  readonly sentence: string
}

export type LauncherReading = { readonly recipe: Recipe } | { readonly left: LeftRecipe }

/** Recipes and families as files. Broken files are told, never thrown: the rest keeps working. */
export interface RecipeFiles {
  /** Shipped and the owner's recipes; `problems` name the file and the line. */
  read(): Promise<{ readonly recipes: readonly Recipe[]; readonly problems: readonly FileProblem[] }>
  /** The launcher's own recipe as one of ours, or why it cannot be carried word for word. `mods`: those of the same checkout. */
  readLauncher(file: LauncherFile, mods: readonly LauncherMod[]): LauncherReading
  /** Writes one of the owner's recipes as YAML; returns the file name. */
  write(recipe: Recipe): Promise<string>
}

export interface RecipeStore {
  /** recipeWords() digests the owner said yes to, by recipe id. */
  confirmations(): Readonly<Record<string, string>>
  /** Files of the mods that a yes was last given to, by recipe id. */
  seenFiles(): Readonly<Record<string, SeenFiles>>
  confirm(recipeId: string, wordsDigest: string, at: number, seen: SeenFiles): void
}

export interface SpeedStore {
  /** `recipeWords`: recipeWords() of the recipe as it was started, on so many machines. */
  find(recipeWords: string, machines: number): Speed | null
  setMeasured(
    recipeWords: string,
    machines: number,
    speed: { readonly tokensPerSecond: number; readonly firstTokenMs: number },
    at: number,
  ): void
  /** Nothing was measured, and why; an earlier measure stays. */
  setSkipped(recipeWords: string, machines: number, why: string, at: number): void
}
