// The launcher's own recipes as ours, where nothing of what they say gets lost: a plain `vllm serve` of one model whose words need
// no shell, with the mods it names. One that says more is told of with its reason, and left to the launcher.
import type { LauncherReading } from '../../app/recipe-ports.ts'
import { LauncherRecipeFile, LauncherRecipeName, type LauncherRecipeShape } from '../../contract/recipe-file.ts'
import type { LauncherFile, LauncherMod, RecipeMod } from '../../domain/launcher-mod.ts'
import type { Flag } from '../../domain/model.ts'
import type { Recipe } from '../../domain/recipe.ts'
import { recipeProblem } from '../../domain/recipe-draft.ts'
import { shellWords } from './shell-words.ts'
import { parseYaml } from './yaml-file.ts'

const mostNodes = 16
const shortNames: Readonly<Record<string, string>> = { '-tp': '--tensor-parallel-size', '-pp': '--pipeline-parallel-size' }
/** The launch decides these itself, for the machines it chose. */
const decidedByLaunch: ReadonlySet<string> = new Set(['host', 'distributed-executor-backend'])
/** A start that spreads in these ways is not one of ours. */
const notOurs: ReadonlySet<string> = new Set(['data-parallel-size', 'nnodes', 'node-rank', 'master-addr', 'master-port', 'headless'])

/** Why a recipe is left, on its way out of the steps below. */
interface Left {
  readonly why: string
}
const left = (why: string): Left => ({ why })
const isLeft = (value: object): value is Left => 'why' in value

/** A file as a recipe, or why it cannot be carried word for word. `mods`: those of the checkout it lies in. */
export function launcherRecipe(file: LauncherFile, mods: readonly LauncherMod[] = []): LauncherReading {
  const { name, text } = file
  const told = (why: string, model: string | null = null, title: string | null = null): LauncherReading => ({
    left: { file: name, model, title, why },
  })
  if (text === null) return told('It is larger than 64 KiB, so it is not read.')
  const read = parseYaml(name, text, LauncherRecipeFile)
  if (!read.ok) {
    const called = parseYaml(name, text, LauncherRecipeName)
    const first = read.problems[0]
    const where = first?.line == null ? '' : `Line ${first.line}: `
    const why = `${where}${first?.sentence ?? 'It cannot be read.'}`
    return called.ok ? told(why, called.value.model ?? null, called.value.name ?? null) : told(why)
  }
  const carried = carry(name, read.value, mods)
  return isLeft(carried) ? told(carried.why, read.value.model ?? null, read.value.name) : { recipe: carried }
}

function carry(file: string, shape: LauncherRecipeShape, held: readonly LauncherMod[]): Recipe | Left {
  if (shape.model === undefined) return left('It names no model, so it belongs to none here.')
  const command = formatted(shape.command, shape.defaults)
  if (isLeft(command)) return command
  const words = shellWords(command.text)
  if (words === null)
    return left('Its command needs a shell: a pipe, a variable, a second command or the like. Spark Control starts only one plain command.')
  if (words[0] !== 'vllm' || words[1] !== 'serve' || words[2] !== shape.model)
    return left(`Its command is not "vllm serve ${shape.model}".`)
  const flags = flagsOf(words.slice(3))
  if (isLeft(flags)) return flags
  const mods = modsOf(shape.mods, held)
  if (isLeft(mods)) return mods
  return toRecipe(file, shape.model, shape, flags.given, mods.mods)
}

/** Python's str.format with names alone: `{name}` is a default, `{{` and `}}` are braces. */
function formatted(command: string, defaults: LauncherRecipeShape['defaults']): { readonly text: string } | Left {
  let unknown: string | null = null
  const text = command.replace(/\{\{|\}\}|\{([A-Za-z_]\w*)\}|[{}]/g, (found, name?: string) => {
    if (found === '{{' || found === '}}') return found.charAt(0)
    const value = name !== undefined && Object.hasOwn(defaults, name) ? defaults[name] : undefined
    if (value === undefined) unknown ??= name ?? ''
    return String(value)
  })
  if (unknown === null) return { text }
  if (unknown === '') return left('Its command holds a brace that is more than a name, which is not understood here.')
  return left(`Its command asks for {${unknown}}, and its defaults do not say what that is.`)
}

type Given = ReadonlyMap<string, string | true>

