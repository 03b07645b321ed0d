// Operations of logs: what containers wrote, read, searched and followed.
import { z } from 'zod'
import { operation } from '../define.ts'
import { reach } from './reach.ts'
import { machineSample } from './samples.ts'
import { Id } from './shapes.ts'

export const containerName = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/, 'the name of a container is needed')
const Of = z.object({ id: Id, container: containerName })
export const logCursor = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z~\d{1,6}$/, 'a place that an earlier answer named as next is needed')

const LoggedLine = z.object({ at: z.iso.datetime(), text: z.string() }).meta({ id: 'LoggedLine' })
export type LoggedLine = z.output<typeof LoggedLine>

export const LogPage = z
  .object({
    lines: z.array(LoggedLine).describe('Oldest first; secrets hidden, terminal escapes taken out, long lines cut'),
    next: z.string().optional().describe('Ask with ?after= this for what was written later'),
    more: z.boolean().describe('More is there than one answer holds'),
  })
  .meta({ id: 'LogPage' })
export type LogPageView = z.output<typeof LogPage>

export const logErrors = ['invalid_request', 'not_found', 'log_absent', 'log_unreadable', 'log_busy', ...reach] as const
export const logQuery = z.object({
  after: logCursor.optional(),
  search: z.string().trim().min(1).max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
})
export const searchedLog = 'With `search` the last 200,000 lines are looked through on the machine, small and large letters alike.'
export const followedLog =
  'Events: `line` ({ at, text }, its id goes into Last-Event-ID), `left` ({ count }: so many lines came too fast and were left out), `trouble` ({ sentence }: nothing comes just now; it goes on by itself).'
const params = { id: machineSample.id, container: 'kokoro' }
export const logPageSample = {
  lines: [{ at: '2026-01-01T00:00:30.000Z', text: 'INFO:     Application startup complete.' }],
  next: '2026-01-01T00:00:30.000000000Z~1',
  more: false,
}

export const logOperations = {
  'logs.read': operation({
    kind: 'json',
    method: 'get',
    path: '/api/machines/:id/containers/:container/log',
    summary: 'What a container wrote: its newest lines, lines after a place, or the newest lines with some words',
    description: searchedLog,
    input: { params: Of, query: logQuery },
    output: LogPage,
    status: 200,
    errors: logErrors,
    right: 'operate',
    risk: 'read',
    examples: [
      { title: 'the newest lines', params, out: logPageSample },
      {
        title: 'what came later',
        params,
        query: { after: logPageSample.next, limit: '100' },
        out: { lines: [], next: logPageSample.next, more: false },
      },
      { title: 'lines with a word', params, query: { search: 'startup' }, out: logPageSample },
    ],
  }),
  'logs.follow': operation({
    kind: 'sse',
    method: 'get',
    path: '/api/machines/:id/containers/:container/log/stream',
    summary: 'The log of a container as it is written',
    description: followedLog,
    input: { params: Of, query: z.object({ after: logCursor.optional() }) },
    output: LogPage,
    status: 200,
    errors: logErrors,
    right: 'operate',
    risk: 'read',
    examples: [{ title: 'from now on', params, out: logPageSample }],
  }),
}
