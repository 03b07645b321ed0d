// A vLLM process from its first line to its last: imports, weights, compile, CUDA graphs, ready. The port opens only at ready.
import type { SimContainer } from './container.ts'
import type { Passage } from './faults.ts'
import { passed } from './moments.ts'
import { memoryOf, processesOf, type SimNode } from './node.ts'
import { createPrng } from './prng.ts'
import { forever, type SimProcess, type VllmFace } from './process.ts'
import type { Sim } from './sim.ts'
import { snapshotOf } from './snapshot.ts'
import type { FaultName, Moment, SimModel } from './types.ts'
import type { VllmArgs } from './vllm-args.ts'
import { joinRanks, livePeers, otherRanks, startRayRanks } from './vllm-group.ts'
import { engineInitText, freeMemoryText, gibText, graphBar, type Level, logLine, type Speaker, shardBar } from './vllm-log.ts'

export interface Birthplace {
  readonly sim: Sim
  readonly node: SimNode
  readonly container: SimContainer
  readonly self: SimProcess
  readonly args: VllmArgs
  /** It has long been loaded. */
  readonly grown: boolean
  readonly signal: AbortSignal
}

/** Everything one load shares between its phases. */
export interface Load extends Birthplace {
  readonly face: VllmFace
  readonly model: SimModel
  readonly startedAt: number
  readonly random: () => number
  /** Weights on this node. */
  readonly shareBytes: number
  readonly rayRanks: SimProcess[]
}

/** The engine gave up; the lines are its last words. */
export class EngineFailure extends Error {
  readonly lines: readonly string[]
  constructor(lines: readonly string[]) {
    super(lines[0])
    this.lines = lines
  }
}

const gib = 1024 ** 3
/** CUDA context, libraries and activations, beside weights and KV cache. */
const overheadBytes = 2 * gib
/** Reading safetensors from the Spark's disk. */
const bytesPerSecond = 250_000_000

const seconds = (value: number): number => value * 1000
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** `vllm serve ...` until it ends; resolves with its exit code. */
export async function serve(place: Birthplace): Promise<number> {
  const { args, container, self } = place
  await Promise.resolve()
  if (args.complaint !== null) {
    container.log.append(`usage: vllm serve [model_tag] [options]\nvllm serve: error: ${args.complaint}\n`)
    return 2
  }
  const face: VllmFace = { args, phase: 'imports', wedged: false, readySince: null, killBySystem: () => killBySystem(place, face) }
  self.vllm = face
  const rayRanks: SimProcess[] = []
  try {
    const load = await start(place, face, rayRanks)
    return await dieOrServe(load)
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error
    tellFailure(place, error.lines)
    return 1
  } finally {
    for (const rank of rayRanks) rank.kill(1)
  }
}

async function start(place: Birthplace, face: VllmFace, rayRanks: SimProcess[]): Promise<Load> {
  const { sim, node, self, args } = place
  const prng = createPrng(sim.options.seed, `load ${node.name} ${self.pid} ${args.model}`)
  if (!place.grown) await imports(place, prng.next)
  const model = findModel(node, args)
  const shareBytes = model.weightsBytes / Math.max(1, args.worldSize)
  const load: Load = { ...place, face, model, startedAt: sim.clock.now(), random: prng.next, shareBytes, rayRanks }
  if (place.grown) self.heldBytes = args.gpuMemoryUtilization * node.memory.totalBytes
  else await grow(load)
  face.phase = 'ready'
  face.readySince = sim.clock.now()
  face.wedged = strikes(place, 'F13')
  if (args.rank === 0) sayReady(load)
  sim.changed()
  await passed(sim, passageOf(load, 'serving'))
  return load
}

async function grow(load: Load): Promise<void> {
  await joinRanks(load)
  startRayRanks(load)
  await weights(load)
  checkPeers(load)
  load.face.phase = 'compile'
  await compile(load)
  load.face.phase = 'graphs'
  await graphs(load)
  checkPeers(load)
}

// ---- phases

