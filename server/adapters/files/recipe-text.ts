// One recipe as YAML text: read against its schema with a line for everything, drawn as a form, and changed by a form without losing
// what the form does not show.
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import type { ReadText, RecipeTexts } from '../../app/recipe-ports.ts'
import { RecipeFile, type RecipeFileShape } from '../../contract/recipe-file.ts'
import type { Flag } from '../../domain/model.ts'
import { modelName } from '../../domain/model-name.ts'
import { fieldOfValue, flagFieldOf, isEmptyEnv, isEmptyFlag, type RecipeForm, valueOfField } from '../../domain/recipe-form.ts'
import { parseYaml, yamlStyle, yamlText } from './yaml-file.ts'

const options = { prettyErrors: false, uniqueKeys: true, logLevel: 'error' } as const
const theFile = 'your recipe'

function toShape(recipe: Parameters<RecipeTexts['write']>[0]): Record<string, unknown> {
  return {
    ...(recipe.id === null || recipe.id === `owner:${recipe.model}` ? {} : { id: recipe.id }),
    model: recipe.model,
    title: recipe.title,
    ...(recipe.description === null ? {} : { description: recipe.description }),
    ...(recipe.image === null ? {} : { image: recipe.image }),
    ...(recipe.port === null ? {} : { port: recipe.port }),
    nodes: recipe.nodes,
    flags: recipe.flags.map(({ name, value, reason, source }) => ({ name, value, reason, source })),
    ...(Object.keys(recipe.env).length === 0 ? {} : { env: recipe.env }),
  }
}

export const recipeYaml: RecipeTexts['write'] = (recipe) => yamlText(toShape(recipe))

/** What a file says of a recipe, its gaps filled. `source`: where a flag comes from that does not say so itself. */
export const contentOf = (shape: RecipeFileShape, source: string) => ({
  model: shape.model,
  title: shape.title ?? modelName(shape.model),
  description: shape.description,
  image: shape.image,
  port: shape.port,
  nodes: shape.nodes,
  flags: shape.flags.map((flag) => ({ ...flag, source: flag.source ?? source })),
  env: shape.env,
})

const draftOf = (shape: RecipeFileShape): NonNullable<ReadText['draft']> => ({
  id: shape.id ?? null,
  ...contentOf(shape, 'your own recipe'),
})

/** The text of a plain value; null where a field cannot show it. */
function scalarText(node: unknown): string | null {
  if (node === undefined || node === null) return ''
  if (!isScalar(node)) return null
  return node.value === null || node.value === undefined ? '' : String(node.value)
}

function valueField(node: unknown): string | null {
  if (node === undefined || node === null) return ''
  if (!isScalar(node)) return null
  const { value } = node
  if (value === true || typeof value === 'number' || typeof value === 'string') return fieldOfValue(value)
  return value === null || value === undefined ? '' : String(value)
}

function flagFields(list: unknown): RecipeForm['flags'] | null {
  if (list === undefined || list === null || (isScalar(list) && list.value === null)) return []
  if (!isSeq(list)) return null
  const fields = list.items.map((item, at) => {
    if (!isMap(item)) return null
    const [name, value, reason] = [
      scalarText(item.get('name', true)),
      valueField(item.get('value', true)),
      scalarText(item.get('reason', true)),
    ]
    return name === null || value === null || reason === null ? null : { name, value, reason, at }
  })
  return fields.every((field) => field !== null) ? fields : null
}

function envFields(map: unknown): RecipeForm['env'] | null {
  if (map === undefined || map === null || (isScalar(map) && map.value === null)) return []
  if (!isMap(map)) return null
  const fields = map.items.map(({ key, value }) => {
    const [name, text] = [scalarText(key), scalarText(value)]
    return name === null || text === null ? null : { name, value: text }
  })
  return fields.every((field) => field !== null) ? fields : null
}

function formOf(document: Document): RecipeForm | null {
  const root = document.contents
  if (document.errors.length > 0 || !isMap(root)) return null
  const [title, description, nodes, image, port] = ['title', 'description', 'nodes', 'image', 'port'].map((key) =>
    scalarText(root.get(key, true)),
  )
  const [flags, env] = [flagFields(root.get('flags', true)), envFields(root.get('env', true))]
  const texts = [title, description, nodes, image, port]
  if (flags === null || env === null || texts.some((text) => typeof text !== 'string')) return null
  return { title: title ?? '', description: description ?? '', nodes: nodes ?? '', image: image ?? '', port: port ?? '', flags, env }
}

