// What an engine's answers say. An engine is someone else's program: nothing here trusts their shape.

/** Ids of a /v1/models answer; an unreadable one names none. */
export function readModelIds(text: string): readonly string[] {
  const data = field(parse(text), 'data')
  if (!Array.isArray(data)) return []
  return data.map((row: unknown) => field(row, 'id')).filter((id) => typeof id === 'string')
}

/** Sum of a gauge or counter over its label sets (one a model and engine core), null when it is not there. */
export function readGauge(metrics: string, name: string): number | null {
  const values = metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .map((line) => Number(line.replace(/^[^{\s]+(\{.*\})?\s+/, '').split(/\s/)[0]))
    .filter((value) => Number.isFinite(value))
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
}

/** Why an answer of status 200 does not prove that `model` answered; null when it does. */
export function doubtOf(text: string, model: string, listName: 'choices' | 'data'): string | null {
  const answer = parse(text)
  const list = field(answer, listName)
  if (!Array.isArray(list) || list.length === 0) return 'the answer was empty'
  const answered = field(answer, 'model')
  return answered === model ? null : `${typeof answered === 'string' ? answered : 'an unnamed model'} answered instead`
}

/** The engine's own words about a refusal, on one line: vLLM nests them, older ones do not. */
export function refusalOf(status: number, text: string): string {
  const answer = parse(text)
  const message = field(field(answer, 'error'), 'message') ?? field(answer, 'message') ?? field(answer, 'detail')
  const words = (typeof message === 'string' ? message : '').replace(/\s+/g, ' ').trim().slice(0, 200)
  return words === '' ? `it answered with status ${status}` : `it answered with status ${status}: ${words}`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** One line of a streamed answer: whether it brings text (or thinking), and the engine's count of tokens where it tells. */
export function tokenOf(line: string): { readonly says: boolean; readonly usage: number | null } {
  if (!line.startsWith('data:')) return { says: false, usage: null }
  const event = parse(line.slice(5))
  const count = field(field(event, 'usage'), 'completion_tokens')
  const choices = field(event, 'choices')
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const delta = field(choice, 'delta')
  const texts = [field(choice, 'text'), ...['content', 'reasoning_content', 'reasoning'].map((name) => field(delta, name))]
  return { says: texts.some((text) => typeof text === 'string' && text !== ''), usage: typeof count === 'number' ? count : null }
}
