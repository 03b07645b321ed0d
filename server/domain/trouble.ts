// Which line of an output tells why a start failed, and which error of the table it is.

export type TroubleCode = 'image_missing' | 'docker_permission' | 'memory_short' | 'kv_cache_negative' | 'engine_died' | 'start_failed'

export interface Telling {
  readonly code: TroubleCode
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

/** Most telling first: a later, more general line never hides an earlier, more exact one. */
const signs: readonly Sign[] = [
  { pattern: /is less than desired GPU memory utilization/, code: 'memory_short' },
  {
    pattern: /Available KV cache memory: -|No available memory for the cache blocks|To serve at least one request with the model/,
    code: 'kv_cache_negative',
  },
  { pattern: /permission denied while trying to connect to the Docker daemon/, code: 'docker_permission' },
  {
    pattern: /Unable to find image|pull access denied|Could not inspect image|No such image|Docker image mismatch|is not in sync/,
    code: 'image_missing',
  },
  { pattern: /CUDA out of memory|torch\.OutOfMemoryError|NV_ERR_NO_MEMORY/, code: 'memory_short' },
  { pattern: /Cannot connect to the Docker daemon/, code: 'start_failed' },
  { pattern: /Passwordless SSH to .* failed/, code: 'start_failed' },
  { pattern: /^Error:|^ERROR:|Error response from daemon|could not select device driver/, code: 'start_failed' },
  { pattern: /sending SIG(TERM|KILL) to process/, code: 'engine_died' },
  {
    pattern:
      /(ValueError|RuntimeError|ImportError|KeyError|OSError|FileNotFoundError|AssertionError|TypeError|ModuleNotFoundError|EngineDeadError)\b.*/,
    code: 'engine_died',
  },
  { pattern: /address already in use/i, code: 'engine_died' },
  { pattern: /: error: (unrecognized arguments|argument )/, code: 'engine_died' },
  { pattern: /Engine core initialization failed|Engine process failed to start/, code: 'engine_died' },
  { pattern: /command not found|No such file or directory/, code: 'start_failed' },
]

/** The telling line of an output, or null when none is known. */
export function findTelling(lines: readonly string[]): Telling | null {
  for (const sign of signs) {
    const line = lines.find((one) => sign.pattern.test(one))
    if (line === undefined) continue
    const address = /(\d{1,3}(?:\.\d{1,3}){3})/.exec(line)?.[1] ?? null
    const image = /image '([^']+)'/.exec(line)?.[1] ?? null
    return { code: sign.code, line: line.trim().slice(0, 500), address, image: image?.replace(/:latest$/, '') ?? null }
  }
  return null
}

/** The last line that is not a progress bar, for outputs no sign is known of. */
export function lastWords(lines: readonly string[]): string {
  const line = lines.findLast((one) => one.trim() !== '' && !/\d+%\|/.test(one))
  return line === undefined ? 'It printed nothing.' : line.trim().slice(0, 500)
}