async function imports(place: Birthplace, random: () => number): Promise<void> {
  const { sim, node, self, args, signal } = place
  await sim.wait(node, seconds(6), signal)
  say(place, api(self), 'INFO', 'api_server.py:1351', `vLLM API server version 0.14.1, model ${args.model}`)
  const rest = JSON.stringify({ model_tag: args.model, port: args.port, served_model_name: args.served })
  say(place, api(self), 'INFO', 'utils.py:253', `non-default args: ${rest}`)
  self.heldBytes = overheadBytes / 2
  sim.changed()
  await sim.wait(node, seconds(4 + 4 * random()), signal)
  if (strikes(place, 'F7')) throw new EngineFailure(['torch.AcceleratorError: CUDA error: unspecified launch failure'])
  await sim.wait(node, seconds(8), signal)
  if (args.rank === 0) checkPort(place)
  checkMemory(place)
}

function checkPort({ node, self, args }: Birthplace): void {
  // vLLM binds its port before it loads: of two that want the same one the later dies, though the first is not ready yet.
  const taken = processesOf(node).some(
    (other) => other.pid < self.pid && other.vllm !== null && other.vllm.args.rank === 0 && other.vllm.args.port === args.port,
  )
  if (taken) throw new EngineFailure([`OSError: [Errno 98] Address already in use: ('0.0.0.0', ${args.port})`])
}

function checkMemory(place: Birthplace): void {
  const { sim, node, self, args } = place
  const look = memoryOf(node, sim.clock.now())
  const free = strikes(place, 'F8') ? (0.615 / 0.9) * args.gpuMemoryUtilization * look.totalBytes : look.availableBytes + self.heldBytes
  if (free < args.gpuMemoryUtilization * look.totalBytes) {
    throw new EngineFailure([`ValueError: ${freeMemoryText(free, look.totalBytes, args.gpuMemoryUtilization)}`])
  }
  const gpus = args.executor === 'ray' ? 1 + place.container.rayPeers.length : args.nodes
  if (args.worldSize > gpus) {
    throw new EngineFailure([
      `ValueError: World size (${args.worldSize}) is larger than the number of available GPUs (${gpus}) in this node.`,
    ])
  }
}

/** What `vllm serve X` means on a node's disk: a Hub id, a path into the cache, or a folder of the owner's. */
export function modelOf(node: SimNode, args: VllmArgs): SimModel | undefined {
  const id = args.model.replace(/^.*\/models--([^/]+?)--([^/]+)\/snapshots\/.*$/, '$1/$2')
  const folder = id.replace(/\/+$/, '').split('/').at(-1)
  return node.models.get(id) ?? (args.model.startsWith('/') ? node.models.get(`local:${folder}`) : undefined)
}

function findModel(node: SimNode, args: VllmArgs): SimModel {
  const model = modelOf(node, args)
  if (model === undefined) {
    throw new EngineFailure([
      `OSError: We couldn't connect to 'https://huggingface.co' to load the files, and couldn't find them in the cached files. ${args.model} is not a local folder.`,
    ])
  }
  if ((model.state ?? 'complete') !== 'complete') {
    const { files, indexFiles } = snapshotOf(model)
    const missing = indexFiles?.find((name) => files.every((file) => file.name !== name)) ?? 'model.safetensors'
    throw new EngineFailure([`FileNotFoundError: No such file or directory: "${missing}" (${args.model})`])
  }
  if (model.config['model_type'] === undefined)
    throw new EngineFailure([`ValueError: Unrecognized model in ${args.model}. Should have a \`model_type\` key in its config.json.`])
  return model
}

