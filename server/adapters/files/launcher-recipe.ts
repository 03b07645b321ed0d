// The launcher's own recipes as ours, where nothing of what they say gets lost: a plain `vllm serve` of one model whose words need
// no shell. One that needs more (changes to the image, pipes, several values after a flag) is left to the launcher.
import type { LauncherFile } from '../../app/ports.ts'
import { LauncherRecipeFile, type LauncherRecipeShape } from '../../contract/recipe-file.ts'
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

/** A file as a recipe; null where it cannot be carried word for word. */
export function launcherRecipe({ name, text }: LauncherFile): Recipe | null {
  const read = parseYaml(name, text, LauncherRecipeFile)
  if (!read.ok || read.value.model === undefined || read.value.mods.length > 0) return null
  const command = formatted(read.value.command, read.value.defaults)
  const words = command === null ? null : shellWords(command)
  const isServe = words !== null && words[0] === 'vllm' && words[1] === 'serve' && words[2] === read.value.model
  const flags = isServe ? flagsOf(words.slice(3)) : null
  return flags === null ? null : toRecipe(name, read.value.model, read.value, flags)
}

/** Python's str.format with names alone: `{name}` is a default, `{{` and `}}` are braces. */
function formatted(command: string, defaults: LauncherRecipeShape['defaults']): string | null {
  let known = true
  const text = command.replace(/\{\{|\}\}|\{([A-Za-z_]\w*)\}|[{}]/g, (found, name?: string) => {
    if (found === '{{' || found === '}}') return found.charAt(0)
    const value = name !== undefined && Object.hasOwn(defaults, name) ? defaults[name] : undefined
    if (value === undefined) known = false
    return String(value)
  })
  return known ? text : null
}

type Given = ReadonlyMap<string, string | true>

/** A word that begins a flag: its name, and its value where that stands in the same word. */
function startOf(word: string): { readonly name: string; readonly value: string | null } | null {
  const match = /^--([A-Za-z0-9][\w.-]*)(?:=([\s\S]*))?$/.exec(shortNames[word] ?? word)
  return match === null ? null : { name: (match[1] ?? '').replaceAll('_', '-'), value: match[2] ?? null }
}

/** A short flag that is not known here is no value; a negative number is one. */
const isValue = (word: string): boolean => !/^-(?!\d)/.test(word)

/** Flags by long name; null where one stands twice or has several values. */
function flagsOf(words: readonly string[]): Given | null {
  const flags = new Map<string, string | true>()
  let open: string | null = null
  for (const word of words) {
    const started = startOf(word)
    const name: string | null = started === null ? open : started.name
    if (name === null || (started === null ? !isValue(word) : flags.has(name))) return null
    flags.set(name, started === null ? word : (started.value ?? true))
    open = started !== null && started.value === null ? name : null
  }
  return flags
}

const wholeOf = (value: string | true | undefined, otherwise: number | null): number | null => {
  if (value === undefined) return otherwise
  return typeof value === 'string' && /^\d{1,5}$/.test(value) && Number(value) > 0 ? Number(value) : null
}

function toRecipe(file: string, model: string, shape: LauncherRecipeShape, given: Given): Recipe | null {
  const tensor = wholeOf(given.get('tensor-parallel-size'), 1)
  const port = given.has('port') ? wholeOf(given.get('port'), null) : null
  const spreads = wholeOf(given.get('pipeline-parallel-size'), 1) !== 1 || [...given.keys()].some((name) => notOurs.has(name))
  if (tensor === null || tensor > mostNodes || spreads || (given.has('port') && port === null)) return null
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
    nodes: shape.solo_only ? 1 : tensor,
    flags,
    env: shape.env,
    confirmed: false,
    file,
  }
  return recipeProblem(recipe) === null ? recipe : null
}
