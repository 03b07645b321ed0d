// Pages of logs in their states.
import { tellError } from '../../server/contract/errors.ts'
import { LogPage } from '../../web/views/pages/log.tsx'
import type { Exhibit } from './exhibit.ts'

const lines = [
  { at: '2026-01-05T14:29:40.120Z', text: 'INFO:     Started server process [1]' },
  { at: '2026-01-05T14:29:41.007Z', text: 'INFO:     Loading kokoro' },
  { at: '2026-01-05T14:29:55.310Z', text: 'INFO:     Application startup complete.' },
  { at: '2026-01-05T14:29:58.902Z', text: 'INFO:     192.0.2.7:51234 - "POST /v1/audio/speech HTTP/1.1" 200' },
  {
    at: '2026-01-05T14:30:00.002Z',
    text: `WARNING:  a line that is long enough to be broken into several on any screen, with an authorization of Bearer [hidden] and a path ${'/models/voices'.repeat(8)}`,
  },
]
const of = { up: { href: '/machines/m1a2b3c4d5e6', word: 'spark-1' }, of: 'kokoro on spark-1', href: '/log', search: '', more: false }
const { title: _, status: __, act: ___, run: ____, ...absent } = tellError('log_absent', { machine: 'spark-1', what: 'container "kokoro"' })

export const logExhibits: readonly Exhibit[] = [
  { name: 'log', place: 'machines', body: <LogPage {...of} lines={lines} more /> },
  { name: 'log-searched', place: 'machines', body: <LogPage {...of} lines={lines.slice(3, 4)} search="post /v1" /> },
  { name: 'log-empty', place: 'machines', body: <LogPage {...of} lines={[]} /> },
  { name: 'log-absent', place: 'machines', body: <LogPage {...of} lines={[]} trouble={absent} /> },
]
