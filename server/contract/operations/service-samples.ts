// Samples of services: for the reference, and for tests.
import type { ServiceActView, ServiceCandidateView, ServiceHistoryView, ServiceTrialView, ServiceView } from './service-shapes.ts'

const at = '2026-01-01T00:00:00.000Z'
const machine = { id: 'm1a2b3c4d5e6', name: 'spark-1' }

export const serviceActSample: ServiceActView = {
  id: 'a1b2c3d4e5f6',
  service: 's1a2b3c4d5e6',
  kind: 'restart',
  state: 'running',
  sentence: 'Restarting Text to speech.',
  machine: 'spark-1',
  requestedBy: 'owner',
  why: null,
  startedAt: at,
  endedAt: null,
  exitCode: null,
  error: null,
}

export const serviceSample: ServiceView = {
  id: 's1a2b3c4d5e6',
  kind: 'tts',
  kindWord: 'Text to speech',
  does: 'reads text aloud',
  name: 'Text to speech',
  machine,
  address: '192.0.2.20',
  port: 8880,
  url: 'http://192.0.2.20:8880',
  container: 'kokoro',
  healthPath: '/health',
  enabled: true,
  state: 'answering',
  sentence: 'Text to speech is answering.',
  since: at,
  checkedAt: at,
  latencyMs: 12,
  usualMs: 11,
  doing: null,
  models: ['kokoro'],
  evidence: [{ what: 'Look at /health', value: 'answered in 12 ms', at }],
  heal: 'auto',
  mayShed: true,
  footprintBytes: 3_000_000_000,
  updateProgram: null,
  trial: 'Say one word',
  acts: [
    {
      kind: 'restart',
      label: 'Restart',
      consequence: 'Text to speech on spark-1 is ended and started again. What it works on now is lost.',
    },
  ],
  act: null,
  links: { self: '/api/services/s1a2b3c4d5e6', page: '/services/s1a2b3c4d5e6' },
}

export const serviceHistorySample: ServiceHistoryView = {
  changes: [{ at, state: 'answering', sentence: 'Text to speech is answering.' }],
  acts: [
    {
      ...serviceActSample,
      state: 'succeeded',
      sentence: 'Text to speech was restarted and answers.',
      endedAt: at,
      exitCode: 0,
      argv: ['docker', 'restart', '-t', '20', 'kokoro'],
      lines: ['kokoro'],
    },
  ],
}

export const serviceTrialSample: ServiceTrialView = {
  ok: true,
  sentence: 'Text to speech did what it is for, in 180 ms.',
  path: '/v1/audio/speech',
  tookMs: 180,
  answer: 'audio/wav, 48044 bytes',
}

export const serviceCandidateSample: ServiceCandidateView = {
  kind: 'qdrant',
  kindWord: 'Vector store',
  name: 'Vector store',
  machine,
  port: 6333,
  container: 'qdrant',
  image: 'qdrant/qdrant:v1.19.0',
  why: 'The container qdrant runs there, and port 6333 answers.',
}
