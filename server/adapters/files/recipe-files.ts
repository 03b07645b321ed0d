// Recipes and families as files: shipped ones, and the owner's own, which lie over them.
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileProblem } from '../../app/ports.ts'
import type { RecipeFiles } from '../../app/recipe-ports.ts'
import { SparkError } from '../../contract/errors.ts'
import { FamilyFile, RecipeFile, type RecipeFileShape } from '../../contract/recipe-file.ts'
import { failureCode } from '../../domain/failure-code.ts'
import type { Family } from '../../domain/family.ts'
import type { Recipe } from '../../domain/recipe.ts'
import { launcherRecipe } from './launcher-recipe.ts'
import { contentOf, recipeTexts } from './recipe-text.ts'
import { parseYaml, readYaml } from './yaml-file.ts'

export interface RecipeFilesNeeds {
  /** Folder of the recipes that come with the product (recipes/models). */
  readonly shippedDir: string
  /** Folder of the owner's recipes; need not exist. */
  readonly ownerDir: string
}

const mostFiles = 2000

async function yamlFiles(dir: string): Promise<{ readonly names: readonly string[]; readonly problem: FileProblem | null }> {
  try {
    const names = (await readdir(dir)).filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.')).sort()
    return { names: names.slice(0, mostFiles), problem: null }
  } catch (error) {
    const code = failureCode(error)
    if (code === 'ENOENT') return { names: [], problem: null }
    return { names: [], problem: { file: dir, line: null, sentence: `The folder of recipes cannot be read (${code}).` } }
  }
}

function toRecipe(shape: RecipeFileShape, source: 'owner' | 'shipped', file: string): Recipe {
  return { id: shape.id ?? `${source}:${shape.model}`, source, ...contentOf(shape, file), confirmed: true, file }
}

interface Found {
  readonly recipes: readonly Recipe[]
  readonly problems: readonly FileProblem[]
  readonly texts: ReadonlyMap<string, string>
}

async function readFolder(dir: string, source: 'owner' | 'shipped'): Promise<Found> {
  const { names, problem } = await yamlFiles(dir)
  const recipes: Recipe[] = []
  const problems: FileProblem[] = problem === null ? [] : [problem]
  const texts = new Map<string, string>()
  for (const name of names) {
    const reading = await readYaml(join(dir, name), RecipeFile)
    if (reading.ok) recipes.push(toRecipe(reading.value, source, name))
    else problems.push(...reading.problems)
    if (reading.ok) texts.set(recipes.at(-1)?.id ?? '', reading.text)
  }
  return { recipes, problems, texts }
}

/** The first recipe of an id wins; a second one is told of, so that nobody wonders why an edit has no effect. */
function withoutRepeats(found: Found): Found {
  const byId = new Map<string, Recipe>()
  const problems = [...found.problems]
  for (const recipe of found.recipes) {
    const first = byId.get(recipe.id)
    if (first === undefined) byId.set(recipe.id, recipe)
    else
      problems.push({
        file: recipe.file ?? recipe.id,
        line: null,
        sentence: `${first.file ?? 'Another file'} already holds the recipe ${recipe.id}; this one is not used.`,
      })
  }
  return { recipes: [...byId.values()], problems, texts: found.texts }
}

/** A file name from a model id: what a file system and a reader can bear, never a path. */
export function recipeFileName(model: string): string {
  const plain = model
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '')
    .slice(0, 180)
  return `${plain === '' ? 'recipe' : plain}.yaml`
}

/** A name in the owner's folder that this recipe may take: its own, or the first free one beside a recipe of another id. */
async function freeName(dir: string, recipe: Recipe): Promise<string> {
  const wanted = recipeFileName(recipe.model)
  for (let number = 1; number <= mostFiles; number += 1) {
    const name = number === 1 ? wanted : wanted.replace(/\.yaml$/, `-${number}.yaml`)
    const reading = await readYaml(join(dir, name), RecipeFile)
    if (reading.ok ? toRecipe(reading.value, 'owner', name).id === recipe.id : reading.problems.some((p) => p.sentence.includes('ENOENT')))
      return name
  }
  throw new SparkError('recipe_invalid', { why: `no file name is free for it in ${dir}` })
}

/** Reads the shipped recipes and the owner's, and writes the owner's. */
export function createRecipeFiles(needs: RecipeFilesNeeds): RecipeFiles {
  return {
    async read() {
      const owner = await readFolder(needs.ownerDir, 'owner')
      const shipped = await readFolder(needs.shippedDir, 'shipped')
      return withoutRepeats({
        recipes: [...owner.recipes, ...shipped.recipes],
        problems: [...owner.problems, ...shipped.problems],
        texts: owner.texts,
      })
    },
    readLauncher: launcherRecipe,
    async write(recipe, text = recipeTexts.write(recipe)) {
      const checked = parseYaml(recipeFileName(recipe.model), text, RecipeFile)
      if (!checked.ok) {
        throw new SparkError('recipe_invalid', {
          why: checked.problems
            .map((problem) => problem.sentence)
            .join(' ')
            .replace(/\.$/, ''),
        })
      }
      return await onDisk(written(needs.ownerDir, recipe, text))
    },
    remove: async (recipe) => onDisk(removed(needs.ownerDir, recipe)),
    texts: recipeTexts,
  }
}

const onDisk = async <Value>(work: Promise<Value>): Promise<Value> =>
  work.catch((error: unknown) => {
    throw diskFailure(error)
  })

/** Every file that says this recipe: a second one was not used, and must not take the first one's place. */
async function removed(folder: string, recipe: string): Promise<void> {
  const { names } = await yamlFiles(folder)
  for (const name of names) {
    const reading = await readYaml(join(folder, name), RecipeFile)
    if (reading.ok && toRecipe(reading.value, 'owner', name).id === recipe) await rm(join(folder, name), { force: true })
  }
}

/** Appears under its name whole, or not at all. */
async function written(folder: string, recipe: Recipe, text: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const name = await freeName(folder, recipe)
  const draft = join(folder, `.${name}.new`)
  await writeFile(draft, text, { flush: true })
  await rename(draft, join(folder, name))
  return name
}

function diskFailure(error: unknown): unknown {
  const code = failureCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return new SparkError('storage_full', {}, { cause: error })
  return /^(EACCES|EROFS|EPERM|EIO)$/.test(code) ? new SparkError('storage_denied', { why: code }, { cause: error }) : error
}

/** Every family of a folder; what cannot be read is told and left out. */
export async function readFamilies(
  dir: string,
): Promise<{ readonly families: readonly Family[]; readonly problems: readonly FileProblem[] }> {
  const { names, problem } = await yamlFiles(dir)
  const families = new Map<string, Family>()
  const problems: FileProblem[] = problem === null ? [] : [problem]
  for (const name of names) {
    const reading = await readYaml(join(dir, name), FamilyFile)
    if (!reading.ok) problems.push(...reading.problems)
    else if (families.has(reading.value.id))
      problems.push({ file: name, line: null, sentence: `There is already a family ${reading.value.id}; this one is not used.` })
    else families.set(reading.value.id, { ...reading.value, file: name })
  }
  return { families: [...families.values()], problems }
}
