// How long a hub of 500 model folders takes to be read over a real sshd, parsing included. Printed, not judged: the machine that
// runs this may be busy. Run: npx tsx tests/bench/scan-bench.ts
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import { createFakeLog } from '../fakes/log.ts'
import { startSshd } from '../fakes/sshd.ts'

const folders = 500
const shards = 12
const tensors = 800

function layOut(hub: string, index: number): void {
  const repo = join(hub, `models--org--model-${index}`)
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
  for (let number = 0; number < shards; number += 1) put(shard(number), '', 4e9)
  const weights = Object.fromEntries(
    Array.from({ length: tensors }, (_, number) => [`model.layers.${number}.mlp.weight`, shard(number % shards)]),
  )
  put('model.safetensors.index.json', JSON.stringify({ metadata: { total_size: 1 }, weight_map: weights }, null, 2))
  put('config.json', JSON.stringify({ architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3', hidden_size: 4096, num_hidden_layers: 36 }))
  for (const name of ['generation_config.json', 'tokenizer_config.json']) put(name, JSON.stringify({ name, filler: 'x'.repeat(9000) }))
  for (const name of ['tokenizer.json', 'merges.txt', 'vocab.json', 'README.md', '.gitattributes']) put(name, 'x'.repeat(20_000))
}

const door = await startSshd()
const sparks = createSparks({ privateKey: () => door.privateKey, log: createFakeLog() })
try {
  const hub = join(door.home, '.cache/huggingface/hub')
  for (let index = 0; index < folders; index += 1) layOut(hub, index)
  await sparks.probe(door.machine, [])
  const took: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const began = performance.now()
    const listings = await sparks.scan(door.machine)
    took.push(Math.round(performance.now() - began))
    const whole = listings.filter((one) => one.files.length === shards + 9 && one.indexFiles?.length === shards)
    if (whole.length !== folders) throw new Error(`${whole.length} of ${folders} folders were read whole`)
  }
  console.log(`scan of ${folders} folders over sshd: ${took.join(', ')} ms`)
} finally {
  sparks.close()
  await door.stop()
}
