// Why inference says what it says: each conclusion with the file, field or name it came from, in a sentence for the owner.
import { expertCount, type ModelFacts, nameHas } from './facts.ts'
import {
  type Family,
  type FamilyCircumstances,
  type FamilySettings,
  type FamilyWhen,
  familySays,
  globMatches,
  whenHolds,
} from './family.ts'
import type { Fit } from './memory-fit.ts'
import type { Evidence, Inference, ModelMemory } from './model.ts'
import type { QuantizationReading } from './quantization.ts'
import { taskEvidence } from './task-evidence.ts'
import { markerSettings } from './template-markers.ts'
import { bytesInWords } from './words.ts'

/** A sentence as the end of another. */
const lower = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '')

export interface Grounds {
  readonly facts: ModelFacts
  readonly family: Family | null
  readonly about: FamilyCircumstances
  readonly quantization: QuantizationReading
  readonly memory: ModelMemory
  readonly ladder: readonly Fit[]
}

type Found = Pick<
  Inference,
  'as' | 'servable' | 'quantization' | 'capabilities' | 'toolCallParser' | 'reasoningParser' | 'topology' | 'flags'
>

/** "model_type is qwen3_5_moe", "its class is Qwen3ForCausalLM". */
function matchReason(family: Family, facts: ModelFacts): string {
  const type = facts.types.find((one) => family.match.types?.includes(one))
  const named = facts.classes.find((name) => family.match.classes?.some((pattern) => globMatches(pattern, name)))
  const outer = facts.types[0]
  if (type !== undefined && (type === outer || named === undefined)) return `model_type is ${type}`
  return named === undefined ? `its files are those of ${family.title}` : `its class is ${named}`
}

const firstOf = (list: readonly string[] | undefined, holds: (item: string) => boolean): string | null =>
  list === undefined ? null : (list.find(holds) ?? null)

const told = <T>(found: T | null | undefined, say: (found: T) => string): string | null =>
  found === null || found === undefined ? null : say(found)

/** The conditions of a rule, as they were met. */
function whenReason(when: FamilyWhen, facts: ModelFacts, about: FamilyCircumstances): string {
  const name = firstOf(when.name, (hint) => nameHas(facts.id, hint))
  const type = firstOf(when.type, (one) => facts.types.includes(one))
  const inClass = firstOf(when.class, (pattern) => facts.classes.some((one) => globMatches(pattern, one)))
  const piece = firstOf(when.template, (one) => facts.template?.includes(one) ?? false)
  const file = firstOf(when.file, (one) => [...facts.files].some((path) => globMatches(one, path)))
  const is = (wanted: boolean | undefined, yes: string, no: string): string | null => (wanted === undefined ? null : wanted ? yes : no)
  const said = [
    told(type, (one) => `model_type is ${one}`),
    told(inClass, (one) => `its class is ${facts.classes.find((given) => globMatches(one, given)) ?? one}`),
    told(name, (one) => `its name says "${one}"`),
    told(when.without, (words) => `its name does not say "${words.join('" or "')}"`),
    told(piece, (one) => `its chat template holds "${one}"`),
    told(when.lacks, (pieces) => `its chat template does not hold "${pieces.join('" or "')}"`),
    told(file, (one) => `the folder holds ${one}`),
    is(when.vision, 'it sees pictures', 'it sees no pictures'),
    is(when.moe, 'it is a mixture of experts', 'it is no mixture of experts'),
    is(when.code, 'it brings Python code of its own', 'it brings no Python code'),
    told(when.quantization, () => `its weights are ${about.quantization}`),
  ]
  return said.filter((one) => one !== null).join(' and ')
}

type Key = 'tools' | 'reasoning' | 'as' | 'badges'

const ofTemplate = 'its chat template is written that way'

/** Why a family, or the last of its rules that speaks of it, says so. */
export function settingReason(grounds: Pick<Grounds, 'facts' | 'family' | 'about'>, key: Key): string {
  const { facts, family, about } = grounds
  if (family === null) return ofTemplate
  if ((key === 'tools' || key === 'reasoning') && !familySays(family, facts, about, key) && markerSettings(facts)[key] !== null)
    return ofTemplate
  const says = (set: FamilySettings): boolean => set[key] !== undefined
  const rule = family.rules.filter((one) => says(one.set) && whenHolds(one.when, facts, about)).at(-1)
  const match = matchReason(family, facts)
  if (rule === undefined) return says(family.set) ? match : `${match}, and nothing there says otherwise`
  const why = whenReason(rule.when, facts, about)
  return why.includes(match) ? why : `${match} and ${why}`
}

