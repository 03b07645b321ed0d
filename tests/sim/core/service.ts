// A service beside vLLM: a container that loads for a while, takes memory, opens a port and writes a line for every request.
import type { SimContainer } from './container.ts'
import { memoryOf, type SimNode } from './node.ts'
import { forever, type SimProcess } from './process.ts'
import type { Sim } from './sim.ts'

/** What it does. `idle`: a program of the owner that no one probes. */
export type ServiceKind = 'stt' | 'diarize' | 'tts' | 'embed' | 'rerank' | 'qdrant' | 'redact' | 'audio' | 'idle'

export interface SimService {
  /** Of the container. */
  readonly name: string
  readonly kind: ServiceKind
  readonly image: string
  /** Where it listens on the node's address; null: nowhere. */
  readonly port: number | null
  /** What it holds once it is loaded. */
  readonly bytes: number
  /** From the start of the container to the open port, unscaled ms; absent: 8 s. */
  readonly loadMs?: number
  /** What /v1/models lists; absent: the usual one of the kind. */
  readonly model?: string
  /** False: docker does not start it again (`--restart no`); absent: `unless-stopped`. */
  readonly restarts?: boolean
  /** True: it does not end when it is asked to (TERM), and is killed after its grace. */
  readonly deaf?: boolean
  /** How the node is at the beginning; absent: it has been running since the boot. */
  readonly state?: 'running' | 'exited'
  /** False: its port is published by docker instead of open on the host's network; absent: published. */
  readonly hostNetwork?: boolean
}

/** What is special about a process that is a service. */
export interface ServiceFace {
  readonly service: SimService
  /** null: it loads. */
  readySince: number | null
}

export interface ServicePlace {
  readonly sim: Sim
  readonly node: SimNode
  readonly container: SimContainer
  readonly service: SimService
  /** It has long been loaded. */
  readonly grown: boolean
}

const defaultLoadMs = 8_000

export const serviceCommand = ({ kind, port }: SimService): readonly string[] =>
  kind === 'qdrant'
    ? ['./qdrant']
    : ['python3', '-m', kind === 'idle' ? 'app' : `${kind}_server`, ...(port === null ? [] : ['--port', String(port)])]

/** The program of a service: resolves with its exit code. */
export async function runService(place: ServicePlace, self: SimProcess, signal: AbortSignal): Promise<number> {
  const { sim, node, container, service, grown } = place
  const face: ServiceFace = { service, readySince: null }
  self.service = face
  const say = (line: string): void => container.log.append(`${line}\n`)
  const banner = `INFO:     Started server process [${self.pid}]`
  if (grown) say(banner)
  else if (!(await load(place, banner, say, signal))) return 1
  self.heldBytes = service.bytes
  node.memory.read(Math.round(service.bytes / 4))
  face.readySince = sim.clock.now()
  say('INFO:     Application startup complete.')
  if (service.port !== null) say(`INFO:     Uvicorn running on http://0.0.0.0:${service.port} (Press CTRL+C to quit)`)
  sim.changed()
  return await forever(signal)
}

/** False: it did not come that far, and its log says why. */
async function load(
  { sim, node, service }: ServicePlace,
  banner: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  await sim.wait(node, 300, signal)
  say(banner)
  if (sim.faults.strike('F34', node.name, service.name) !== null) {
    say('Traceback (most recent call last):')
    say('RuntimeError: CUDA error: no kernel image is available for execution on the device')
    return false
  }
  say(`INFO:     Loading ${modelOf(service)}`)
  await sim.wait(node, service.loadMs ?? defaultLoadMs, signal)
  if (memoryOf(node, sim.clock.now()).availableBytes >= service.bytes) return true
  say('torch.OutOfMemoryError: CUDA out of memory.')
  return false
}

const models: Readonly<Record<ServiceKind, string>> = {
  stt: 'nvidia/parakeet-tdt-0.6b-v3',
  diarize: 'nvidia/diar_streaming_sortformer_4spk-v2.1',
  tts: 'kokoro',
  embed: 'BAAI/bge-m3',
  rerank: 'BAAI/bge-reranker-v2-m3',
  qdrant: 'segments',
  redact: 'en_core_web_lg',
  audio: 'ace-step-1.5',
  idle: 'settings',
}

export const modelOf = (service: SimService): string => service.model ?? models[service.kind]
