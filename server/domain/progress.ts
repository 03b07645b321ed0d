// What a line of the launcher's or vLLM's output says about how far a start is. Unknown lines say nothing.
// Markers: spark-vllm-docker launch-cluster.sh of 2026-09-15, vLLM 0.24 (engine v1) and older wordings.

export interface ProgressNote {
  readonly percent: number | null
  readonly sentence: string
}

interface Marker {
  readonly pattern: RegExp
  readonly say: (match: RegExpMatchArray) => ProgressNote
}

const plain = (sentence: string) => (): ProgressNote => ({ percent: null, sentence })

const markers: readonly Marker[] = [
  { pattern: /^Checking SSH connectivity to worker nodes/, say: plain('The first Spark is reaching the others.') },
  { pattern: /^Verifying Docker image consistency/, say: plain('Comparing the container image on all Sparks.') },
  { pattern: /^Starting (Head|Worker) Node on/, say: plain('Starting the containers.') },
  { pattern: /^Applying mod/, say: plain('Applying the changes this recipe asks for.') },
  { pattern: /^Waiting for cluster to be ready/, say: plain('Waiting for the Sparks to join.') },
  { pattern: /^Executing command/, say: plain('Telling vLLM what to serve.') },
  { pattern: /^Stopping cluster/, say: plain('Stopping the containers.') },
  {
    pattern: /Loading .*(?:checkpoint shards|loader):\s+(\d+)% Completed \| (\d+)\/(\d+)/,
    say: (match) => ({ percent: Number(match[1]), sentence: `Reading the weights: part ${match[2]} of ${match[3]}.` }),
  },
  { pattern: /Loading weights took ([\d.]+) seconds/, say: plain('The weights are read.') },
  { pattern: /Loading drafter model/, say: plain('Loading the helper model.') },
  { pattern: /Starting to load model/, say: plain('Starting to read the weights.') },
  { pattern: /torch\.compile|Dynamo bytecode|Compiling a graph/, say: plain('Preparing the program for this chip.') },
  { pattern: /Initial profiling|Estimated CUDA graph memory|Encoder cache will be/, say: plain('Measuring memory.') },
  {
    pattern: /GPU KV cache size: ([\d,]+) tokens/,
    say: (match) => ({ percent: null, sentence: `Room for ${match[1]} tokens of conversation.` }),
  },
  { pattern: /Capturing CUDA graphs.*?(\d+)%/, say: plain('Recording the fast paths.') },
  { pattern: /Graph capturing finished/, say: plain('The fast paths are recorded.') },
  { pattern: /Starting vLLM (API )?server|Available routes are/, say: plain('Opening the door.') },
  { pattern: /Application startup complete/, say: plain('vLLM says it is ready.') },
  { pattern: /Initializing a V1 LLM engine|Resolved architecture/, say: plain('vLLM is starting.') },
]

/** The newest thing a line says, or null. */
export function readProgress(line: string): ProgressNote | null {
  for (const marker of markers) {
    const match = line.match(marker.pattern)
    if (match !== null) return marker.say(match)
  }
  return null
}

/**
 * Splits output into lines, treating `\r` (progress bars) as a line end and keeping the unfinished rest.
 * Of a run of progress-bar states in one chunk only the last is kept, so a log does not fill with them.
 */
export function splitLines(rest: string, chunk: string): { readonly lines: readonly string[]; readonly rest: string } {
  const parts = (rest + chunk).split('\n')
  const open = parts.pop() ?? ''
  const lines = parts.map((part) => lastState(part)).filter((line) => line.trim() !== '')
  const openStates = open.split('\r').filter((state) => state.trim() !== '')
  const shown = openStates.at(-1)
  if (open.includes('\r') && shown !== undefined && /\d+%/.test(shown)) lines.push(shown)
  return { lines, rest: open.includes('\r') ? '' : open.slice(-65_536) }
}

function lastState(part: string): string {
  const states = part.split('\r').filter((state) => state.trim() !== '')
  return states.at(-1) ?? ''
}
