// From a folder to how vLLM must be started for it. Pure and total; what cannot be known is said to need set-up.
import { capabilities, seesPictures } from './capabilities.ts'
import { type ModelFacts, maxContext, readFacts } from './facts.ts'
import { type Family, type FamilyCircumstances, type FamilySettings, familyOf, familySays, familySettings } from './family.ts'
import { allWeightsHere, lacksTokenizer } from './folder.ts'
import { evidenceOf } from './inference-evidence.ts'
import type { MemoryShape } from './memory.ts'
import { fitLadder, visibleBytes } from './memory-fit.ts'
import { cacheShape, keepsState } from './memory-shape.ts'
import type { Flag, FolderListing, Inference, ModelMemory, ServedAs } from './model.ts'
import { type QuantizationReading, readQuantization } from './quantization.ts'
import { type Sizing, sizingFlags, storageEnv } from './serve-flags.ts'
import { estimatedParameters, headCount } from './shape.ts'
import { isHeadless, isMistralForm, obstacle, poolingTask, talksAs } from './task.ts'
import { markerSettings } from './template-markers.ts'
import { numberField, textField } from './tolerant-json.ts'
import { topologyFor } from './topology.ts'
import { bytesInWords } from './words.ts'

const bitsOf = { none: 16, fp8: 8, int8: 8, nvfp4: 4.5, mxfp4: 4.3, int4: 4.3 } as const

/** Bytes to plan with: the files' sum, or what the config describes where the files hold less than half of that (some are not here, or stand-ins). */
function plannedBytes(facts: ModelFacts, quantization: QuantizationReading): number {
  const parameters = estimatedParameters(facts)
  if (parameters === null || facts.weightsBytes === 0) return facts.weightsBytes
  const described = (parameters * bitsOf[quantization.scheme]) / 8
  return facts.weightsBytes < described * 0.4 ? described : facts.weightsBytes
}

/** vLLM turns weights of 32 bits into 16 while it loads them. */
const loadsInHalf = (facts: ModelFacts, quantization: QuantizationReading): boolean =>
  quantization.scheme === 'none' &&
  [facts.text, facts.config].some((place) => (textField(place, 'torch_dtype') ?? textField(place, 'dtype')) === 'float32')

function memoryShape(facts: ModelFacts, quantization: QuantizationReading, settings: FamilySettings): MemoryShape {
  const planned = plannedBytes(facts, quantization)
  const half = loadsInHalf(facts, quantization)
  const described = planned > facts.weightsBytes
  return {
    weightsBytes: half ? Math.round(planned / 2) : planned,
    weightsFrom: described
      ? 'what its config describes, since the files here hold less than half of that'
      : `the sizes of its weight files${half ? ', halved: 32-bit weights are loaded as 16-bit ones' : ''}`,
    cache: cacheShape(facts, settings.memory),
    states: keepsState(facts, settings.memory),
    trained: maxContext(facts),
    hidden: numberField(facts.text, 'hidden_size', 'n_embd', 'd_model', 'dim') ?? 4096,
    vocabulary: numberField(facts.text, 'vocab_size') ?? numberField(facts.config, 'vocab_size') ?? 150_000,
    senses: seesPictures(facts) || capabilities(facts, { writes: true, tools: null, reasoning: null, badges: [] }).includes('audio'),
    heads: headCount(facts),
  }
}

/** From so many parameters on, files of a quarter of their size are no accident of a folder half filled or a config half copied. */
const sizesProve = 200e9

function bitsPerWeight(facts: ModelFacts): number | null {
  const parameters = estimatedParameters(facts)
  if (parameters === null || parameters < sizesProve || !allWeightsHere(facts.listing)) return null
  return (facts.weightsBytes * 8) / parameters
}

interface Verdict {
  readonly servable: boolean | null
  readonly as: ServedAs | null
  readonly reason: string | null
}

function needsSetup(facts: ModelFacts, family: Family | null): string | null {
  if (facts.unreadable !== null) return `Needs set-up: its config.json cannot be read (${facts.unreadable}).`
  if (facts.config === null) return 'Needs set-up: there is no config.json that says what it is.'
  if (family !== null || isMistralForm(facts)) return null
  const what = facts.classes[0] ?? facts.types[0] ?? 'unknown'
  return `Needs set-up: nothing is known here about its kind (${what.slice(0, 100)}). Write a recipe for it.`
}

function verdict(facts: ModelFacts, family: Family | null, settings: FamilySettings, quantization: QuantizationReading): Verdict {
  const no = obstacle(facts) ?? quantization.unsupported ?? settings.unservable ?? null
  if (no !== null) return { servable: false, as: null, reason: no }
  const as = poolingTask(facts) ?? settings.as ?? (isHeadless(facts) ? 'embedding' : talksAs(facts, family))
  const setup = needsSetup(facts, family)
  return { servable: setup === null ? true : null, as: facts.config === null ? null : as, reason: setup }
}

function parserFlags(settings: FamilySettings, sourceOf: (key: 'tools' | 'reasoning') => string, title: string): readonly Flag[] {
  const tools = settings.tools ?? null
  const reasoning = settings.reasoning ?? null
  const flags: Flag[] = []
  if (tools !== null) {
    flags.push({ name: 'tool-call-parser', value: tools, reason: `Reads tool calls as ${title} writes them.`, source: sourceOf('tools') })
    flags.push({
      name: 'enable-auto-tool-choice',
      value: true,
      reason: 'Without it vLLM refuses requests that bring tools.',
      source: 'vLLM: goes with tool-call-parser',
    })
  }
  if (reasoning !== null)
    flags.push({
      name: 'reasoning-parser',
      value: reasoning,
      reason: `Keeps what ${title} thinks apart from what it answers.`,
      source: sourceOf('reasoning'),
    })
  return flags
}

