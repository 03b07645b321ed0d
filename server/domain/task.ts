// What a model is for, before its family is asked: judged from class names, files and words in the name.
import { type ModelFacts, nameHas } from './facts.ts'
import type { Family } from './family.ts'
import { weightFiles } from './folder.ts'
import type { ServedAs } from './model.ts'
import { field, readTolerantJson, textField } from './tolerant-json.ts'

const has = (facts: ModelFacts, test: RegExp): boolean => facts.classes.some((name) => test.test(name))
const named = (facts: ModelFacts, hints: readonly string[]): boolean => hints.some((hint) => nameHas(facts.id, hint))

function adapterBase(facts: ModelFacts): string {
  const text = Object.hasOwn(facts.listing.texts, 'adapter_config.json') ? facts.listing.texts['adapter_config.json'] : undefined
  const reading = text === undefined ? null : readTolerantJson(text)
  const base = reading?.ok ? textField(reading.value, 'base_model_name_or_path') : null
  return base === null ? 'its base model' : base.slice(0, 200)
}

const endsWithAny = (facts: ModelFacts, endings: RegExp): boolean => [...facts.files].some((name) => endings.test(name))

const draftNames = /(^|[^a-z0-9])(eagle|dflash|dspark|medusa|speculator|draft)\d*([^a-z0-9]|$)/
const draftClasses = /Eagle|Medusa|DFlash|DSpark|Speculator|MTP(Model|ForCausalLM|$)|Assistant/

/** A series of whole models that see, which shares its name with a kind of draft. */
const eagleSees = /^Eagle\d_\d+_VL/

/** A model that only guesses ahead for another one. A whole model that merely carries such layers is not one. */
function isDraft(facts: ModelFacts): boolean {
  if (has(facts, eagleSees)) return false
  if (has(facts, draftClasses) || field(facts.config ?? undefined, 'speculators_config') !== null) return true
  if (facts.types.some((type) => /eagle|medusa|speculator|_mtp$|assistant/.test(type))) return true
  if (draftNames.test(facts.id.slice(facts.id.indexOf('/') + 1).toLowerCase())) return true
  return facts.id.toLowerCase().endsWith('-assistant') && (facts.classes.length === 0 || facts.weightsBytes < 6e9)
}

/** Classes that give no text and no vector: pictures, sound, structures. */
const otherTask =
  /For(ImageClassification|ObjectDetection|SemanticSegmentation|InstanceSegmentation|UniversalSegmentation|MaskGeneration|DepthEstimation|AudioClassification|CTC|QuestionAnswering|TextToSpeech|TextToWaveform|ZeroShotImageClassification|VideoClassification|MultipleChoice|NextSentencePrediction|PreTraining|AudioFrameClassification|XVector|KeypointDetection|ImageToImage)|Vision(Model|Transformer|Encoder)|^Vit|^Wav2Vec2|^Vits|^Bark|^Musicgen|^SpeechT5/i

const speechClasses = /TTS|Tts(?![a-z])|TextToSpeech|^Higgs|^VoxCPM|^IndexTTS|^FishQwen|^CosyVoice|^Csm|^Orpheus|^Dia(Model|For)/
const speechTypes = /tts(_|$)|^(higgs_audio|voxcpm|fish_|cosyvoice)|^(csm|dia)$/
const speechNames = ['tts', 'text-to-speech', 'ttsd', 'soundeffect', 'voicegenerator']

/** A model that speaks: it turns text into sound. */
const speaks = (facts: ModelFacts): boolean =>
  has(facts, speechClasses) || facts.types.some((type) => speechTypes.test(type)) || named(facts, speechNames)

function otherFormat(facts: ModelFacts): string | null {
  const weights = weightFiles(facts.listing)
  const loadable = weights.some((file) => /\.(safetensors|bin)$/.test(file.path))
  if (loadable) return null
  if (endsWithAny(facts, /\.gguf$/)) return 'Its weights are GGUF files, made for llama.cpp. vLLM serves the original repository instead.'
  if (endsWithAny(facts, /\.(exl2|exl3)$/)) return 'Its weights are in an ExLlama format, which vLLM does not load.'
  if (endsWithAny(facts, /\.(onnx|tflite|mlmodel|mlpackage|engine)$/))
    return 'Its weights are for another runtime (ONNX, TFLite, TensorRT or Core ML), which vLLM does not load.'
  if (endsWithAny(facts, /\.(pth|pt|ckpt|h5|msgpack)$/)) return 'Its weights are not safetensors or .bin files, which is what vLLM loads.'
  return null
}

