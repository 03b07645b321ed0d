// Hostile folders beside plain ones: whether reading and inferring them ever holds up the event loop.
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { readHub } from '../../server/adapters/files/hub.ts'
import { readFamilies } from '../../server/adapters/files/recipe-files.ts'
import { shippedRecipes } from '../../server/adapters/files/shipped-dir.ts'
import { inferModel } from '../../server/domain/infer.ts'

export interface HostileRow {
  readonly what: string
  /** ms */
  readonly value: number
  /** null: for information, because it depends on what else the computer does. */
  readonly most: number | null
}

const plain = {
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  num_hidden_layers: 36,
  num_attention_heads: 32,
  hidden_size: 4096,
}
const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
const kilobytes = (count: number, piece: string): string => piece.repeat(Math.floor((count * 1024) / piece.length))

/** A folder by what is wrong with it; a number is the size of a file full of zeros. */
const hostileFolders: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  infinity: { 'config.json': '{"model_type":"nemotron_h","architectures":["NemotronHForCausalLM"],"time_step_limit":[0,Infinity]}' },
  'missing-fields': { 'config.json': '{"architectures":[null,{}],"num_hidden_layers":"many"}' },
  'ten-thousand-levels': { 'config.json': deep(10_000) },
  prototype: { 'config.json': '{"__proto__":{"model_type":"qwen3"},"constructor":{"prototype":1},"architectures":"__proto__"}' },
  'one-gigabyte': { 'config.json': 1e9, 'tokenizer_config.json': 1e9 },
  'large-texts': {
    'config.json': `{"architectures":[${kilobytes(900, '"Qwen3ForCausalLM",')}"x"]}`,
    'tokenizer_config.json': `{"added":[${kilobytes(900, '{"a":1},')}{}],"chat_template":"x"}`,
    'hf_quant_config.json': `{"quantization":{"quantized_layers":{${kilobytes(900, '"l":{"quant_algo":"W4A16"},')}"z":{}}}}`,
  },
  'bare-words': { 'config.json': `[${kilobytes(900, 'Infinity,NaN,')}1,]` },
  'open-strings': { 'config.json': kilobytes(900, '{"'), 'tokenizer_config.json': kilobytes(900, '"chat_template"') },
  'many-layers': { 'config.json': JSON.stringify({ ...plain, layer_types: Array.from({ length: 50_000 }, () => 'full_attention') }) },
}

function put(hub: string, name: string, files: Readonly<Record<string, string | number>>): void {
  const repo = join(hub, `models--example--${name}`)
  const snapshot = join(repo, 'snapshots', '0'.repeat(40))
  for (const dir of [join(repo, 'blobs'), join(repo, 'refs'), snapshot]) mkdirSync(dir, { recursive: true })
  writeFileSync(join(repo, 'refs/main'), '0'.repeat(40))
  for (const [path, content] of Object.entries({ 'model.safetensors': 4e9, 'tokenizer.json': '{}', ...files })) {
    const blob = join(repo, 'blobs', path.replaceAll('.', '_'))
    writeFileSync(blob, typeof content === 'string' ? content : '')
    if (typeof content === 'number') truncateSync(blob, content)
    symlinkSync(`../../blobs/${path.replaceAll('.', '_')}`, join(snapshot, path))
  }
}

/** An index of 40 MB, as a model with a hundred thousand tensors would have. */
function largeIndex(): string {
  const row = (number: number): string => `"model.layers.${number}.mlp.experts.${'x'.repeat(200)}.weight":"model-${number % 9}.safetensors"`
  return `{"weight_map":{${Array.from({ length: 155_000 }, (_, number) => row(number)).join(',')}}}`
}

interface Reading {
  readonly wall: number
  readonly processor: number
  /** Longest that the event loop was held up, by the clock. */
  readonly held: number
  /** ... and by the processor time of its thread, between two of its turns. */
  readonly turn: number
  /** Most processor time that one inference took. */
  readonly slowest: number
}

const families = (await readFamilies(shippedRecipes().families)).families
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The longest turn of the event loop in processor time: the same however busy the computer is. */
function watchTurns(): { end(): number } {
  let longest = 0
  let before = process.threadCpuUsage()
  let open = true
  const tick = (): void => {
    const { user, system } = process.threadCpuUsage(before)
    before = process.threadCpuUsage()
    longest = Math.max(longest, (user + system) / 1000)
    if (open) setImmediate(tick)
  }
  setImmediate(tick)
  return {
    end: () => {
      open = false
      return longest
    },
  }
}

async function read(hub: string): Promise<Reading> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const began = performance.now()
  const busy = process.cpuUsage()
  let slowest = 0
  const turns = watchTurns()
  for (const listing of await readHub(hub)) {
    const from = process.threadCpuUsage()
    inferModel(listing, families)
    const { user, system } = process.threadCpuUsage(from)
    slowest = Math.max(slowest, (user + system) / 1000)
    await pause()
  }
  const { user, system } = process.cpuUsage(busy)
  const wall = performance.now() - began
  delay.disable()
  return { wall, processor: (user + system) / 1000, held: delay.max / 1e6, turn: turns.end(), slowest }
}

/** The least of several: what the reading costs, not what else the computer did. */
async function least(hub: string): Promise<Reading> {
  const readings: Reading[] = []
  for (let round = 0; round < 5; round += 1) readings.push(await read(hub))
  const of = (key: keyof Reading): number => Math.min(...readings.map((one) => one[key]))
  return { wall: of('wall'), processor: of('processor'), held: of('held'), turn: of('turn'), slowest: of('slowest') }
}

/** Measures folders of each kind, below `folder`. */
export async function measureHostile(folder: string): Promise<readonly HostileRow[]> {
  const [good, bad, both] = ['good', 'bad', 'both'].map((name) => join(folder, name)) as [string, string, string]
  const index = largeIndex()
  for (let number = 0; number < 500; number += 1) {
    put(good, `model-${number}`, { 'config.json': JSON.stringify(plain) })
    put(both, `model-${number}`, { 'config.json': JSON.stringify(plain) })
  }
  for (const hub of [bad, both]) {
    for (const [name, files] of Object.entries(hostileFolders)) put(hub, name, files)
    put(hub, 'large-index', { 'config.json': JSON.stringify(plain), 'model.safetensors.index.json': index })
  }
  await read(good)
  const [plainly, hostile, mixed] = [await least(good), await least(bad), await least(both)]
  const load = (loadavg()[0] ?? 0).toFixed(1)
  const kinds = Object.keys(hostileFolders).length + 1
  return [
    { what: '500 plain folders read and inferred, processor time', value: plainly.processor, most: 2000 },
    { what: `${kinds} hostile folders: longest turn of the event loop, processor time`, value: hostile.turn, most: 50 },
    { what: `${kinds} hostile folders: the same by the clock, load average ${load}`, value: hostile.held, most: null },
    { what: `${kinds} hostile folders: most processor time of one inference`, value: hostile.slowest, most: 50 },
    { what: '500 plain and the hostile ones together, processor time', value: mixed.processor, most: 2000 },
    { what: '500 plain and the hostile ones together: longest turn of the event loop, processor time', value: mixed.turn, most: 50 },
  ]
}
