// Errors of engines and of /v1.
import { error } from './define-error.ts'

type Why = { why: string }

export const engineErrors = {
  engine_unknown: error<{ engine: string }>({
    status: 404,
    title: 'No such engine',
    happened: (f) => `There is no engine "${f.engine}".`,
    now: () => 'Nothing was changed.',
    next: () => 'Leave it out: there is one, called main.',
    retry: 'no',
    sample: { engine: 'x' },
  }),
  engine_stopped: error<{ retryAfterSeconds: number }>({
    status: 503,
    title: 'No model is answering',
    happened: () => 'No model is running.',
    now: () => 'Requests cannot be answered.',
    next: () => 'Switch to a model in Spark Control.',
    act: 'choose_model',
    retry: 'after',
    sample: { retryAfterSeconds: 30 },
  }),
  engine_switching: error<{ model: string; retryAfterSeconds: number }>({
    status: 423,
    title: 'Switching models',
    happened: (f) => `Spark Control is switching to ${f.model}.`,
    now: () => 'Requests are answered again when it is ready.',
    next: () => 'Try again after the time given.',
    retry: 'after',
    sample: { model: 'Qwen3 8B', retryAfterSeconds: 60 },
  }),
  engine_unreachable: error<Why>({
    status: 502,
    title: 'The model does not answer',
    happened: (f) => `The model does not answer: ${f.why}.`,
    now: () => 'The request was not completed.',
    next: () => 'Try again; if it stays so, look at Home.',
    act: 'see_home',
    retry: 'yes',
    sample: { why: 'connection refused' },
  }),
} as const
