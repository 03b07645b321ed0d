// How the weights of a checkpoint are stored, read from wherever its publisher wrote it. Never guessed into bytes: bytes are summed from files.
import { type ModelFacts, nameHas } from './facts.ts'
import type { Quantization } from './model.ts'
import { field, isObject, type Json, type JsonObject, numberField, objectField, textField } from './tolerant-json.ts'

export interface QuantizationReading {
  readonly scheme: Quantization
  /** Where it is written: file and field. */
  readonly source: string
  /** The publisher's own word: modelopt, compressed-tensors, awq, ...; null when none is named. */
  readonly method: string | null
  /** The checkpoint was calibrated for an 8-bit cache. */
  readonly fp8Cache: boolean
  /** Weights of 4 bits float with full-precision activations, which the faster kernels of Blackwell do not take. */
  readonly weightOnly: boolean
  /** Stock vLLM cannot load this storage; a reason in words. */
  readonly unsupported: string | null
}

const none: QuantizationReading = {
  scheme: 'none',
  source: 'config.json',
  method: null,
  fp8Cache: false,
  weightOnly: false,
  unsupported: null,
}

/** From most to least compressed: a mixed checkpoint is named after the format that carries its bulk, the smallest one. */
const smallestFirst: readonly Quantization[] = ['nvfp4', 'mxfp4', 'int4', 'fp8', 'int8']

function algoScheme(algo: string): Quantization | null {
  const name = algo.toUpperCase()
  if (name.includes('NVFP4')) return 'nvfp4'
  if (name.includes('MXFP4')) return 'mxfp4'
  if (name.includes('FP8')) return 'fp8'
  if (/INT4|W4A16|W4A8|AWQ/.test(name)) return 'int4'
  return /INT8|W8A8|SMOOTH/.test(name) ? 'int8' : null
}

const smallest = (found: readonly (Quantization | null)[]): Quantization | null =>
  smallestFirst.find((scheme) => found.includes(scheme)) ?? null

function bitsScheme(bits: number | null, type: string | null, group: number | null, format: string | null): Quantization | null {
  if (bits === null) return null
  if (bits > 4) return type === 'float' ? 'fp8' : 'int8'
  if (type !== 'float') return 'int4'
  return group === 32 || (format ?? '').startsWith('mxfp4') ? 'mxfp4' : 'nvfp4'
}

interface Group {
  readonly scheme: Quantization | null
  readonly weightOnly: boolean
}

function groupsOf(block: JsonObject): readonly Group[] {
  const groups = objectField(block, 'config_groups')
  if (groups === null) return []
  return Object.values(groups)
    .slice(0, 64)
    .filter(isObject)
    .map((group) => {
      const weights = objectField(group, 'weights')
      const format = textField(group, 'format') ?? textField(block, 'format')
      const scheme = bitsScheme(numberField(weights, 'num_bits'), textField(weights, 'type'), numberField(weights, 'group_size'), format)
      return { scheme, weightOnly: objectField(group, 'input_activations') === null }
    })
}

/** The algorithms of a mixed checkpoint with the number of layers that use each. */
function layerAlgos(block: JsonObject): readonly (Quantization | null)[] {
  const layers = objectField(block, 'quantized_layers')
  if (layers === null) return []
  return [...new Set(Object.values(layers).map((layer) => textField(layer, 'quant_algo') ?? ''))].map(algoScheme)
}

const hasW4A16 = (block: JsonObject): boolean =>
  Object.values(objectField(block, 'quantized_layers') ?? {}).some((layer) => /W4A16/i.test(textField(layer, 'quant_algo') ?? ''))

function modeloptScheme(block: JsonObject, groups: readonly Group[]): Quantization | null {
  const algo = textField(block, 'quant_algo') ?? ''
  const moe = textField(block, 'moe_quant_algo') ?? ''
  return smallest([algoScheme(algo), algoScheme(moe), ...layerAlgos(block), ...groups.map((group) => group.scheme)])
}

function formatScheme(format: string | null): Quantization | null {
  if (format === null) return null
  if (format.startsWith('nvfp4')) return 'nvfp4'
  if (format.startsWith('mxfp4')) return 'mxfp4'
  if (format.startsWith('float-')) return 'fp8'
  return format.startsWith('int-') ? 'int8' : null
}

const namedMethods: Readonly<Record<string, Quantization>> = {
  fp8: 'fp8',
  fbgemm_fp8: 'fp8',
  mxfp8: 'fp8',
  mxfp4: 'mxfp4',
  nvfp4: 'nvfp4',
  modelopt_fp4: 'nvfp4',
  experts_int8: 'int8',
}

const bitMethods = new Set([
  'awq',
  'gptq',
  'gptq_marlin',
  'awq_marlin',
  'auto-round',
  'auto_round',
  'autoround',
  'inc',
  'intel',
  'hqq',
  'quanto',
  'aqlm',
])

/** The smallest kind of number that a word names, as in Int8DynamicActivationInt4WeightConfig. */
const numberWords: readonly (readonly [RegExp, Quantization])[] = [
  [/fp4/i, 'mxfp4'],
  [/int4/i, 'int4'],
  [/float8|fp8/i, 'fp8'],
  [/int8/i, 'int8'],
]

