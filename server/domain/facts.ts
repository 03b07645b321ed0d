// What the files of a model folder say, read once, in one shape. Nothing is concluded here.
import { weightsBytes } from './folder.ts'
import type { FolderListing } from './model.ts'
import {
  field,
  isObject,
  type Json,
  type JsonObject,
  numberField,
  objectField,
  readTolerantJson,
  stringAfter,
  textField,
  textsField,
} from './tolerant-json.ts'

export interface ModelFacts {
  readonly id: string
  readonly listing: FolderListing
  /** config.json, or params.json of a model in Mistral's own form; null when absent or unreadable. */
  readonly config: JsonObject | null
  /** Why config.json could not be read; null when it could or is absent. */
  readonly unreadable: string | null
  /** The part of the config that describes the language model. */
  readonly text: JsonObject | null
  readonly hfQuant: JsonObject | null
  readonly template: string | null
  readonly classes: readonly string[]
  /** model_type of the config and of its text part, lower case. */
  readonly types: readonly string[]
  readonly files: ReadonlySet<string>
  /** Tokens at which it stops writing, as generation_config.json and the config say. */
  readonly stops: readonly number[]
  /** The text of the token at which its tokenizer stops; null when that does not say. */
  readonly stopText: string | null
  readonly weightsBytes: number
  readonly hasRemoteCode: boolean
}

/** A config names one class, or two; every one is held against every family. */
const mostClasses = 8

const textParts = ['text_config', 'llm_config', 'language_config', 'thinker_config'] as const

function jsonOf(listing: FolderListing, name: string): { readonly value: JsonObject | null; readonly why: string | null } {
  const text = Object.hasOwn(listing.texts, name) ? listing.texts[name] : undefined
  if (text === undefined || text.trim() === '') return { value: null, why: null }
  const reading = readTolerantJson(text)
  if (!reading.ok) return { value: null, why: reading.why }
  return isObject(reading.value) ? { value: reading.value, why: null } : { value: null, why: 'it does not hold an object' }
}

/** The part that describes the language model; a thinker holds it one level further down. */
function textPart(config: JsonObject | null): JsonObject | null {
  if (config === null) return null
  for (const name of textParts) {
    const part = objectField(config, name)
    if (part === null) continue
    return objectField(part, 'text_config') ?? part
  }
  return config
}

function templateOf(value: Json): string | null {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return null
  const texts = value.map((item) => textField(item, 'template')).filter((text) => text !== null)
  return texts.length > 0 ? texts.join('\n') : null
}

const templateKey = '"chat_template"'
const stopKey = '"eos_token"'

const tokenizerText = (listing: FolderListing): string =>
  Object.hasOwn(listing.texts, 'tokenizer_config.json') ? (listing.texts['tokenizer_config.json'] ?? '') : ''

/** Written as a text, or as an object that holds it as its content. */
function stopText(listing: FolderListing): string | null {
  const text = tokenizerText(listing)
  const at = text.indexOf(stopKey)
  if (at === -1) return null
  const from = at + stopKey.length
  const content = /^\s*:\s*\{[^{}]{0,200}?"content"/.exec(text.slice(from, from + 400))
  return stringAfter(text, from + (content?.[0].length ?? 0))
}

/**
 * The template in tokenizer_config.json. These files hold up to megabytes of added tokens and one string that matters, so that
 * string is read where it stands; only a list of templates needs the whole file.
 */
function tokenizerTemplate(listing: FolderListing): string | null {
  const text = tokenizerText(listing)
  const at = text.indexOf(templateKey)
  if (at === -1) return null
  const value = stringAfter(text, at + templateKey.length)
  return value ?? templateOf(field(jsonOf(listing, 'tokenizer_config.json').value ?? undefined, 'chat_template'))
}

function chatTemplate(listing: FolderListing): string | null {
  const jinja = Object.hasOwn(listing.texts, 'chat_template.jinja') ? listing.texts['chat_template.jinja'] : undefined
  if (jinja !== undefined && jinja.trim() !== '') return jinja
  const own = templateOf(field(jsonOf(listing, 'chat_template.json').value ?? undefined, 'chat_template'))
  return own ?? tokenizerTemplate(listing)
}

function typesOf(config: JsonObject | null, text: JsonObject | null): readonly string[] {
  const found = [textField(config, 'model_type'), textField(text, 'model_type')].filter((type) => type !== null)
  return [...new Set(found.map((type) => type.toLowerCase()))]
}

/** A model stops at one token or a few; a hostile list is cut. */
const mostStops = 64

function stopsOf(places: readonly (JsonObject | null)[]): readonly number[] {
  const found = places.map((place) => field(place, 'eos_token_id')).flatMap((one) => (Array.isArray(one) ? one.slice(0, mostStops) : [one]))
  return [...new Set(found.filter((one): one is number => typeof one === 'number'))]
}

/** Reads a listing into facts. Total: hostile texts become absent facts. */
export function readFacts(listing: FolderListing): ModelFacts {
  const own = jsonOf(listing, 'config.json')
  const config = own.value ?? jsonOf(listing, 'params.json').value
  const text = textPart(config)
  return {
    id: listing.id,
    listing,
    config,
    unreadable: own.why,
    text,
    hfQuant: jsonOf(listing, 'hf_quant_config.json').value,
    template: chatTemplate(listing),
    classes: textsField(config ?? undefined, 'architectures').slice(0, mostClasses),
    types: typesOf(config, text),
    files: new Set(listing.files.map((file) => file.path)),
    stopText: stopText(listing),
    stops: stopsOf([jsonOf(listing, 'generation_config.json').value, config, text]),
    weightsBytes: weightsBytes(listing),
    hasRemoteCode: objectField(config, 'auto_map') !== null,
  }
}

const expertFields = ['num_experts', 'n_routed_experts', 'num_local_experts', 'moe_num_experts', 'num_routed_experts', 'n_experts'] as const

/** How many routed experts a layer has; 0 for a dense model. */
export function expertCount(facts: ModelFacts): number {
  const places = [facts.text, facts.config, objectField(facts.text, 'ffn_config'), objectField(facts.config, 'moe')]
  let most = 0
  for (const place of places) {
    for (const name of expertFields) {
      const value = field(place, name)
      const counts = Array.isArray(value) ? value : [value]
      for (const count of counts) if (typeof count === 'number' && Number.isFinite(count)) most = Math.max(most, count)
    }
  }
  return most
}

/** Words of the repository id without its owner, lower case, as the hints of families are compared. */
export function nameHas(id: string, hint: string): boolean {
  const name = (id.includes('/') ? id.slice(id.indexOf('/') + 1) : id).toLowerCase()
  const wanted = hint.toLowerCase()
  const isWordChar = (char: string | undefined): boolean => char !== undefined && /[a-z0-9]/.test(char)
  for (let at = name.indexOf(wanted); at !== -1 && wanted !== ''; at = name.indexOf(wanted, at + 1)) {
    if (!isWordChar(name[at - 1]) && !isWordChar(name[at + wanted.length])) return true
  }
  return false
}

/** Longest context the files name, tokens. */
export function maxContext(facts: ModelFacts): number | null {
  const names = [
    'max_position_embeddings',
    'max_sequence_length',
    'max_seq_len',
    'seq_length',
    'n_positions',
    'model_max_length',
    'max_seqlen',
  ] as const
  const found = numberField(facts.text, ...names) ?? numberField(facts.config, ...names)
  return found !== null && found >= 1 ? Math.floor(found) : null
}
