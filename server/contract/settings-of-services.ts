// Settings of services. The ports are where services of an earlier installation are looked for, once, and what "Add a service" proposes.
import { z } from 'zod'
import { serviceKindRows } from '../domain/service.ts'
import { setting } from './define.ts'
import { seconds } from './setting-words.ts'

const port = z.int().min(1).max(65535)

export const serviceSettings = {
  'services.pollSeconds': setting({
    schema: seconds(2, 300),
    default: 10,
    label: 'Look at every service every',
    help: 'One small question each time.',
    group: 'Services',
    secret: false,
    env: null,
    control: 'number',
    unit: 'seconds',
  }),
  'services.speechPort': setting({
    schema: port,
    default: serviceKindRows.stt.port,
    label: 'Usual port of speech to text',
    help: 'Where one is looked for when you add a service; once by itself where an earlier installation named its port.',
    group: 'Services',
    secret: false,
    env: 'PARAKEET_PORT',
    control: 'number',
    unit: null,
  }),
  'services.voicePort': setting({
    schema: port,
    default: serviceKindRows.tts.port,
    label: 'Usual port of voices',
    help: 'Where one is looked for when you add a service; once by itself where an earlier installation named its port.',
    group: 'Services',
    secret: false,
    env: 'KOKORO_PORT',
    control: 'number',
    unit: null,
  }),
  'services.embeddingPort': setting({
    schema: port,
    default: serviceKindRows.embed.port,
    label: 'Usual port of embeddings',
    help: 'Where one is looked for when you add a service; once by itself where an earlier installation named its port.',
    group: 'Services',
    secret: false,
    env: 'EMBED_PORT',
    control: 'number',
    unit: null,
  }),
  'services.vectorPort': setting({
    schema: port,
    default: serviceKindRows.qdrant.port,
    label: 'Usual port of the vector store',
    help: 'Where one is looked for when you add a service; once by itself where an earlier installation named its port.',
    group: 'Services',
    secret: false,
    env: 'QDRANT_PORT',
    control: 'number',
    unit: null,
  }),
  'services.notWanted': setting({
    schema: z.array(z.string().regex(/^[a-z0-9_-]{1,40}$/, 'a word such as tts, kokoro or qdrant is needed')).max(30),
    default: [] as string[],
    label: 'Services that are not wanted',
    help: 'Kinds that are neither looked for nor proposed: stt, diarize, tts, embed, rerank, qdrant, redact, audio, vllm.',
    group: 'Services',
    secret: false,
    env: 'DISABLED_SERVICES',
    control: 'list',
    unit: null,
  }),
} as const
