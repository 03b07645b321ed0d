// Errors of requests: refused at the edge, before any work.
import { bytesInWords } from '../domain/words.ts'
import { error } from './define-error.ts'

type Why = { why: string }

export const requestErrors = {
  invalid_request: error<Why>({
    status: 422,
    title: 'The request is not understood',
    happened: (f) => `The request is not understood: ${f.why}.`,
    now: () => 'Nothing was changed.',
    next: () => 'Correct what is named here and send it again.',
    retry: 'no',
    sample: { why: 'model: expected a text' },
  }),
  not_found: error<{ what: string }>({
    status: 404,
    title: 'Not found',
    happened: (f) => `There is no ${f.what}.`,
    now: () => 'Nothing was changed.',
    next: () => 'Check the address, or start from the list.',
    act: 'see_home',
    retry: 'no',
    sample: { what: 'switch "abc123"' },
  }),
  body_too_large: error<{ limitBytes: number }>({
    status: 413,
    title: 'The request is too large',
    happened: (f) => `The request is larger than ${bytesInWords(f.limitBytes)}.`,
    now: () => 'It was refused before any work was done.',
    next: () => 'Send a smaller one.',
    retry: 'no',
    sample: { limitBytes: 1048576 },
  }),
  cross_site: error<Record<string, never>>({
    status: 403,
    title: 'Sent from another site',
    happened: () => 'A page of another site sent this request.',
    now: () => 'It was refused before any work was done.',
    next: () => 'Open Spark Control itself and act there.',
    retry: 'no',
    sample: {},
  }),
  host_not_allowed: error<{ host: string }>({
    status: 421,
    title: 'Unknown host name',
    happened: (f) => `The request was addressed to "${f.host}", a name this appliance does not go by.`,
    now: () => 'It was refused before any work was done.',
    next: () => 'Use its IP address or its .local name, or add the name under Settings, Access.',
    retry: 'no',
    sample: { host: 'evil.example' },
  }),
  unsupported_media: error<Record<string, never>>({
    status: 415,
    title: 'Unexpected content type',
    happened: () => 'The request body is not of a type that is accepted here.',
    now: () => 'It was refused before any work was done.',
    next: () => 'Send application/json (or multipart where files are uploaded).',
    retry: 'no',
    sample: {},
  }),
  internal: error<{ requestId: string }>({
    status: 500,
    title: 'Something went wrong inside',
    happened: (f) => `Something went wrong inside Spark Control (request ${f.requestId}).`,
    now: () => 'What was already running goes on.',
    next: () => 'Try once more; if it happens again, look for this request number in the server log.',
    act: 'see_home',
    retry: 'yes',
    sample: { requestId: 'r1' },
  }),
} as const
