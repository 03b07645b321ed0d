// What a plan page was asked for: in its address, and in the hidden fields of its form.
import type { PlanAsk } from '../../app/use-cases.ts'
import { SparkError } from '../../contract/errors.ts'
import { brokenText } from '../../domain/broken-text.ts'

const flagName = /^[a-z][a-z0-9-]{0,63}$/
/** Fields of the form that are not flags. */
const own = new Set(['model', 'recipe', 'engine', 'fingerprint', 'confirm', 'confirmed', 'breakLock', 'why'])

type Fields = Readonly<Record<string, string>>

function overrideOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+(\.\d+)?$/.test(text) && text.length < 16 ? Number(text) : text
}

/** Every other parameter is a flag of `vllm serve`: `max-model-len=8192`; `false` takes one away, an empty one is left out. */
export function askOf(fields: Fields): PlanAsk {
  const model = fields['model'] ?? ''
  const broken = brokenText(fields)
  if (broken !== null) throw new SparkError('invalid_request', { why: `${broken.path}: ${broken.why}` })
  if (model === '' || model.length > 300) throw new SparkError('invalid_request', { why: 'model: the name of a model is needed' })
  const flags = Object.entries(fields).filter(([name, value]) => !own.has(name) && value !== '')
  for (const [name, value] of flags) {
    if (!flagName.test(name)) throw new SparkError('invalid_request', { why: `"${name.slice(0, 80)}" is not a flag of vllm serve` })
    if (value.length > 10_000) throw new SparkError('invalid_request', { why: `${name}: the value is longer than 10,000 characters` })
  }
  return {
    model,
    recipe: fields['recipe'] || undefined,
    engine: fields['engine'] || undefined,
    overrides: flags.length === 0 ? undefined : Object.fromEntries(flags.map(([name, value]) => [name, overrideOf(value)])),
  }
}

/** The fields to send along with the form. */
export function hiddenFields(fields: Fields): Fields {
  const kept = Object.entries(fields).filter(
    ([name, value]) => value !== '' && !['fingerprint', 'confirm', 'confirmed', 'breakLock'].includes(name),
  )
  return Object.fromEntries(kept)
}
