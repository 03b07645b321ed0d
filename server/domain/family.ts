// A family is what models of one kind have in common when vLLM serves them. Families are data (recipes/families/*.yaml); this is how they match.
import { expertCount, type ModelFacts, nameHas } from './facts.ts'
import type { FamilyMemory } from './memory.ts'
import type { Flag, Quantization, ServedAs } from './model.ts'
import type { Json } from './tolerant-json.ts'

/** What a family, or one of its rules, lays down. Absent: not said. null: none. */
export interface FamilySettings {
  readonly as?: ServedAs | undefined
  /** A reason in words why vLLM does not serve these. */
  readonly unservable?: string | undefined
  readonly tools?: string | null | undefined
  readonly reasoning?: string | null | undefined
  readonly badges?: readonly string[] | undefined
  readonly flags?: readonly Omit<Flag, 'source'>[] | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly memory?: FamilyMemory | undefined
}

/** Conditions; all that are given must hold, in a list one must. */
export interface FamilyWhen {
  /** Words in the repository's name. */
  readonly name?: readonly string[] | undefined
  readonly without?: readonly string[] | undefined
  readonly class?: readonly string[] | undefined
  readonly type?: readonly string[] | undefined
  /** Pieces of the chat template; `lacks`: none of them, and the template is known. */
  readonly template?: readonly string[] | undefined
  readonly lacks?: readonly string[] | undefined
  readonly file?: readonly string[] | undefined
  readonly vision?: boolean | undefined
  readonly moe?: boolean | undefined
  /** The folder brings Python code of its own (auto_map). */
  readonly code?: boolean | undefined
  readonly quantization?: readonly Quantization[] | undefined
}

export interface FamilyRule {
  readonly when: FamilyWhen
  readonly set: FamilySettings
  readonly why?: string | undefined
}

/** Facts of a model and what must be inferred from them: a family's own tests. */
export interface FamilyExample {
  readonly title: string
  readonly id: string
  readonly config: Json
  readonly template?: string | undefined
  readonly files?: readonly string[] | undefined
  readonly weights?: number | undefined
  readonly expect: {
    readonly as: ServedAs | null
    readonly tools: string | null
    readonly reasoning: string | null
    readonly badges?: readonly string[] | undefined
    /** Flags that must be there with this value; null: must not be there. */
    readonly flags?: Readonly<Record<string, string | number | true | null>> | undefined
    /** Bytes that a token of context costs at 16 bits an element. */
    readonly tokenBytes?: number | undefined
  }
}

export interface Family {
  readonly id: string
  readonly title: string
  /** File it was read from, as the reason's source. */
  readonly file: string
  readonly match: {
    readonly types?: readonly string[] | undefined
    /** Class names; `*` stands for any letters. */
    readonly classes?: readonly string[] | undefined
    /** Files that must all be there; for folders that name neither a type nor a class. */
    readonly files?: readonly string[] | undefined
  }
  /** What a repository is that names itself neither Base nor Instruct and brings no chat template. */
  readonly unnamed: 'chat' | 'completion'
  /** Tokens that end a turn: one that brings no chat template but stops at such a token converses, one that stops elsewhere continues text. */
  readonly turnEnds?: readonly number[] | undefined
  readonly set: FamilySettings
  readonly rules: readonly FamilyRule[]
  readonly memory?: FamilyMemory | undefined
  readonly examples: readonly FamilyExample[]
}

/** Whether `text` is `pattern`, where `*` stands for any run of characters. Linear: no backtracking. */
export function globMatches(pattern: string, text: string): boolean {
  const parts = pattern.split('*')
  const first = parts[0] ?? ''
  const last = parts[parts.length - 1] ?? ''
  if (parts.length === 1) return pattern === text
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}

const hasFiles = (patterns: readonly string[] | undefined, facts: ModelFacts): boolean =>
  patterns?.every((pattern) => [...facts.files].some((name) => globMatches(pattern, name))) === true

/** How surely a family is meant: its model_type, then its class by name, by pattern, then its files. 0: not at all. */
function matchStrength(family: Family, facts: ModelFacts): number {
  const types = family.match.types ?? []
  const classes = family.match.classes ?? []
  const [outer, inner] = facts.types
  if (outer !== undefined && types.includes(outer)) return 5
  if (facts.classes.some((name) => classes.includes(name))) return 4
  if (facts.classes.some((name) => classes.some((pattern) => pattern.includes('*') && pattern !== '*' && globMatches(pattern, name))))
    return 3
  if (facts.classes.length > 0) return 0
  if (inner !== undefined && types.includes(inner)) return 2
  return outer === undefined && hasFiles(family.match.files, facts) ? 1 : 0
}

/** The family of a model, or null. Of equally sure ones the first by id. */
export function familyOf(families: readonly Family[], facts: ModelFacts): Family | null {
  let best: Family | null = null
  let strength = 0
  for (const family of families) {
    const found = matchStrength(family, facts)
    if (found > strength || (found === strength && found > 0 && best !== null && family.id < best.id)) {
      best = family
      strength = found
    }
  }
  return best
}

/** What `when` may ask beyond the files. */
export interface FamilyCircumstances {
  readonly vision: boolean
  readonly quantization: Quantization
}

const anyOf = (list: readonly string[] | undefined, holds: (item: string) => boolean): boolean => list === undefined || list.some(holds)
const same = (wanted: boolean | undefined, is: boolean): boolean => wanted === undefined || wanted === is

/** Whether all conditions of a rule hold. */
export function whenHolds(when: FamilyWhen, facts: ModelFacts, about: FamilyCircumstances): boolean {
  const template = facts.template
  return (
    anyOf(when.name, (hint) => nameHas(facts.id, hint)) &&
    !(when.without ?? []).some((hint) => nameHas(facts.id, hint)) &&
    anyOf(when.class, (pattern) => facts.classes.some((name) => globMatches(pattern, name))) &&
    anyOf(when.type, (type) => facts.types.includes(type)) &&
    anyOf(when.template, (piece) => template?.includes(piece) ?? false) &&
    (when.lacks === undefined || (template !== null && !when.lacks.some((piece) => template.includes(piece)))) &&
    anyOf(when.file, (file) => [...facts.files].some((name) => globMatches(file, name))) &&
    same(when.vision, about.vision) &&
    same(when.moe, expertCount(facts) > 1) &&
    same(when.code, facts.hasRemoteCode) &&
    (when.quantization === undefined || when.quantization.includes(about.quantization))
  )
}

/** The settings of a family for one model: its own, then every rule that holds, in the order of the file. Flags of one name: the last wins. */
export function familySettings(family: Family, facts: ModelFacts, about: FamilyCircumstances): FamilySettings {
  let settings: FamilySettings = { memory: family.memory, ...family.set }
  for (const rule of family.rules) {
    if (!whenHolds(rule.when, facts, about)) continue
    const given = Object.fromEntries(Object.entries(rule.set).filter(([, value]) => value !== undefined)) as FamilySettings
    settings = {
      ...settings,
      ...given,
      badges: [...(settings.badges ?? []), ...(rule.set.badges ?? [])],
      flags: [...(settings.flags ?? []), ...(rule.set.flags ?? [])],
      env: { ...settings.env, ...rule.set.env },
    }
  }
  return settings
}

/** Whether the family lays something down for one model, be it none. */
export const familySays = (family: Family | null, facts: ModelFacts, about: FamilyCircumstances, key: keyof FamilySettings): boolean =>
  family !== null && familySettings(family, facts, about)[key] !== undefined