async function weights(load: Load): Promise<void> {
  const { sim, node, self, signal, face, shareBytes } = load
  face.phase = 'weights'
  const speaker = worker(load)
  say(load, speaker, 'INFO', 'gpu_model_runner.py:3808', `Starting to load model ${load.args.model}...`)
  const slower = bytesPerSecond / (node.options.diskBytesPerSecond ?? bytesPerSecond)
  const budget = clamp(shareBytes / bytesPerSecond, 60, 550) * slower * (0.95 + 0.1 * load.random())
  const shards = clamp(Math.ceil(load.model.weightsBytes / 4.8e9), 2, 10)
  const stallAt = strikes(load, 'F10') ? Math.ceil(shards * (0.4 + 0.35 * load.random())) : Number.POSITIVE_INFINITY
  for (let done = 0; done <= shards; done++) {
    load.container.log.append(shardBar(speaker, done, shards, (budget * done) / shards))
    if (done >= stallAt) await forever(signal)
    await passed(sim, passageOf(load, 'weights', (100 * (done - 1)) / shards, (100 * done) / shards))
    if (stallAt === Number.POSITIVE_INFINITY && strikes(load, 'F10')) await forever(signal)
    if (done < shards) await sim.wait(node, seconds(budget / shards), signal)
    hold(load, overheadBytes + (shareBytes * Math.min(done + 1, shards)) / shards)
    if (done < shards) node.memory.read(shareBytes / shards)
    sim.changed()
  }
  say(load, speaker, 'INFO', 'default_loader.py:308', `Loading weights took ${budget.toFixed(2)} seconds`)
  const took = (budget + 11.6).toFixed(6)
  say(load, speaker, 'INFO', 'gpu_model_runner.py:3905', `Model loading took ${gibText(shareBytes, 2)} GiB memory and ${took} seconds`)
  self.heldBytes = overheadBytes + shareBytes
}

/** A switch that names no node meets the head alone, so that one switch makes one failure. */
const passageOf = ({ node, args }: Load, moment: Moment, from = 0, to = 0): Passage => ({
  moment,
  nodes: [node.name],
  leads: args.rank === 0,
  model: args.model,
  from,
  to,
})

/** earlyoom (F16): it says what it does, then the engine is gone. */
function killBySystem(place: Birthplace, face: VllmFace): void {
  const line = `sending SIGTERM to process ${place.self.pid + 113} uid 0 "VLLM::EngineCor": badness 903, VmRSS 41213 MiB`
  if (face.phase === 'ready') {
    place.container.log.append(`${line}\n`)
    tellDeath(place.container, place.self, place.sim.clock.now())
  } else tellFailure(place, [line])
  place.self.kill(1)
}

async function compile(load: Load): Promise<void> {
  const { sim, node, signal, args } = load
  const took = 35 + 20 * load.random()
  say(
    load,
    worker(load),
    'INFO',
    'backends.py:703',
    "Using cache directory: /root/.cache/vllm/torch_compile_cache/rank_0/backbone for vLLM's torch.compile",
  )
  await sim.wait(node, seconds(took), signal)
  say(load, worker(load), 'INFO', 'monitor.py:34', `torch.compile takes ${took.toFixed(2)} s in total`)
  const total = node.memory.totalBytes
  const room = strikes(load, 'F9') ? -2.26 * gib : args.gpuMemoryUtilization * total - load.shareBytes - overheadBytes
  say(load, worker(load), 'INFO', 'gpu_worker.py:358', `Available KV cache memory: ${gibText(room, 2)} GiB`)
  if (room <= 0)
    throw new EngineFailure([
      'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
    ])
  hold(load, args.gpuMemoryUtilization * total)
  sim.changed()
  const length = maxModelLen(load.args, load.model)
  const tokens = Math.floor((room / bytesPerToken(load.model)) * args.worldSize)
  say(load, engine(load.self), 'INFO', 'kv_cache_utils.py:1305', `GPU KV cache size: ${tokens.toLocaleString('en-US')} tokens`)
  const times = (tokens / length).toFixed(2)
  say(
    load,
    engine(load.self),
    'INFO',
    'kv_cache_utils.py:1310',
    `Maximum concurrency for ${length.toLocaleString('en-US')} tokens per request: ${times}x`,
  )
}

async function graphs(load: Load): Promise<void> {
  const { sim, node, signal, container } = load
  const took = 20 + 8 * load.random()
  const total = 7
  for (let done = 0; done <= total; done++) {
    container.log.append(graphBar(done, total, (took * done) / total))
    if (done < total) await sim.wait(node, seconds(took / total), signal)
  }
  say(load, worker(load), 'INFO', 'gpu_model_runner.py:4800', `Graph capturing finished in ${Math.round(took)} secs, took 0.62 GiB`)
}