/** torchao names a class of its own for each way, quark a kind of number for each step. */
function wordedScheme(block: JsonObject): Quantization | null {
  const way = objectField(block, 'quant_type')
  const weight = field(objectField(block, 'global_quant_config'), 'weight')
  const said = [
    textField(block, 'quant_type'),
    textField(objectField(way, 'default') ?? way, '_type'),
    textField(Array.isArray(weight) ? weight[0] : weight, 'dtype'),
  ]
  const word = said.find((one) => one !== null)?.slice(0, 200) ?? ''
  return numberWords.find(([pattern]) => pattern.test(word))?.[1] ?? null
}

function bitsAndBytes(block: JsonObject): Quantization {
  return field(block, 'load_in_4bit') === true || field(block, '_load_in_4bit') === true ? 'int4' : 'int8'
}

function schemeOf(block: JsonObject, method: string, groups: readonly Group[]): Quantization | null {
  const mixed = modeloptScheme(block, groups)
  if (method in namedMethods && Object.hasOwn(namedMethods, method)) return smallest([namedMethods[method] ?? null, mixed])
  if (method === 'bitsandbytes') return bitsAndBytes(block)
  if (method === 'torchao' || method === 'quark') return wordedScheme(block)
  if (bitMethods.has(method)) {
    return bitsScheme(
      numberField(block, 'bits', 'num_bits', 'nbits', 'w_bit') ?? 4,
      (textField(block, 'data_type') ?? '').includes('fp') ? 'float' : 'int',
      numberField(block, 'group_size'),
      null,
    )
  }
  return mixed ?? formatScheme(textField(block, 'format'))
}

function cacheIsFp8(block: JsonObject): boolean {
  const algo = textField(block, 'kv_cache_quant_algo')
  const scheme = objectField(block, 'kv_cache_scheme')
  return (algo !== null && /FP8/i.test(algo)) || (scheme !== null && numberField(scheme, 'num_bits') === 8)
}

const unsupportedMethods: Readonly<Record<string, string>> = {
  exl2: 'Its weights are in the EXL2 format, which vLLM does not load.',
  exl3: 'Its weights are in the EXL3 format, which vLLM does not load.',
  mlx: 'Its weights are in the MLX format of Apple machines, which vLLM does not load.',
}

function readBlock(block: JsonObject, source: string): QuantizationReading {
  const method = (textField(block, 'quant_method') ?? '').toLowerCase()
  const groups = groupsOf(block)
  const scheme = schemeOf(block, method, groups)
  const floats = groups.filter((group) => group.scheme === 'nvfp4')
  return {
    scheme: scheme ?? 'none',
    source,
    method: method === '' ? null : method,
    fp8Cache: cacheIsFp8(block),
    weightOnly: scheme === 'nvfp4' && (hasW4A16(block) || (floats.length > 0 && floats.every((group) => group.weightOnly))),
    unsupported: Object.hasOwn(unsupportedMethods, method) ? (unsupportedMethods[method] ?? null) : null,
  }
}

/** MLX writes its block without a method: only bits and a group size. */
function mlxBlock(config: JsonObject | null): boolean {
  const block = objectField(config, 'quantization')
  return (
    block !== null &&
    textField(objectField(config, 'quantization_config'), 'quant_method') === null &&
    numberField(block, 'bits') !== null &&
    numberField(block, 'group_size') !== null
  )
}

/** Formats that publishers write into a name, asked only when no file says anything. */
const nameSchemes: readonly (readonly [string, Quantization])[] = [
  ['nvfp4', 'nvfp4'],
  ['mxfp4', 'mxfp4'],
  ['fp8', 'fp8'],
  ['awq', 'int4'],
  ['gptq', 'int4'],
  ['int4', 'int4'],
  ['w4a16', 'int4'],
  ['4bit', 'int4'],
  ['autoround', 'int4'],
  ['int8', 'int8'],
  ['w8a8', 'int8'],
  ['8bit', 'int8'],
]

function firstBlock(facts: ModelFacts): readonly [JsonObject, string] | null {
  const places: readonly (readonly [Json, string])[] = [
    [field(facts.config ?? undefined, 'quantization_config'), 'config.json quantization_config'],
    [field(facts.text ?? undefined, 'quantization_config'), 'config.json text_config.quantization_config'],
    [field(facts.config ?? undefined, 'compression_config'), 'config.json compression_config'],
    [field(facts.hfQuant ?? undefined, 'quantization'), 'hf_quant_config.json quantization'],
  ]
  for (const [value, source] of places) if (isObject(value) && Object.keys(value).length > 0) return [value, source]
  return null
}

/** Reads how the weights are stored. `bitsPerWeight`: from file sizes over the parameters the config describes, null where sizes prove nothing. */
export function readQuantization(facts: ModelFacts, bitsPerWeight: number | null): QuantizationReading {
  if (mlxBlock(facts.config)) return { ...none, scheme: 'int4', method: 'mlx', unsupported: unsupportedMethods['mlx'] ?? null }
  const block = firstBlock(facts)
  const fp8Cache = cacheIsFp8(objectField(facts.hfQuant, 'quantization') ?? {})
  if (block !== null) {
    const reading = readBlock(block[0], block[1])
    if (reading.scheme !== 'none') return { ...reading, fp8Cache: reading.fp8Cache || fp8Cache }
    if (reading.unsupported !== null) return reading
  }
  const hinted = nameSchemes.find(([hint]) => nameHas(facts.id, hint))
  if (hinted !== undefined) return { ...none, scheme: hinted[1], source: 'the name of the repository' }
  if (bitsPerWeight !== null && bitsPerWeight > 3 && bitsPerWeight < 6)
    return { ...none, scheme: 'int4', source: 'the size of the files against the config' }
  return none
}