function offsetOf(document: Document, field: string): number | null {
  const root = document.contents
  if (!isMap(root)) return null
  const [first = '', ...rest] = field.split('.')
  const name = rest.join('.')
  const inside = root.get(first, true)
  if (name !== '' && isSeq(inside)) {
    const found = inside.items.find((item) => isMap(item) && String(item.get('name')) === name)
    if (isNode(found)) return found.range?.[0] ?? null
  }
  const holder = name !== '' && isMap(inside) ? inside : root
  const wanted = holder === root ? first : name
  const pair = holder.items.find(({ key }) => isScalar(key) && String(key.value) === wanted)
  return isNode(pair?.key) ? (pair.key.range?.[0] ?? null) : null
}

function read(text: string): ReadText {
  const lines = new LineCounter()
  const document = (() => {
    try {
      return parseDocument(text, { ...options, lineCounter: lines })
    } catch {
      // Nested deeper than the parser can go; parseYaml says so below.
      return null
    }
  })()
  const lineOf = (field: string): number | null => {
    const at = document === null ? null : offsetOf(document, field)
    return at === null ? null : lines.linePos(at).line
  }
  const checked = parseYaml(theFile, text, RecipeFile)
  const form = document === null ? null : formOf(document)
  if (checked.ok) return { draft: draftOf(checked.value), problems: [], form, lineOf }
  const problems = checked.problems.map(({ line, sentence }) => {
    const [, path = ''] = /^([a-z]+(?:\.[^:\s]*)?): /.exec(sentence) ?? []
    return { line, field: path === '' ? null : path, sentence }
  })
  return { draft: null, problems, form, lineOf }
}

const setOr = (map: YAMLMap, key: string, value: unknown): void => {
  if (value === null) map.delete(key)
  else if (map.get(key) !== value) map.set(key, value)
}

/** A number where it is one; as it was typed where it is not, so that it is told of and not lost. */
const numberOr = (text: string): string | number | null => {
  const typed = text.trim()
  if (typed === '') return null
  return /^\d{1,15}$/.test(typed) ? Number(typed) : typed
}

function changedFlag(document: Document, old: YAMLMap | null, row: RecipeForm['flags'][number]): unknown {
  const { name, value } = flagFieldOf(row)
  const reason = row.reason.trim() === '' && old !== null ? 'No reason given.' : row.reason
  const typed: Flag['value'] = valueOfField(value)
  if (old === null) {
    return document.createNode({ name, value: typed, reason: reason.trim() === '' ? 'You added it.' : reason, source: 'your own recipe' })
  }
  const before = valueField(old.get('value', true)) ?? ''
  const there = scalarText(old.get('reason', true)) ?? ''
  const untouched = reason === (row.drawn ?? there)
  setOr(old, 'name', name)
  if (before !== value) {
    old.set('value', typed)
    old.set('source', 'your own recipe')
  }
  if (!untouched) setOr(old, 'reason', reason)
  // While somebody types, every stop is a change: the value it had first is the one that tells.
  else if (before !== value && !there.startsWith('You ')) setOr(old, 'reason', `You changed it${before === '' ? '' : ` from ${before}`}.`)
  return old
}

function apply(text: string, form: RecipeForm): string | null {
  const document = parseDocument(text, options)
  const root = document.contents
  if (formOf(document) === null || !isMap(root)) return null
  const map = root as YAMLMap
  setOr(map, 'title', form.title)
  setOr(map, 'nodes', numberOr(form.nodes) ?? 1)
  for (const key of ['description', 'image'] as const) setOr(map, key, form[key].trim() === '' ? null : form[key].trim())
  setOr(map, 'port', numberOr(form.port))
  const list = map.get('flags', true)
  const old = isSeq(list) ? (list as YAMLSeq) : (document.createNode([]) as YAMLSeq)
  const items = form.flags
    .filter((row) => !isEmptyFlag(row))
    .map((row) => {
      const item = row.at === null ? null : old.items[row.at]
      return changedFlag(document, isMap(item) ? (item as YAMLMap) : null, row)
    })
  old.items = items
  old.flow = items.length === 0
  map.set('flags', old)
  const env = form.env.filter((row) => !isEmptyEnv(row))
  const before = envFields(map.get('env', true)) ?? []
  // Written anew only when something changed: what stands beside a variable stays.
  if (JSON.stringify(before) !== JSON.stringify(env)) {
    if (env.length === 0) map.delete('env')
    else map.set('env', document.createNode(Object.fromEntries(env.map(({ name, value }) => [name.trim(), value.trim()]))))
  }
  return document.toString(yamlStyle)
}

export const recipeTexts: RecipeTexts = { read, write: recipeYaml, apply }