/** A word that begins a flag: its name, and its value where that stands in the same word. */
function startOf(word: string): { readonly name: string; readonly value: string | null } | null {
  const match = /^--([A-Za-z0-9][\w.-]*)(?:=([\s\S]*))?$/.exec(shortNames[word] ?? word)
  return match === null ? null : { name: (match[1] ?? '').replaceAll('_', '-'), value: match[2] ?? null }
}

/** A short flag that is not known here is no value; a negative number is one. */
const isValue = (word: string): boolean => !/^-(?!\d)/.test(word)

/** Flags by long name. */
function flagsOf(words: readonly string[]): { readonly given: Given } | Left {
  const flags = new Map<string, string | true>()
  let open: string | null = null
  for (const word of words) {
    const started = startOf(word)
    const misfit = started === null ? valueMisfit(word, open) : flags.has(started.name) ? `names --${started.name} twice` : null
    if (misfit !== null) return left(`Its command ${misfit}.`)
    flags.set(started?.name ?? open ?? '', started === null ? word : (started.value ?? true))
    open = started?.value === null ? started.name : null
  }
  return { given: flags }
}

function valueMisfit(word: string, open: string | null): string | null {
  if (!isValue(word)) return `holds ${shown(word)}, which is not known here`
  return open === null ? `gives ${shown(word)} where no value is expected` : null
}

const shown = (word: string): string => JSON.stringify(word.slice(0, 60))

const modPath = /^(?:\.\/)?(mods\/[A-Za-z0-9][A-Za-z0-9._-]*)\/?$/

/** The mods a recipe names, as they lie in the checkout; one that cannot be shown whole cannot be confirmed. */
function modsOf(names: readonly string[], held: readonly LauncherMod[]): { readonly mods: readonly RecipeMod[] } | Left {
  const mods: RecipeMod[] = []
  for (const name of names) {
    const path = modPath.exec(name)?.[1]
    if (path === undefined || path.includes('..')) return left(`Its mod ${shown(name)} is not a folder of the launcher's "mods".`)
    const mod = held.find((one) => one.path === path)
    if (mod === undefined) return left(`Its mod ${path} is not in the launcher's folder.`)
    if (mod.problem !== null) return left(`Its mod ${path} cannot be used: ${mod.problem}`)
    if (mods.some((one) => one.path === path)) return left(`It names the mod ${path} twice.`)
    mods.push({ path, files: mod.files.map((file) => ({ path: file.path, sizeBytes: file.sizeBytes, digest: file.digest })) })
  }
  return { mods }
}

const wholeOf = (value: string | true | undefined, otherwise: number | null): number | null => {
  if (value === undefined) return otherwise
  return typeof value === 'string' && /^\d{1,5}$/.test(value) && Number(value) > 0 ? Number(value) : null
}

function toRecipe(file: string, model: string, shape: LauncherRecipeShape, given: Given, mods: readonly RecipeMod[]): Recipe | Left {
  const tensor = wholeOf(given.get('tensor-parallel-size'), 1)
  const port = given.has('port') ? wholeOf(given.get('port'), null) : null
  const spread = [...given.keys()].find((name) => notOurs.has(name))
  if (wholeOf(given.get('pipeline-parallel-size'), 1) !== 1) return left('It spreads the model in a pipeline, which is not done here.')
  if (spread !== undefined) return left(`It spreads the model with --${spread}, which is not done here.`)
  if (tensor === null || tensor > mostNodes) return left(`It does not say on how many Sparks it runs, in a number from 1 to ${mostNodes}.`)
  if (given.has('port') && port === null) return left('The port of its command is not a number.')
  const nodes = shape.solo_only ? 1 : tensor
  if (shape.cluster_only && nodes === 1) return left('It is for several Sparks together, and its command is for one.')
  const placed = new Set(['tensor-parallel-size', 'pipeline-parallel-size', 'port', ...decidedByLaunch])
  const source = `launcher: recipes/${file}`
  const flags: Flag[] = [...given]
    .filter(([name]) => !placed.has(name))
    .map(([name, value]) => ({ name, value, reason: `So says the launcher's recipe ${shape.name}.`, source }))
  const recipe: Recipe = {
    id: `launcher:${file.replace(/\.yaml$/, '')}`,
    source: 'launcher',
    model,
    title: shape.name,
    description: shape.description ?? null,
    image: shape.container,
    port,
    nodes,
    flags,
    env: shape.env,
    ...(mods.length === 0 ? {} : { mods }),
    confirmed: false,
    file,
  }
  const problem = recipeProblem(recipe)
  return problem === null ? recipe : left(`${problem}.`)
}
