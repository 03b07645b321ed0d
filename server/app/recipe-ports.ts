// What recipes need of the world: files, and what is kept about them.
import type { Recipe } from '../domain/recipe.ts'
import type { Speed } from '../domain/speed.ts'

/** One file of the folder `recipes` in the launcher's checkout, as it lies there. */
export interface LauncherFile {
  readonly name: string
  readonly text: string
}

export interface FileProblem {
  readonly file: string
  readonly line: number | null
  readonly sentence: string
}

/** Recipes and families as files. Broken files are told, never thrown: the rest keeps working. */
export interface RecipeFiles {
  /** Shipped and the owner's recipes; `problems` name the file and the line. */
  read(): Promise<{ readonly recipes: readonly Recipe[]; readonly problems: readonly FileProblem[] }>
  /** The launcher's own recipe as one of ours; null where it cannot be carried word for word. */
  readLauncher(file: LauncherFile): Recipe | null
  /** Writes one of the owner's recipes as YAML; returns the file name. */
  write(recipe: Recipe): Promise<string>
}

export interface RecipeStore {
  /** recipeWords() digests the owner said yes to, by recipe id. */
  confirmations(): Readonly<Record<string, string>>
  confirm(recipeId: string, wordsDigest: string, at: number): void
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
