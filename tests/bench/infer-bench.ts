// How long a hub of 500 model folders takes to be listed and inferred. Run: npx tsx tests/bench/infer-bench.ts
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readHub } from '../../server/adapters/files/hub.ts'
import { readFamilies } from '../../server/adapters/files/recipe-files.ts'
import { folderState } from '../../server/domain/folder.ts'
import { inferModel } from '../../server/domain/infer.ts'

const folders = 500
const shards = 12
const { families } = await readFamilies(join(import.meta.dirname, '..', '..', 'recipes', 'families'))
const examples = families.flatMap((family) => family.examples)
const hub = await mkdtemp(join(tmpdir(), 'spark-bench-'))

/** A folder as large models are: a dozen sparse shards, an index of 2,000 rows, a tokenizer configuration of 200 kB. */
async function build(number: number): Promise<void> {
  const example = examples[number % examples.length]
  const root = join(hub, `models--bench--model-${number}`)
  const snapshot = join(root, 'snapshots', 'abc')
  await mkdir(join(root, 'blobs'), { recursive: true })
  await mkdir(join(root, 'refs'), { recursive: true })
  await mkdir(snapshot, { recursive: true })
  await writeFile(join(root, 'refs', 'main'), 'abc')
  const add = async (name: string, content: string | number): Promise<void> => {
    await writeFile(join(root, 'blobs', name), typeof content === 'string' ? content : '')
    if (typeof content === 'number') await truncate(join(root, 'blobs', name), content)
    await symlink(join('..', '..', 'blobs', name), join(snapshot, name))
  }
  const names = Array.from(
    { length: shards },
    (_, at) => `model-${String(at + 1).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.safetensors`,
  )
  const rows = Array.from({ length: 2000 }, (_, at) => [`model.layers.${at}.mlp.experts.weight`, names[at % shards]])
  await add('config.json', JSON.stringify(example?.config ?? {}))
  await add('tokenizer.json', '{}')
  await add('tokenizer_config.json', JSON.stringify({ added: 'x'.repeat(200_000), chat_template: '{{ messages }}<think>' }))
  await add('model.safetensors.index.json', JSON.stringify({ weight_map: Object.fromEntries(rows) }))
  for (const name of names) await add(name, 5e9)
}

for (let number = 0; number < folders; number += 1) await build(number)
const busy = process.cpuUsage()
const started = performance.now()
const listings = await readHub(hub)
const listed = performance.now()
let complete = 0
for (const listing of listings) {
  if (folderState(listing, Date.now()) === 'complete') complete += 1
  inferModel(listing, families)
}
const ended = performance.now()
const { user, system } = process.cpuUsage(busy)
await rm(hub, { recursive: true })
const ms = (span: number): string => `${Math.round(span)} ms`
console.log(
  `${listings.length} model folders (${complete} complete): listed in ${ms(listed - started)}, inferred in ${ms(ended - listed)}, together ${ms(ended - started)} (limit 2000 ms), ${ms((user + system) / 1000)} of processor time`,
)
if (ended - started > 2000 || complete !== folders) process.exitCode = 1