function badgeReason(badge: string, found: Found, grounds: Grounds): string {
  const { facts } = grounds
  if (badge === 'moe') return `its config counts ${expertCount(facts)} experts`
  if (badge === 'tools') return `it has a parser for tool calls, ${found.toolCallParser}`
  if (badge === 'reasoning') return `it has a parser for reasoning, ${found.reasoningParser}`
  const fields: Readonly<Record<string, readonly string[]>> = {
    vision: ['vision_config', 'visual', 'img_processor', 'vision_encoder', 'vision_tower', 'vit_config'],
    video: ['video_token_id', 'video_token_index'],
    audio: ['audio_config', 'audio_processor', 'speech_config', 'audio_encoder'],
  }
  const named = fields[badge]?.find((name) => facts.config !== null && Object.hasOwn(facts.config, name) && facts.config[name] !== null)
  return named === undefined ? settingReason(grounds, 'badges') : `config.json has ${named}`
}

function machinesReason({ memory, ladder }: Grounds, found: Found): string {
  const { minNodes, kind } = found.topology
  const weights = bytesInWords(memory.shape.weightsBytes)
  const fit = ladder.find((one) => one.nodes === minNodes)
  if (fit === undefined) return `its weights are ${weights}`
  const each = minNodes === 1 ? 'it needs' : 'each needs'
  const room = `a recipe may take ${bytesInWords(fit.roomBytes)} of a 128 GB Spark`
  const sum = `with weights of ${weights} in all ${each} at least ${bytesInWords(fit.needBytes)}, and ${room}`
  const before = ladder.filter((one) => one.nodes < minNodes).at(-1)
  if (kind === 'too_large') return `${sum}: ${bytesInWords(fit.needBytes - fit.roomBytes)} too much`
  return before === undefined ? sum : `${sum}; on ${before.nodes} it would be ${bytesInWords(before.needBytes)}`
}

const machineWords: Readonly<Record<Inference['topology']['kind'], (nodes: number) => string>> = {
  solo: () => 'one',
  solo_or_cluster: () => 'one, or two for speed',
  cluster: (nodes) => String(nodes),
  too_large: () => 'more than eight',
}

/** Every conclusion with what it rests on, in the order people ask. */
export function evidenceOf(found: Found, grounds: Grounds): readonly Evidence[] {
  const { facts, family, quantization, memory } = grounds
  const flag = (name: string): Inference['flags'][number] | undefined => found.flags.find((one) => one.name === name)
  const evidence: Evidence[] = []
  const say = (what: string, says: string, because: string): void => {
    evidence.push({ what, says, because: because.slice(0, 400) })
  }
  if (family !== null) say('Family', family.title, matchReason(family, facts))
  if (found.as !== null)
    say(
      'Served as',
      found.as,
      taskEvidence(facts, family, familySays(family, facts, grounds.about, 'as') ? settingReason(grounds, 'as') : null),
    )
  if (found.servable === false) return evidence
  say('Weights', quantization.scheme === 'none' ? 'full precision' : quantization.scheme, `${quantization.source} says so`)
  if (found.as === 'chat') {
    say('Tool calls', found.toolCallParser ?? 'no parser', settingReason(grounds, 'tools'))
    say('Reasoning', found.reasoningParser ?? 'no parser', settingReason(grounds, 'reasoning'))
  }
  for (const badge of found.capabilities) say('Can', badge, badgeReason(badge, found, grounds))
  say('Sparks', machineWords[found.topology.kind](found.topology.minNodes), machinesReason(grounds, found))
  const context = flag('max-model-len')
  if (context !== undefined) say('Context', `${context.value} tokens`, lower(context.reason))
  const { cache, weightsFrom } = memory.shape
  say('Size of the weights', bytesInWords(memory.shape.weightsBytes), weightsFrom)
  if (!memory.pooling)
    say(
      'Cost of context',
      cache === null ? 'not known' : cacheWords(memory),
      cache?.formula ?? 'its config does not tell how its layers remember',
    )
  return evidence
}

function cacheWords({ shape }: ModelMemory): string {
  const grows = shape.cache?.parts.filter((part) => part.atMost === null && part.what !== 'state' && part.what !== 'cross attention') ?? []
  return `${bytesInWords(grows.reduce((sum, part) => sum + part.layers * part.bytes, 0))} a token`
}
