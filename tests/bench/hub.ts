// A hub of 500 model folders, as large models are, read over a real sshd and inferred: processor time on both sides of the line.
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readFamilies } from '../../server/adapters/files/recipe-files.ts'
import { shippedRecipes } from '../../server/adapters/files/shipped-dir.ts'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import { folderState } from '../../server/domain/folder.ts'
import { inferModel } from '../../server/domain/infer.ts'
import { createFakeLog } from '../fakes/log.ts'
import { startSshd } from '../fakes/sshd.ts'
import type { Closing } from './ground.ts'
import { pidWith, sessionMs } from './session-time.ts'

export const hubFolders = 500
const shards = 12
const tensors = 800
/** Sizes of tokenizer_config.json as they are found: Qwen3, Phi 4, Llama 3, Mistral Small. */
const tokenizerBytes = [10_000, 18_000, 55_000, 200_000]

/** ms of each reading. */
export interface HubReading {
  /** From the question to the last inference. */
  readonly wall: number
  /** User and system time of sshd's session and everything the script started on the machine. */
  readonly remote: number
  /** ... and of this process: the SSH client, reading the answer, inferring. */
  readonly own: number
}

export async function readHubs(closing: Closing, times: number): Promise<HubReading[]> {
  const { families } = await readFamilies(shippedRecipes().families)
  const configs = families.flatMap((family) => family.examples.map((example) => JSON.stringify(example.config)))
  const door = await startSshd()
  closing.add(() => door.stop())
  const sparks = createSparks({ privateKey: () => door.privateKey, log: createFakeLog() })
  closing.add(() => sparks.close())
  const sshd = pidWith(join(dirname(door.home), 'sshd_config'))
  const hub = join(door.home, '.cache/huggingface/hub')
  for (let index = 0; index < hubFolders; index += 1) layOut(hub, index, configs[index % configs.length] ?? '{}')

  const read = async (): Promise<HubReading> => {
    const before = await sessionMs(sshd)
    const busy = process.cpuUsage()
    const began = performance.now()
    const listings = await sparks.scan(door.machine)
    for (const listing of listings) {
      if (folderState(listing, Date.now()) !== 'complete') throw new Error(`${listing.id} was not read whole`)
      inferModel(listing, families)
    }
    const wall = performance.now() - began
    const { user, system } = process.cpuUsage(busy)
    if (listings.length !== hubFolders) throw new Error(`${listings.length} of ${hubFolders} folders were read`)
    return { wall, own: (user + system) / 1000, remote: (await sessionMs(sshd)) - before }
  }
  await sparks.probe(door.machine, [])
  await read()
  const readings: HubReading[] = []
  for (let round = 0; round < times; round += 1) readings.push(await read())
  return readings
}

/** A dozen sparse shards, an index, a tokenizer configuration, files nobody reads. */
function layOut(hub: string, index: number, config: string): void {
  const repo = join(hub, `models--example--model-${index}`)
  const commit = index.toString(16).padStart(40, '0')
  const snapshot = join(repo, 'snapshots', commit)
  for (const dir of [join(repo, 'blobs'), join(repo, 'refs'), snapshot]) mkdirSync(dir, { recursive: true })
  writeFileSync(join(repo, 'refs/main'), commit)
  const put = (name: string, text: string, size?: number): void => {
    const blob = `${index}-${name}`.replaceAll('.', '_')
    writeFileSync(join(repo, 'blobs', blob), text)
    if (size !== undefined) truncateSync(join(repo, 'blobs', blob), size)
    symlinkSync(`../../blobs/${blob}`, join(snapshot, name))
  }
  const shard = (number: number): string => `model-${String(number + 1).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.safetensors`
  for (let number = 0; number < shards; number += 1) put(shard(number), '', 5e9)
  const rows = Array.from({ length: tensors }, (_, number) => [`model.layers.${number}.mlp.weight`, shard(number % shards)])
  put('model.safetensors.index.json', JSON.stringify({ metadata: { total_size: 1 }, weight_map: Object.fromEntries(rows) }, null, 2))
  put('config.json', config)
  put('tokenizer_config.json', JSON.stringify({ added_tokens_decoder: added(index), chat_template: '{{ messages }}<think>' }))
  put('generation_config.json', '{ "temperature": 0.7 }')
  for (const name of ['tokenizer.json', 'merges.txt', 'vocab.json', 'README.md', '.gitattributes']) put(name, 'x'.repeat(20_000))
}

function added(index: number): Readonly<Record<string, unknown>> {
  const flags = { lstrip: false, normalized: false, rstrip: false, single_word: false, special: true }
  const count = (tokenizerBytes[index % tokenizerBytes.length] ?? 0) / 140
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [String(128_000 + at), { content: `<|reserved_${at}|>`, ...flags }]))
}
