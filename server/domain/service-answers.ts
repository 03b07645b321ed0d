// What services answer, read with care: each is somebody else's program, in one of several dialects.
import { plainWord } from './clean-line.ts'
import { field, isObject, type Json, numberField, objectField, readTolerantJson, textField } from './tolerant-json.ts'

export interface ReadAnswer {
  readonly status: number
  readonly contentType: string
  readonly text: string
  readonly bytes: number
}

/** Null: it is the answer that was hoped for; else why not, in half a sentence. */
export type Doubt = string | null

export const statusDoubt = ({ status, text }: Pick<ReadAnswer, 'status' | 'text'>): Doubt =>
  status >= 200 && status < 300 ? null : `it answered with status ${status}${refusal(text)}`

/** The service's own words about a refusal. FastAPI says `detail`, OpenAI's shape says `error.message`. */
function refusal(text: string): string {
  const answer = parseJson(text)
  const error = objectField(answer, 'error')
  const detail = objectField(answer, 'detail')
  const words = textField(error, 'message') ?? textField(answer, 'message') ?? textField(answer, 'detail') ?? textField(detail, 'message')
  const plain = plainWord((words ?? '').replace(/\s+/g, ' ').trim()).slice(0, 160)
  return plain === '' ? '' : `: ${plain}`
}

/** A vector of numbers for one text, by OpenAI's shape or that of text-embeddings-inference. */
export function embeddingDoubt(answer: ReadAnswer): Doubt {
  return statusDoubt(answer) ?? (vectorSize(answer.text) > 0 ? null : 'its answer holds no vector')
}

export function vectorSize(text: string): number {
  const read = parseJson(text)
  const row = Array.isArray(read) ? read[0] : arrayField(read, 'data')?.[0]
  const vector = Array.isArray(row) ? row : arrayField(row, 'embedding')
  return Array.isArray(vector) && vector.every((one) => typeof one === 'number' && Number.isFinite(one)) ? vector.length : 0
}

/** Two texts were given a score each, and the one that fits stands higher. Cohere's shape, or a bare list. */
export function rerankDoubt(answer: ReadAnswer): Doubt {
  const doubt = statusDoubt(answer)
  if (doubt !== null) return doubt
  const read = parseJson(answer.text)
  const rows: readonly Json[] = Array.isArray(read) ? read : (arrayField(read, 'results') ?? [])
  const scores = new Map(rows.map((row) => [numberField(row, 'index'), scoreOf(row)]))
  const [right, wrong] = [scores.get(0), scores.get(1)]
  if (typeof right !== 'number' || typeof wrong !== 'number') return 'its answer holds no scores'
  return right > wrong ? null : 'it put the wrong text first'
}

/** Raw scores may be below zero. */
function scoreOf(row: Json): number | null {
  const found = field(row, 'relevance_score') ?? field(row, 'score')
  return typeof found === 'number' && Number.isFinite(found) ? found : null
}

/** Sound came back: a file of some length that says that it is audio. */
export function speechDoubt(answer: ReadAnswer): Doubt {
  const doubt = statusDoubt(answer)
  if (doubt !== null) return doubt
  if (!/^audio\/|^application\/octet-stream/.test(answer.contentType))
    return `it sent ${answer.contentType || 'something'} instead of sound`
  return answer.bytes >= 400 ? null : 'it sent no sound'
}

/** A transcript, even an empty one: the sample holds no words. */
export function transcriptDoubt(answer: ReadAnswer): Doubt {
  const doubt = statusDoubt(answer)
  if (doubt !== null) return doubt
  return textField(parseJson(answer.text), 'text') === null ? 'its answer holds no text' : null
}

export function turnsDoubt(answer: ReadAnswer): Doubt {
  const doubt = statusDoubt(answer)
  if (doubt !== null) return doubt
  return arrayField(parseJson(answer.text), 'segments') === null ? 'its answer holds no turns' : null
}

