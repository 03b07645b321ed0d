// Which line of an output tells why a start failed, and which error of the table it is.

export type TroubleCode =
  | 'worker_refused'
  | 'links_wrong'
  | 'start_raced'
  | 'image_missing'
  | 'image_differs'
  | 'docker_permission'
  | 'docker_down'
  | 'mod_failed'
  | 'memory_short'
  | 'memory_ran_out'
  | 'engine_killed'
  | 'kv_cache_negative'
  | 'model_files_missing'
  | 'model_not_readable'
  | 'flag_refused'
  | 'port_in_use'
  | 'engine_died'
  | 'start_failed'

export interface Telling {
  readonly code: TroubleCode
  /** The line without what stands before it in a log: it is found again in the log as it is here. */
  readonly line: string
  /** Machine address the line names, when it does. */
  readonly address: string | null
  /** Image the line names, when it does. */
  readonly image: string | null
}

interface Sign {
  readonly pattern: RegExp
  readonly code: TroubleCode
}

const exceptions =
  /\b(Value|Runtime|Import|Key|OS|Assertion|Type|ModuleNotFound|Attribute|NotImplemented|EngineDead|DistBackend|DistStore|Accelerator|Validation)Error\b/

/** Most telling first: a later, more general line never hides an earlier, more exact one. */
const signs: readonly Sign[] = [
  { pattern: /sending SIG(TERM|KILL) to process|oom-kill|Out of memory: Killed process/, code: 'engine_killed' },
  { pattern: /is less than desired GPU memory utilization/, code: 'memory_short' },
  {
    pattern: /Available KV cache memory: -|No available memory for the cache blocks|To serve at least one request with the model/,
    code: 'kv_cache_negative',
  },
  { pattern: /permission denied while trying to connect to the Docker daemon/i, code: 'docker_permission' },
  { pattern: /Cannot connect to the Docker daemon/i, code: 'docker_down' },
  { pattern: /Docker image mismatch|is not in sync/, code: 'image_differs' },
  { pattern: /Unable to find image|pull access denied|Could not inspect image|No such image|manifest unknown/i, code: 'image_missing' },
  { pattern: /Passwordless SSH to \S+ failed|ssh: connect to host \S+ port \d+/, code: 'worker_refused' },
  { pattern: /active CX7 interfaces|No active IB interfaces|ibdev2netdev not found|share the same subnet/, code: 'links_wrong' },
  { pattern: /Patch script failed|patch does not apply|Hunk #\d+ FAILED/, code: 'mod_failed' },
  {
    pattern:
      /Container '[^']*' is already running on (head|worker) node|containers are already running\. Skipping launch|The container name "[^"]*" is already in use/,
    code: 'start_raced',
  },
  { pattern: /CUDA out of memory|torch\.OutOfMemoryError|CUDA error: out of memory/, code: 'memory_ran_out' },
  { pattern: /address already in use/i, code: 'port_in_use' },
  { pattern: /: error: (unrecognized arguments|argument |the following arguments)|error: invalid choice/, code: 'flag_refused' },
  {
    pattern: /FileNotFoundError|No such file or directory: .*\.(safetensors|bin|json|gguf)|couldn't find them in the cached files/,
    code: 'model_files_missing',
  },
  { pattern: /Unrecognized model in|does not recognize this architecture|are not supported for now/, code: 'model_not_readable' },
  { pattern: /^Error:|^ERROR:|Error response from daemon|could not select device driver/, code: 'start_failed' },
  { pattern: exceptions, code: 'engine_died' },
  // The driver says this on healthy starts too: it counts only where nothing else tells.
  { pattern: /NV_ERR_NO_MEMORY/, code: 'memory_ran_out' },
  { pattern: /Engine core initialization failed|Engine process failed to start/, code: 'engine_died' },
  { pattern: /command not found|No such file or directory/, code: 'start_failed' },
]

const longest = 500

/** The telling line of an output, or null when none is known. */
export function findTelling(lines: readonly string[]): Telling | null {
  for (const sign of signs) {
    const line = lines.find((one) => sign.pattern.test(one))
    if (line === undefined) continue
    const address = /(\d{1,3}(?:\.\d{1,3}){3})/.exec(line)?.[1] ?? null
    const image = /image '([^']+)'/.exec(line)?.[1] ?? null
    return { code: sign.code, line: plainLine(line), address, image: image?.replace(/:latest$/, '') ?? null }
  }
  return null
}

/** The last line that is no progress bar and no container id, for outputs no sign is known of. */
export function lastWords(lines: readonly string[]): string {
  const line = lines.findLast((one) => plainLine(one) !== '' && !/\d+%\||^[0-9a-f]{64}\s*$/.test(one))
  return line === undefined ? 'It printed nothing.' : plainLine(line)
}

/** Who speaks, how loud, when and from which file: "(EngineCore pid=652) ERROR 09-14 12:00:00 [core.py:936] ". */
const preamble =
  /^\s*(?:\([A-Za-z]\w*(?: pid=\d+)?\)\s*)*(?:(?:INFO|WARNING|ERROR|CRITICAL|DEBUG)\s+\d\d-\d\d \d\d:\d\d:\d\d\s+\[[^\]]*\]\s*)?/

function plainLine(line: string): string {
  return line.replace(preamble, '').trim().slice(0, longest)
}

/** What vLLM found free and what it was told to take, bytes, in the words of its check at start; null for other lines. */
export function memoryFound(line: string): { readonly freeBytes: number; readonly wantedBytes: number } | null {
  const [, free, wanted] = /\(([\d.]+)\/[\d.]+ GiB\).*\([\d.]+, ([\d.]+) GiB\)/.exec(line) ?? []
  if (free === undefined || wanted === undefined) return null
  return { freeBytes: Number(free) * 2 ** 30, wantedBytes: Number(wanted) * 2 ** 30 }
}
