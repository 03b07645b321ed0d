// Every error the product can tell of, in one table: what happened, what is true now, what to do.
import { error } from './define.ts'

type Where = { machine: string }
type Why = { why: string }

export const errors = {
  // requests
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
    retry: 'no',
    sample: { what: 'switch "abc123"' },
  }),
  body_too_large: error<{ limitBytes: number }>({
    status: 413,
    title: 'The request is too large',
    happened: (f) => `The request is larger than ${f.limitBytes} bytes.`,
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
  sign_in_needed: error<Record<string, never>>({
    status: 401,
    title: 'Set-up code needed',
    happened: () => 'This appliance is reachable from the network and has no password yet.',
    now: () => 'Nothing was changed.',
    next: () => 'Enter the one-time set-up code that the server printed when it started.',
    retry: 'no',
    sample: {},
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
    retry: 'yes',
    sample: { requestId: 'r1' },
  }),

  // machines
  address_not_ip: error<{ address: string }>({
    status: 422,
    title: 'An IP address is needed',
    happened: (f) => `"${f.address}" is not an IP address.`,
    now: () => 'Nothing was saved.',
    next: () => 'Use the number, such as 192.168.1.20: names ending in .local do not resolve inside containers and may change.',
    retry: 'no',
    sample: { address: 'spark-1.local' },
  }),
  machine_exists: error<{ address: string }>({
    status: 409,
    title: 'Already there',
    happened: (f) => `A machine at ${f.address} is already in the list.`,
    now: () => 'Nothing was changed.',
    next: () => 'Open it under Machines.',
    retry: 'no',
    sample: { address: '192.0.2.20' },
  }),
  machine_in_use: error<Where>({
    status: 409,
    title: 'This machine is in use',
    happened: (f) => `${f.machine} takes part in a running switch or serves a model.`,
    now: () => 'It was not removed.',
    next: () => 'Wait for the switch to end, or stop the model first.',
    retry: 'no',
    sample: { machine: 'spark-1' },
  }),
  machine_unreachable: error<Where & Why>({
    status: 502,
    title: 'The machine does not answer',
    happened: (f) => `${f.machine} does not answer: ${f.why}.`,
    now: () => 'What runs on it is not known until it answers again.',
    next: () => 'Check that it is on and on the network, then press "Check now".',
    retry: 'yes',
    sample: { machine: 'spark-1', why: 'connection refused' },
  }),
  machine_timeout: error<Where & { seconds: number }>({
    status: 504,
    title: 'The machine took too long',
    happened: (f) => `${f.machine} did not answer within ${f.seconds} seconds.`,
    now: () => 'What runs on it is not known until it answers again.',
    next: () => 'It may be busy loading a model. If it stays silent for many minutes, look at the machine itself.',
    retry: 'yes',
    sample: { machine: 'spark-1', seconds: 15 },
  }),
  machine_refused_key: error<Where & { user: string }>({
    status: 502,
    title: 'The machine does not accept our key',
    happened: (f) => `${f.machine} does not let ${f.user} in with this appliance's key.`,
    now: () => 'Nothing can be read from it.',
    next: (f) => `Add the public key shown under Machines to ~/.ssh/authorized_keys of ${f.user} on ${f.machine}.`,
    retry: 'no',
    sample: { machine: 'spark-1', user: 'alice' },
  }),
  host_key_changed: error<Where & { pinned: string; presented: string }>({
    status: 409,
    title: 'This machine shows another identity',
    happened: (f) => `${f.machine} presents the host key ${f.presented}, not ${f.pinned} as before.`,
    now: () => 'Nothing is sent to it. Either it was reinstalled, or another machine answers at its address.',
    next: () => 'If you reinstalled it, accept the new key on its page. If not, find out who answers there.',
    retry: 'no',
    sample: { machine: 'spark-1', pinned: 'SHA256:old', presented: 'SHA256:new' },
  }),
  machine_answer_unreadable: error<Where & Why>({
    status: 502,
    title: 'The answer is not understood',
    happened: (f) => `${f.machine} answered in a way that is not understood: ${f.why}.`,
    now: () => 'The last good values are kept and shown as old.',
    next: () => 'Log in to the machine by SSH as the same user and see whether its shell prints something unusual.',
    retry: 'yes',
    sample: { machine: 'spark-1', why: 'no end mark' },
  }),
  fence_refused: error<Where & { appliance: string; fence: number }>({
    status: 409,
    title: 'Someone else controls this machine',
    happened: (f) => `${f.machine} was taken by a later order (number ${f.fence}, appliance ${f.appliance}).`,
    now: () => 'Nothing was started or stopped by this order.',
    next: () => 'If another Spark Control is in charge of this cluster, use that one.',
    retry: 'no',
    sample: { machine: 'spark-1', appliance: 'b0b', fence: 7 },
  }),

  // models, recipes, plans
  model_unknown: error<{ model: string }>({
    status: 404,
    title: 'This model is not on any disk',
    happened: (f) => `"${f.model}" is not on the disk of any machine.`,
    now: () => 'Nothing was changed.',
    next: () => 'Download it on a machine, then press "Look again" under Models.',
    retry: 'no',
    sample: { model: 'Qwen/Qwen3-8B' },
  }),
  recipe_unknown: error<{ recipe: string }>({
    status: 404,
    title: 'No such recipe',
    happened: (f) => `There is no recipe "${f.recipe}" for this model.`,
    now: () => 'Nothing was changed.',
    next: () => 'Open the model under Models to see the recipes it has.',
    retry: 'no',
    sample: { recipe: 'shipped:x' },
  }),
  recipe_unconfirmed: error<{ recipe: string }>({
    status: 409,
    title: 'This recipe needs your word once',
    happened: (f) => `The recipe ${f.recipe} was worked out from the model's files and nobody has confirmed it yet.`,
    now: () => 'Nothing was changed.',
    next: () => "Read its flags on the model's page and confirm it, or POST /api/recipes/{id}/confirmation.",
    retry: 'no',
    sample: { recipe: 'inferred:Qwen/Qwen3-8B' },
  }),
  recipe_invalid: error<Why>({
    status: 422,
    title: 'The recipe cannot be used',
    happened: (f) => `The recipe cannot be used: ${f.why}.`,
    now: () => 'Nothing was saved.',
    next: () => 'Correct what is named here.',
    retry: 'no',
    sample: { why: 'flags.port: expected a number' },
  }),
  plan_stale: error<Record<string, never>>({
    status: 409,
    title: 'The plan has changed',
    happened: () => 'Something changed since this plan was shown.',
    now: () => 'Nothing was started. The new plan is here.',
    next: () => 'Read the new plan and confirm it again.',
    retry: 'no',
    sample: {},
  }),
  plan_blocked: error<Why & { unblock: string }>({
    status: 409,
    title: 'This switch is not possible now',
    happened: (f) => f.why,
    now: () => 'Nothing was changed.',
    next: (f) => f.unblock,
    retry: 'no',
    sample: { why: 'It needs 130 GB and spark-1 has 119.', unblock: 'Choose a smaller model, or add a second Spark.' },
  }),

  // swap and lock
  swap_running: error<{ swap: string; model: string | null; retryAfterSeconds: number }>({
    status: 409,
    title: 'A switch is already running',
    happened: (f) => `A switch${f.model === null ? '' : ` to ${f.model}`} is already running.`,
    now: () => 'It goes on; nothing else was started.',
    next: () => 'Wait for it to end, or cancel it on its page.',
    retry: 'after',
    sample: { swap: 'abc123', model: 'Qwen/Qwen3-8B', retryAfterSeconds: 30 },
  }),
  swap_locked: error<{ holder: string; reason: string; until: string | null; retryAfterSeconds: number }>({
    status: 423,
    title: 'The cluster is reserved',
    happened: (f) => `${f.holder} holds the cluster: ${f.reason}.`,
    now: () => 'Nothing was changed.',
    next: (f) => (f.until === null ? 'Try again when it is done.' : `Try again after ${f.until}, or release the reservation on Home.`),
    retry: 'after',
    sample: { holder: 'recap', reason: 'nightly batch', until: '2026-01-01T00:00:00Z', retryAfterSeconds: 60 },
  }),
  lock_token_wrong: error<Record<string, never>>({
    status: 403,
    title: 'Not your reservation',
    happened: () => 'The token does not belong to the reservation that holds the cluster.',
    now: () => 'The reservation stays as it is.',
    next: () => 'Use the token that was given when it was made.',
    retry: 'no',
    sample: {},
  }),
  lock_not_held: error<Record<string, never>>({
    status: 404,
    title: 'Nothing is reserved',
    happened: () => 'There is no reservation.',
    now: () => 'The cluster is free.',
    next: () => 'Make one with POST /api/swap/lock.',
    retry: 'no',
    sample: {},
  }),
  swap_not_cancellable: error<Why>({
    status: 409,
    title: 'Too late to cancel',
    happened: (f) => `This switch cannot be cancelled: ${f.why}.`,
    now: () => 'It goes on as it was.',
    next: () => 'Wait for its outcome; then switch again.',
    retry: 'no',
    sample: { why: 'it has ended' },
  }),

  // outcomes of swaps
  start_failed: error<{ model: string; line: string }>({
    status: 502,
    title: 'It did not start',
    happened: (f) => `${f.model} did not start: ${f.line}`,
    now: () => '',
    next: () => 'Open the log to see more, then try again or choose another model.',
    retry: 'no',
    sample: { model: 'Qwen3 8B', line: 'Engine core initialization failed.' },
  }),
  image_missing: error<Where & { image: string }>({
    status: 502,
    title: 'The image is not there',
    happened: (f) => `The container image "${f.image}" is not on ${f.machine}.`,
    now: () => '',
    next: () => "Run ./build-and-copy.sh in the launcher's folder on that machine, then switch again.",
    retry: 'no',
    sample: { machine: 'spark-1', image: 'vllm-node' },
  }),
  docker_permission: error<Where>({
    status: 502,
    title: 'Docker may not be used',
    happened: (f) => `The user on ${f.machine} may not use docker without sudo.`,
    now: () => '',
    next: () => 'Run: sudo usermod -aG docker $USER, then log out and in again on that machine.',
    retry: 'no',
    sample: { machine: 'spark-1' },
  }),
  memory_short: error<{ line: string }>({
    status: 502,
    title: 'Not enough free memory',
    happened: (f) => `vLLM found less free memory than it was told to use: ${f.line}`,
    now: () => '',
    next: () => 'Files read earlier may still be held in memory. Try again in a minute, or choose a shorter context.',
    retry: 'yes',
    sample: { line: 'Free memory on device cuda:0 (74.9/121.7 GiB)' },
  }),
  kv_cache_negative: error<{ line: string }>({
    status: 502,
    title: 'No room for conversations',
    happened: (f) => `After loading, no memory was left for conversations: ${f.line}`,
    now: () => '',
    next: () => 'Choose a shorter context, or a smaller model.',
    retry: 'no',
    sample: { line: 'Available KV cache memory: -2.26 GiB' },
  }),
  load_stalled: error<{ model: string; minutes: number }>({
    status: 504,
    title: 'Loading stands still',
    happened: (f) => `${f.model} was loading and then nothing moved for ${f.minutes} minutes.`,
    now: () => '',
    next: () => 'Try again. If it stands still at the same place, restart the Spark.',
    retry: 'yes',
    sample: { model: 'Qwen3 8B', minutes: 15 },
  }),
  engine_died: error<{ model: string; line: string }>({
    status: 502,
    title: 'The engine ended while starting',
    happened: (f) => `The vLLM process of ${f.model} ended: ${f.line}`,
    now: () => '',
    next: () => 'Open the log to see more, then try again or choose another model.',
    retry: 'no',
    sample: { model: 'Qwen3 8B', line: 'no last line' },
  }),
  wrong_model: error<{ wanted: string; answered: string }>({
    status: 502,
    title: 'Another model answers',
    happened: (f) => `${f.answered} answers where ${f.wanted} should.`,
    now: () => '',
    next: () => 'Something else serves on that port. Look under Machines at what runs there.',
    retry: 'no',
    sample: { wanted: 'Qwen/Qwen3-8B', answered: 'meta/Llama-3' },
  }),
  no_answer: error<{ model: string; why: string }>({
    status: 502,
    title: 'It loads but does not answer',
    happened: (f) => `${f.model} says it is healthy but did not complete a one-word request: ${f.why}.`,
    now: () => '',
    next: () => 'Try again. If it happens again, restart the Spark.',
    retry: 'yes',
    sample: { model: 'Qwen3 8B', why: 'no answer within 120 s' },
  }),
  room_not_made: error<Where & { container: string }>({
    status: 502,
    title: 'The old model could not be stopped',
    happened: (f) => `The container ${f.container} is still there on ${f.machine} after it was told to stop.`,
    now: () => '',
    next: (f) => `Log in to ${f.machine} and run: docker rm -f ${f.container}`,
    retry: 'yes',
    sample: { machine: 'spark-1', container: 'vllm_node' },
  }),
  memory_not_back: error<Where & { have: string; need: string }>({
    status: 502,
    title: 'Memory did not come back',
    happened: (f) => `After the old model stopped, ${f.machine} has ${f.have} free and ${f.need} are needed.`,
    now: () => '',
    next: (f) => `Wait a minute and try again. If nothing runs there and it stays so, restart ${f.machine}.`,
    retry: 'yes',
    sample: { machine: 'spark-1', have: '40 GB', need: '85 GB' },
  }),
  machine_rebooted: error<Where>({
    status: 502,
    title: 'The machine restarted',
    happened: (f) => `${f.machine} restarted during the switch.`,
    now: () => '',
    next: () => 'Wait until it is back under Machines, then switch again.',
    retry: 'yes',
    sample: { machine: 'spark-1' },
  }),
  machine_silent: error<Where & { minutes: number }>({
    status: 504,
    title: 'The machine went silent',
    happened: (f) => `${f.machine} has not answered for ${f.minutes} minutes.`,
    now: () => 'What runs there is not known. No second start was made.',
    next: () => 'Look at the machine itself. When it answers again, its state is read anew.',
    retry: 'yes',
    sample: { machine: 'spark-1', minutes: 60 },
  }),
  swap_interrupted: error<Why>({
    status: 500,
    title: 'The switch was interrupted',
    happened: (f) => `The switch was interrupted: ${f.why}.`,
    now: () => '',
    next: () => 'Switch again.',
    retry: 'yes',
    sample: { why: 'Spark Control restarted before anything had changed' },
  }),
  cancelled: error<Record<string, never>>({
    status: 409,
    title: 'Cancelled',
    happened: () => 'The switch was cancelled.',
    now: () => '',
    next: () => 'Switch again when you like.',
    retry: 'no',
    sample: {},
  }),

  // engines and /v1
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
    happened: (f) => `The engine does not answer: ${f.why}.`,
    now: () => 'The request was not completed.',
    next: () => 'Try again; if it stays so, look at Home.',
    retry: 'yes',
    sample: { why: 'connection refused' },
  }),

  // settings, storage
  setting_unknown: error<{ key: string }>({
    status: 404,
    title: 'No such setting',
    happened: (f) => `There is no setting "${f.key}".`,
    now: () => 'Nothing was changed.',
    next: () => 'See the list under Settings.',
    retry: 'no',
    sample: { key: 'x.y' },
  }),
  setting_invalid: error<{ key: string; why: string }>({
    status: 422,
    title: 'This value cannot be used',
    happened: (f) => `${f.key} cannot be set: ${f.why}.`,
    now: () => 'The old value stays.',
    next: () => 'Correct it and save again.',
    retry: 'no',
    sample: { key: 'engine.port', why: 'a number from 1 to 65535 is needed' },
  }),
  setting_changed: error<{ key: string; theirs: string; yours: string }>({
    status: 409,
    title: 'Someone else changed this',
    happened: (f) => `${f.key} was changed to ${f.theirs} since you opened the page; you sent ${f.yours}.`,
    now: (f) => `${f.theirs} stays.`,
    next: () => 'Look at both and save again.',
    retry: 'no',
    sample: { key: 'engine.port', theirs: '8001', yours: '8002' },
  }),
} as const

export type Errors = typeof errors
export type ErrorCode = keyof Errors
export type FactsOf<Code extends ErrorCode> = Errors[Code]['sample']

/** The one failure class. Facts fill the row's sentences; `cause` is for the log alone. */
export class SparkError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'SparkError'
  readonly code: Code
  readonly facts: FactsOf<Code>

  constructor(code: Code, facts: FactsOf<Code>, options?: { cause?: unknown }) {
    super(tellError(code, facts).happened, options)
    this.code = code
    this.facts = facts
  }
}

/** The row's three sentences for these facts. */
export function tellError<Code extends ErrorCode>(
  code: Code,
  facts: FactsOf<Code>,
): { happened: string; now: string; next: string; title: string; status: number } {
  const row = errors[code] as unknown as {
    status: number
    title: string
    happened: (f: unknown) => string
    now: (f: unknown) => string
    next: (f: unknown) => string
  }
  return { title: row.title, status: row.status, happened: row.happened(facts), now: row.now(facts), next: row.next(facts) }
}