function sayReady(load: Load): void {
  const { args, self, container } = load
  say(load, api(self), 'INFO', 'api_server.py:1425', `Starting vLLM API server 0 on http://0.0.0.0:${args.port}`)
  const prefix = `(APIServer pid=${self.pid}) INFO:     `
  container.log.append(
    `${prefix}Started server process [${self.pid}]\n${prefix}Waiting for application startup.\n${prefix}Application startup complete.\n`,
  )
}

// ---- after ready

/** Serves until killed, until F11 strikes, or until another rank of a head ends. */
async function dieOrServe(load: Load): Promise<number> {
  const { sim, node, signal, self } = load
  if (strikes(load, 'F11')) await sim.wait(node, seconds(15), signal)
  else await Promise.race([forever(signal), ...(load.args.rank === 0 ? otherRanks(load) : []).map((rank) => rank.ended)])
  tellDeath(load.container, self, sim.clock.now())
  return 1
}

/** The engine's last words when it dies while serving (F11). */
export function tellDeath(container: SimContainer, self: SimProcess, at: number): void {
  container.log.append(logLine(engine(self), 'ERROR', at, 'core.py:930', 'EngineCore encountered a fatal error.'))
  const text = 'vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue. See stack trace (above) for the root cause.'
  container.log.append(logLine(api(self), 'ERROR', at, 'async_llm.py:693', text))
}

function tellFailure(place: Birthplace, lines: readonly string[]): void {
  const core = engine(place.self)
  say(place, core, 'ERROR', 'core.py:936', 'EngineCore failed to start.')
  for (const line of lines) say(place, core, 'ERROR', 'core.py:936', line)
  place.container.log.append(`(APIServer pid=${place.self.pid}) ${engineInitText}\n`)
}

function checkPeers(load: Load): void {
  if (load.args.rank === 0 && !livePeers(load)) {
    throw new EngineFailure(['RuntimeError: Worker proc VllmWorker-1 died unexpectedly, shutting down executor.'])
  }
}

// ---- small parts

const api = (self: SimProcess): Speaker => ({ name: 'APIServer', pid: self.pid })
const engine = (self: SimProcess): Speaker => ({ name: 'EngineCore', pid: self.pid + 113 })
const worker = ({ args, self }: Birthplace): Speaker =>
  args.worldSize > 1 ? { name: `Worker_TP${args.rank}`, pid: self.pid + 200 } : engine(self)

function say(place: Birthplace, speaker: Speaker, level: Level, where: string, text: string): void {
  place.container.log.append(logLine(speaker, level, place.sim.clock.now(), where, text))
}

function hold(load: Load, bytes: number): void {
  load.self.heldBytes = bytes
  for (const rank of load.rayRanks) rank.heldBytes = bytes
}

/** A fault that names no node strikes the head alone, so that one switch makes one failure. */
function strikes({ sim, node, args }: Birthplace, name: FaultName): boolean {
  const named = sim.faults.list().some((fault) => fault.name === name && fault.node === node.name)
  return (args.rank === 0 || named) && sim.faults.strike(name, node.name, args.model) !== null
}

interface Shape {
  max_position_embeddings?: number
  num_hidden_layers?: number
  num_key_value_heads?: number
  head_dim?: number
  full_attention_interval?: number
}

function shapeOf(model: SimModel): Shape {
  return { ...model.config, ...(model.config['text_config'] as Shape | undefined) } as Shape
}

/** The context it serves: what it was told, else what the model was trained for. */
export function maxModelLen(args: VllmArgs, model: SimModel | undefined): number {
  return args.maxModelLen ?? (model === undefined ? 4096 : (shapeOf(model).max_position_embeddings ?? 4096))
}

function bytesPerToken(model: SimModel): number {
  const shape = shapeOf(model)
  const layers = (shape.num_hidden_layers ?? 32) / (shape.full_attention_interval ?? 1)
  return 2 * 2 * layers * (shape.num_key_value_heads ?? 8) * (shape.head_dim ?? 128)
}
