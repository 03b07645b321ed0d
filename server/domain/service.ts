// A service is a program beside the model: speech, voices, embeddings, a vector store. One row a place where one answers; two of a
// kind on two machines are two rows. Which container is whose is said by the owner; what was taken over from an earlier installation has
// nothing done to it by itself until the owner allows it.

export const serviceKinds = ['stt', 'diarize', 'tts', 'embed', 'rerank', 'qdrant', 'redact', 'audio', 'vllm'] as const
export type ServiceKind = (typeof serviceKinds)[number]

export interface Service {
  readonly id: string
  readonly kind: ServiceKind
  readonly name: string
  /** Id of the machine it runs on; null: known by its address alone, and only looked at. */
  readonly machine: string | null
  /** IP literal or a name, only where `machine` is null. */
  readonly address: string | null
  /** Asked by https, only where `machine` is null. */
  readonly secure: boolean
  readonly port: number
  /** Name of its container, the only one that is ever touched for it; null: only looked at. */
  readonly container: string | null
  /** Path that is asked after its health; null: the usual one of its kind. */
  readonly path: string | null
  /** False: neither looked at nor shown on Home. */
  readonly enabled: boolean
  /** `auto`: restarted by itself when it does not come back. */
  readonly heal: 'auto' | 'manual'
  /** It may be stopped when its machine is about to run out of memory. */
  readonly mayShed: boolean
  /** What it holds once it is loaded, bytes; null: the usual of its kind. */
  readonly footprintBytes: number | null
  /** Absolute path of a program on the machine that updates it; null: there is none. */
  readonly updateProgram: string | null
  readonly addedAt: number
}

export interface ServiceKindRow {
  readonly word: string
  /** What it is for, in half a sentence. */
  readonly does: string
  readonly port: number
  readonly path: string
  readonly heal: Service['heal']
  readonly mayShed: boolean
  readonly footprintBytes: number
  /** It may take so long from the start of its container until it answers, ms. */
  readonly startMs: number
  /** It gets so long to end by itself, seconds; then docker ends it hard. */
  readonly graceSeconds: number
  /** Parts of the names of containers and images that are known to be one. */
  readonly hints: readonly string[]
  /** False: never started, stopped or restarted from here. */
  readonly managed: boolean
}

const gigabytes = (count: number): number => count * 1e9
const minutes = (count: number): number => count * 60_000

/** Ports and paths are the usual ones of public images; footprints are what such services are seen to hold, and the owner may say better. */
export const serviceKindRows: Readonly<Record<ServiceKind, ServiceKindRow>> = {
  stt: {
    word: 'Speech to text',
    does: 'turns speech into text',
    port: 8001,
    path: '/health',
    heal: 'auto',
    mayShed: true,
    footprintBytes: gigabytes(5),
    startMs: minutes(5),
    graceSeconds: 20,
    hints: ['parakeet', 'whisper', 'speaches', 'asr', 'stt'],
    managed: true,
  },
  diarize: {
    word: 'Speaker detection',
    does: 'tells who speaks when',
    port: 8003,
    path: '/health',
    heal: 'auto',
    mayShed: true,
    footprintBytes: gigabytes(3),
    startMs: minutes(5),
    graceSeconds: 20,
    hints: ['sortformer', 'diariz', 'pyannote'],
    managed: true,
  },
  tts: {
    word: 'Text to speech',
    does: 'reads text aloud',
    port: 8880,
    path: '/health',
    heal: 'auto',
    mayShed: true,
    footprintBytes: gigabytes(3),
    startMs: minutes(3),
    graceSeconds: 20,
    hints: ['kokoro', 'tts', 'piper'],
    managed: true,
  },
  embed: {
    word: 'Text embedding',
    does: 'turns text into vectors for search',
    port: 8002,
    path: '/health',
    heal: 'manual',
    mayShed: true,
    footprintBytes: gigabytes(4),
    startMs: minutes(5),
    graceSeconds: 20,
    hints: ['embed', 'bge-m3', 'infinity', 'text-embeddings'],
    managed: true,
  },
  rerank: {
    word: 'Reranking',
    does: 'puts search results in order',
    port: 8004,
    path: '/health',
    heal: 'manual',
    mayShed: true,
    footprintBytes: gigabytes(3),
    startMs: minutes(5),
    graceSeconds: 20,
    hints: ['rerank'],
    managed: true,
  },
  qdrant: {
    word: 'Vector store',
    does: 'keeps vectors and finds the nearest',
    port: 6333,
    path: '/readyz',
    heal: 'manual',
    mayShed: false,
    footprintBytes: gigabytes(1),
    startMs: minutes(3),
    graceSeconds: 60,
    hints: ['qdrant'],
    managed: true,
  },
  redact: {
    word: 'Redaction',
    does: 'hides names and numbers before text leaves',
    port: 8005,
    path: '/health',
    heal: 'manual',
    mayShed: false,
    footprintBytes: gigabytes(2),
    startMs: minutes(3),
    graceSeconds: 20,
    hints: ['redact', 'presidio', 'scrub'],
    managed: true,
  },
  audio: {
    word: 'Live audio',
    does: 'plays music as it is made',
    port: 1318,
    path: '/api/server-info',
    heal: 'manual',
    mayShed: false,
    footprintBytes: gigabytes(20),
    startMs: minutes(15),
    graceSeconds: 30,
    hints: ['audio', 'demon', 'ace-step'],
    managed: true,
  },
  vllm: {
    word: 'Another model server',
    does: 'answers with a model, and is only looked at',
    port: 8000,
    path: '/health',
    heal: 'manual',
    mayShed: false,
    footprintBytes: 0,
    startMs: minutes(30),
    graceSeconds: 20,
    hints: ['vllm', 'sglang', 'llama', 'ollama'],
    managed: false,
  },
}

export const healthPath = ({ kind, path }: Pick<Service, 'kind' | 'path'>): string => path ?? serviceKindRows[kind].path

export const footprintOf = ({ kind, footprintBytes }: Pick<Service, 'kind' | 'footprintBytes'>): number =>
  footprintBytes ?? serviceKindRows[kind].footprintBytes

/** What an earlier controller called a kind, for DISABLED_SERVICES. */
const earlierWords: Readonly<Record<string, ServiceKind>> = {
  parakeet: 'stt',
  asr: 'stt',
  transcription: 'stt',
  diarization: 'diarize',
  sortformer: 'diarize',
  kokoro: 'tts',
  voice: 'tts',
  embedding: 'embed',
  embeddings: 'embed',
  reranker: 'rerank',
  redaction: 'redact',
  demon: 'audio',
}

/** The kind of a word; null: none that is known here (a bot, say). */
export function kindOfWord(word: string): ServiceKind | null {
  const plain = word.trim().toLowerCase()
  return serviceKinds.find((kind) => kind === plain) ?? earlierWords[plain] ?? null
}
