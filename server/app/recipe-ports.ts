// What recipes need of the world: files, the text of one recipe, and what is kept about them.
import type { LauncherFile, LauncherMod, LeftRecipe, SeenFiles } from '../domain/launcher-mod.ts'
import type { Recipe } from '../domain/recipe.ts'
import type { RecipeDraft } from '../domain/recipe-draft.ts'
import type { RecipeForm } from '../domain/recipe-form.ts'
import type { KeptDraft, RecipeVersion } from '../domain/recipe-history.ts'
import type { Speed } from '../domain/speed.ts'

export interface FileProblem {
  readonly file: string
  readonly line: number | null
  readonly sentence: string
}

export type LauncherReading = { readonly recipe: Recipe } | { readonly left: LeftRecipe }

/** Recipes and families as files. Broken files are told, never thrown: the rest keeps working. */
export interface RecipeFiles {
  /** Shipped and the owner's recipes; `problems` name the file and the line. `texts`: of the owner's, by id. */
  read(): Promise<{
    readonly recipes: readonly Recipe[]
    readonly problems: readonly FileProblem[]
    readonly texts: ReadonlyMap<string, string>
  }>
  /** The launcher's own recipe as one of ours, or why it cannot be carried word for word. `mods`: those of the same checkout. */
  readLauncher(file: LauncherFile, mods: readonly LauncherMod[]): LauncherReading
  /** Writes one of the owner's recipes, as this text where one is given; returns the file name. */
  write(recipe: Recipe, text?: string): Promise<string>
  /** Takes the file of one of the owner's recipes away; no error where it is gone already. */
  remove(recipe: string): Promise<void>
  readonly texts: RecipeTexts
}

/** One recipe as text and as a form: two views of the same. */
export interface RecipeTexts {
  read(text: string): ReadText
  /** A recipe as YAML. `id` is written only where it is not the usual one. */
  write(recipe: RecipeDraft & { readonly id: string | null }): string
  /** The text with what the form says; what the form does not show (remarks, keys it does not know) stays. null: no form can show it. */
  apply(text: string, form: RecipeForm): string | null
}

export interface ReadText {
  /** null: it is not valid; `problems` say why. */
  readonly draft: (RecipeDraft & { readonly id: string | null }) | null
  readonly problems: readonly { readonly line: number | null; readonly field: string | null; readonly sentence: string }[]
  /** What a form shows of it, valid or not; null: it is not YAML of that kind. */
  readonly form: RecipeForm | null
  /** Line of a field: `title`, `flags.max-model-len`, `env.NAME`. */
  lineOf(field: string): number | null
}

export interface RecipeStore {
  /** recipeWords() digests the owner said yes to, by recipe id. */
  confirmations(): Readonly<Record<string, string>>
  /** Files of the mods that a yes was last given to, by recipe id. */
  seenFiles(): Readonly<Record<string, SeenFiles>>
  confirm(recipeId: string, wordsDigest: string, at: number, seen: SeenFiles): void
  /** Newest first. */
  versions(recipe: string): readonly RecipeVersion[]
  /** The newest version of every recipe there ever was. */
  newest(): readonly RecipeVersion[]
  /** False: there is such a version already. */
  add(version: RecipeVersion): boolean
  settle(recipe: string, version: number): void
  /** Takes back a version whose file could not be written. */
  drop(recipe: string, version: number): void
  draft(id: string): KeptDraft | null
  /** Of a model, newest first. */
  drafts(model: string): readonly KeptDraft[]
  keepDraft(draft: KeptDraft): void
  forgetDraft(id: string): void
  /** Those that were last changed before. */
  forgetDraftsBefore(changedAt: number): void
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