/** Why a folder can never be served by vLLM as it is, in a sentence for the owner; null when nothing speaks against it. */
export function obstacle(facts: ModelFacts): string | null {
  if (facts.listing.kind === 'dataset') return 'This is a dataset, not a model.'
  if (facts.files.has('model_index.json'))
    return 'This is a diffusers pipeline, which makes pictures or video; vLLM serves language models.'
  if (facts.files.has('adapter_config.json') && facts.classes.length === 0) {
    return `This is an adapter (LoRA): it is served together with ${adapterBase(facts)}, not alone.`
  }
  const format = otherFormat(facts)
  if (format !== null && (facts.classes.length === 0 || facts.unreadable === null)) return format
  if (facts.unreadable !== null) return null
  if (isDraft(facts)) return 'This is a draft model: it speeds up a larger one and is not served by itself.'
  if (facts.config !== null && facts.classes.length === 0 && facts.types.length === 0 && !isMistralForm(facts)) {
    return 'Its config.json names neither an architecture nor a model type, so vLLM has nothing to load it with.'
  }
  if (speaks(facts)) return 'This is a speech model: it turns text into sound, and vLLM serves models that write text.'
  if (has(facts, otherTask)) return `Its class ${facts.classes[0] ?? ''} is not a language model that vLLM serves.`
  return null
}

/** Mistral's own form: params.json and consolidated weights instead of config.json. */
export function isMistralForm(facts: ModelFacts): boolean {
  return facts.files.has('params.json') && [...facts.files].some((name) => name.startsWith('consolidated'))
}

export const sentenceFiles = ['modules.json', 'config_sentence_transformers.json', 'sentence_bert_config.json', '1_Pooling/config.json']

export const rankHints = ['rerank', 'reranker', 'cross-encoder', 'ms-marco', 'ranking']
export const rankClasses = /ForRanking|Reranker/
export const scoreClasses = /For(Sequence|Token)Classification|For(Process)?RewardModel|RewardModel$/
export const embeddingHints = ['embedding', 'embeddings', 'embed', 'embedder', 'retriever', 'gte', 'bge', 'e5']

/** What a model without a language head, or one that names such a task, is served as; null: it talks. */
export function poolingTask(facts: ModelFacts): ServedAs | null {
  if (named(facts, rankHints) || has(facts, rankClasses)) return 'rerank'
  if (has(facts, scoreClasses)) {
    return field(facts.config ?? undefined, 'sentence_transformers') === null ? 'classify' : 'rerank'
  }
  if (named(facts, embeddingHints)) return 'embedding'
  if (sentenceFiles.some((name) => facts.files.has(name))) return 'embedding'
  return null
}

/** A class without a language head gives vectors, unless its family says that it talks all the same. */
export function isHeadless(facts: ModelFacts): boolean {
  const headless = (name: string): boolean => /(Model|MaskedLM|Encoder)$/.test(name) && !/(LMHead|ChatGLM|Chat|LM)Model$/.test(name)
  return facts.classes.length > 0 && facts.classes.every(headless)
}

export const baseHints = ['base', 'pretrained', 'pretrain']
const tunedHints = ['sft', 'dpo', 'rl', 'think', 'tuned', 'finetuned', 'instruct']
export const chatHints = [
  'instruct',
  'it',
  'chat',
  'thinking',
  'think',
  'reasoning',
  'reasoner',
  'r1',
  'sft',
  'dpo',
  'rl',
  'assistant',
  'instruction',
  'hermes',
  'abliterated',
  'preview',
  'vicuna',
  'zephyr',
  'tulu',
  'dolphin',
  'alpaca',
  'openchat',
  'starling',
  'wizardlm',
]

/**
 * Whether a talking model converses or only continues text. The name outranks the template: some base models ship one.
 * A name with words of both kinds is of a base model that was tuned; the token at which it stops tells how far.
 */
export function talksAs(facts: ModelFacts, family: Family | null): 'chat' | 'completion' {
  if (named(facts, baseHints)) return (named(facts, tunedHints) ? endsTurns(facts, family) : null) ?? 'completion'
  if (named(facts, chatHints) || (facts.template !== null && !neverEnds(facts, family))) return 'chat'
  return endsTurns(facts, family) ?? family?.unnamed ?? 'completion'
}

/** A template that came along from a chat model: what ends a turn in it is not what this one stops at. */
const neverEnds = (facts: ModelFacts, family: Family | null): boolean =>
  endsTurns(facts, family) === 'completion' && facts.stopText !== null && facts.template?.includes(facts.stopText) === false

/** What the token at which it stops says; null where that is not known. */
export function endsTurns(facts: ModelFacts, family: Family | null): 'chat' | 'completion' | null {
  const ends = family?.turnEnds
  if (ends === undefined || facts.stops.length === 0) return null
  return facts.stops.some((stop) => ends.includes(stop)) ? 'chat' : 'completion'
}