function codeFlag(facts: ModelFacts, family: Family | null): readonly Flag[] {
  if (family !== null || !facts.hasRemoteCode) return []
  return [
    {
      name: 'trust-remote-code',
      value: true,
      reason: 'It brings Python code of its own, and no kind known here does without.',
      source: 'config.json auto_map',
    },
  ]
}

function mistralFlags(facts: ModelFacts): readonly Flag[] {
  if (!isMistralForm(facts)) return []
  const source = 'params.json and consolidated weights'
  return ['tokenizer-mode', 'config-format', 'load-format'].map((name) => ({
    name,
    value: 'mistral',
    reason: "The folder holds the model in Mistral's own form.",
    source,
  }))
}

/** One flag of a name; the last said wins and keeps its first place. */
function oneEach(flags: readonly Flag[]): readonly Flag[] {
  return [...new Map(flags.map((flag) => [flag.name, flag])).values()]
}

function reasonFor(found: Verdict, facts: ModelFacts, tooLarge: boolean, weights: number): string | null {
  if (found.reason !== null || found.servable !== true) return found.reason
  if (tooLarge) return `Its weights, ${bytesInWords(weights)}, need more than eight machines.`
  return needsTokenizer(facts) ? 'There is no tokenizer file here; vLLM fetches it from the Hub at the first start.' : null
}

const needsTokenizer = (facts: ModelFacts): boolean => lacksTokenizer(facts.listing) && !isMistralForm(facts)

/** Starts are kept off the network (docs/decisions/0003); this one would not find its tokenizer there. */
const onlineEnv = (facts: ModelFacts): Readonly<Record<string, string>> => (needsTokenizer(facts) ? { HF_HUB_OFFLINE: '0' } : {})

/** What the family says; where it says nothing of a parser, the chat template speaks. */
function settingsOf(facts: ModelFacts, family: Family | null, about: FamilyCircumstances): FamilySettings {
  const marked = markerSettings(facts)
  if (family === null) return marked
  const said = familySettings(family, facts, about)
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
  return { ...marked, ...given }
}

const poolingTasks: readonly (ServedAs | null)[] = ['embedding', 'rerank', 'classify']

/** Says what a model folder is and how to serve it. */
export function inferModel(listing: FolderListing, families: readonly Family[]): Inference {
  const facts = readFacts(listing)
  const quantization = readQuantization(facts, bitsPerWeight(facts))
  const family = familyOf(families, facts)
  const about = { vision: seesPictures(facts), quantization: quantization.scheme }
  const known = settingsOf(facts, family, about)
  const found = verdict(facts, family, known, quantization)
  const never = found.servable === false
  const talks = found.as === 'chat'
  const pooling = poolingTasks.includes(found.as)
  const tools = talks ? (known.tools ?? null) : null
  const reasoning = talks ? (known.reasoning ?? null) : null
  const memory: ModelMemory = { shape: memoryShape(facts, quantization, known), pooling, narrowCache: quantization.fp8Cache }
  const weights = memory.shape.weightsBytes
  const ladder = fitLadder(memory.shape, visibleBytes, memory.narrowCache)
  const topology = topologyFor(memory.shape, ladder, pooling)
  const sizing = { memory: { ...memory, nodes: topology.minNodes, totalBytes: visibleBytes }, quantization }
  const conclusions = {
    ...found,
    reason: reasonFor(found, facts, topology.kind === 'too_large', weights),
    family: family?.id ?? null,
    quantization: quantization.scheme,
    capabilities: never ? [] : capabilities(facts, { writes: !pooling, tools, reasoning, badges: known.badges ?? [] }),
    toolCallParser: tools,
    reasoningParser: reasoning,
    topology,
    flags: never ? [] : flagsOf({ facts, family, about }, { ...known, tools, reasoning }, sizing),
    env: never ? {} : { ...storageEnv(quantization), ...known.env, ...onlineEnv(facts) },
    weightsBytes: facts.weightsBytes,
    memory,
    maxContext: maxContext(facts),
  }
  return { ...conclusions, evidence: evidenceOf(conclusions, { facts, family, about, quantization, memory, ladder }) }
}

/** Flags of a family that concern loading, and so hold for its models that give vectors or scores too. */
const loading: ReadonlySet<string> = new Set(['trust-remote-code', 'hf-overrides'])

interface Kind {
  readonly facts: ModelFacts
  readonly family: Family | null
  readonly about: FamilyCircumstances
}

function flagsOf({ facts, family, about }: Kind, settings: FamilySettings, sizing: Sizing): readonly Flag[] {
  const source = `recipes/families/${family?.file ?? ''}`
  const sourceOf = (key: 'tools' | 'reasoning'): string => (familySays(family, facts, about, key) ? source : 'chat template')
  const said = (settings.flags ?? []).filter((flag) => !sizing.memory.pooling || loading.has(flag.name))
  const own = said.map((flag) => ({ ...flag, source }))
  const parsers = parserFlags(settings, sourceOf, family?.title ?? 'the model')
  return oneEach([...parsers, ...sizingFlags(facts, sizing), ...codeFlag(facts, family), ...own, ...mistralFlags(facts)])
}