/** The fixture's name and number must be gone from what comes back: a redaction that lets one through is worse than none. */
export const redactionFixture = {
  text: 'Please write to alice.miller@example.com or call +1 202 555 0143 before Friday.',
  secrets: ['alice.miller@example.com', '202 555 0143'],
} as const

export function redactionDoubt(answer: ReadAnswer): Doubt {
  const doubt = statusDoubt(answer)
  if (doubt !== null) return doubt
  const read = parseJson(answer.text)
  // Presidio names places instead of hiding them: both must be covered.
  if (Array.isArray(read)) return coveredDoubt(read)
  const masked = textField(read, 'text') ?? textField(read, 'scrubbed') ?? textField(read, 'redacted')
  if (masked === null) return 'its answer holds no text'
  const leaked = redactionFixture.secrets.filter((secret) => masked.includes(secret))
  if (leaked.length > 0) return 'it let an address or a number through'
  return masked.includes('Please write to') ? null : 'it changed text that is no secret'
}

function coveredDoubt(entities: readonly Json[]): Doubt {
  const { text, secrets } = redactionFixture
  const spans = entities.map((one) => [numberField(one, 'start') ?? -1, numberField(one, 'end') ?? -1] as const)
  const covered = (secret: string): boolean => {
    const from = text.indexOf(secret)
    return spans.some(([start, end]) => start >= 0 && start <= from && end >= from + secret.length)
  }
  return secrets.every(covered) ? null : 'it did not find an address or a number'
}

/** Ids of a /v1/models answer. */
export function modelNames(text: string): readonly string[] {
  const rows = arrayField(parseJson(text), 'data') ?? []
  return rows.flatMap((row) => textField(row, 'id') ?? []).slice(0, 20)
}

/** What a health answer says of the work under way, where it says anything. */
export interface WorkFigures {
  readonly counter: number | null
  readonly running: number | null
  readonly waiting: number | null
  /** Names it gives itself, e.g. its model. */
  readonly says: string | null
}

const counterNames = ['requests_total', 'total_requests', 'processed', 'completed', 'requests', 'served', 'frames']
const runningNames = ['in_flight', 'inflight', 'active', 'running', 'active_requests', 'sessions']
const waitingNames = ['queued', 'queue', 'waiting', 'pending', 'queue_size', 'queue_depth']

/** Of a JSON answer to the health path, or of Prometheus text. */
export function workFigures(text: string): WorkFigures {
  const read = parseJson(text)
  if (!isObject(read)) return prometheusFigures(text)
  const says = textField(read, 'model') ?? textField(read, 'model_name') ?? textField(read, 'model_id')
  return {
    counter: numberField(read, ...counterNames),
    running: numberField(read, ...runningNames),
    waiting: numberField(read, ...waitingNames),
    says: says?.slice(0, 120) ?? null,
  }
}

const prometheusCounters = [
  'vllm:generation_tokens_total',
  'vllm:prompt_tokens_total',
  'te_request_success',
  'te_embed_count',
  'http_requests_total',
  'rest_responses_total',
]

function prometheusFigures(text: string): WorkFigures {
  const sumOf = (name: string): number | null => {
    const values = text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .map((line) => Number(line.replace(/^[^{\s]+(\{.*\})?\s+/, '').split(/\s/)[0]))
      .filter((value) => Number.isFinite(value))
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
  }
  const counted = prometheusCounters.map(sumOf).filter((value) => value !== null)
  return {
    counter: counted.length === 0 ? null : counted.reduce((sum, value) => sum + value, 0),
    running: sumOf('vllm:num_requests_running'),
    waiting: sumOf('vllm:num_requests_waiting') ?? sumOf('te_queue_size'),
    says: null,
  }
}

function parseJson(text: string): Json {
  const read = readTolerantJson(text)
  return read.ok ? read.value : null
}

function arrayField(value: Json | undefined, name: string): readonly Json[] | null {
  const found = field(value, name)
  return Array.isArray(found) ? found : null
}
