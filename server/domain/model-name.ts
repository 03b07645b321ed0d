// A model's name for people: what it is and how big, without how it is stored.

/** Storage formats and ways of tuning that every chat model has: they tell one file from another, not one model from another. */
const formats =
  /^(nvfp4|mxfp4|mxfp8|fp4|fp8|fp16|bf16|fp32|awq|gptq|gguf|mlx|exl[23]|int[48]|uint[48]|[248]bits?|w\d+a\d+|w4a16|autoround|auto|round|quantized|quant|dynamic|block|static|hf|it|instruct|chat|modelopt|compressed|tensors|safetensors|g\d{2,3}|gs\d{2,3}|a\d+(\.\d+)?b)$/i
const size = /^(\d+x)?\d+(\.\d+)?[bm]$/i
const word = /^[a-z]+$/

/** Words of the repository's name; 3_3 is a version, every other underscore a gap. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/(\d)_(?=\d)/g, '$1.')
    .split(/[-_\s]+/)
    .filter((part) => part !== '')
}

/** "RedHatAI/Qwen3.6-35B-A3B-NVFP4" becomes "Qwen3.6 35B". Never empty for an id that is not. */
export function modelName(id: string): string {
  const local = id.startsWith('local:') ? id.slice('local:'.length) : id
  const slash = local.indexOf('/')
  const owner = slash === -1 ? '' : local.slice(0, slash).toLowerCase()
  const name = slash === -1 ? local : local.slice(slash + 1)
  const words = wordsOf(name)
  const kept = words.filter(
    (part, at) => !(formats.test(part) && at > 0) && !(at === 0 && words.length > 1 && part.toLowerCase() === owner),
  )
  let text = ''
  let before = ''
  for (const part of kept) {
    const shown = size.test(part) ? part.replace(/[bm]$/, (unit) => unit.toUpperCase()) : part
    text += text === '' ? shown : `${word.test(before) && word.test(part) ? '-' : ' '}${shown}`
    before = part
  }
  return text === '' ? name || id : text
}
