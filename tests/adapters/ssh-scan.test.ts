import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readHub } from '../../server/adapters/files/hub.ts'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import type { FolderListing } from '../../server/domain/model.ts'
import { createFakeLog } from '../fakes/log.ts'
import { type FakeSshd, startSshd } from '../fakes/sshd.ts'

const commit = 'a'.repeat(40)
const older = 'b'.repeat(40)
let door: FakeSshd
let sparks: ReturnType<typeof createSparks>
let listings: readonly FolderListing[]

const hub = (): string => join(door.home, '.cache/huggingface/hub')

/** A file of a snapshot: a blob and the link to it. `text` null: the blob is missing. */
function put(repo: string, revision: string, path: string, text: string | null): void {
  const blob = createHash('sha256').update(`${repo}/${revision}/${path}`).digest('hex')
  const link = join(hub(), repo, 'snapshots', revision, path)
  mkdirSync(dirname(link), { recursive: true })
  if (text !== null) door.write(`.cache/huggingface/hub/${repo}/blobs/${blob}`, text)
  symlinkSync(`${'../'.repeat(path.split('/').length + 1)}blobs/${blob}`, link)
}
const ref = (repo: string, revision: string): void => door.write(`.cache/huggingface/hub/${repo}/refs/main`, revision)
const find = (id: string, kind = 'hub'): FolderListing => {
  const found = listings.find((one) => one.id === id && one.kind === kind)
  if (found === undefined) throw new Error(`${id} is not listed`)
  return found
}

beforeAll(async () => {
  door = await startSshd()
  sparks = createSparks({ privateKey: () => door.privateKey, log: createFakeLog() })
  const whole = 'models--Qwen--Qwen3-8B'
  ref(whole, commit)
  put(whole, commit, 'config.json', '{"architectures": ["Qwen3ForCausalLM"], "note": "żółć\\u0000"}')
  put(whole, commit, 'chat_template.jinja', '{{ "漢字" }}\n')
  put(whole, commit, 'model-00001-of-00002.safetensors', 'x'.repeat(1000))
  put(whole, commit, 'model-00002-of-00002.safetensors', null)
  put(whole, commit, '1_Pooling/config.json', '{}')
  put(
    whole,
    commit,
    'model.safetensors.index.json',
    '{"metadata": {"format": "pt"},"weight_map": {"a": "model-00001-of-00002.safetensors","b":"model-00001-of-00002.safetensors", "c" : "model-00002-of-00002.safetensors"}}',
  )
  put(whole, older, 'config.json', '{}')
  door.write(`.cache/huggingface/hub/${whole}/.no_exist/${commit}/adapter_config.json`, '')
  const half = 'models--Org--Name--With--Dashes'
  ref(half, commit)
  put(half, commit, 'config.json', '{"model_type": "llama"}')
  door.write(`.cache/huggingface/hub/${half}/blobs/abc.incomplete`, 'y'.repeat(300))
  door.write(`.cache/huggingface/hub/${half}/blobs/def.chunked.part`, 'y'.repeat(50))
  utimesSync(join(hub(), half, 'blobs/abc.incomplete'), 1_700_000_000, 1_700_000_000)
  utimesSync(join(hub(), half, 'blobs/def.chunked.part'), 1_700_000_100, 1_700_000_100)
  const moved = 'models--moved'
  ref(moved, commit)
  put(moved, older, 'config.json', '{}')
  put(moved, older, 'model.safetensors', 'weights')
  const nameless = "models--quo'te--$(id) \n;x"
  put(nameless, commit, 'config.json', '{"a": 1}')
  put('models--empty--file', commit, 'config.json', '')
  put('datasets--org--data', commit, 'data.json', '{}')
  for (const name of ['read', 'downloaded']) {
    const folder = `models--just--${name}`
    ref(folder, commit)
    put(folder, commit, 'model.safetensors', 'w'.repeat(17 * 1024 * 1024))
    const written = 1_700_000_000
    utimesSync(join(hub(), folder, `snapshots/${commit}/model.safetensors`), name === 'read' ? written + 90_000 : written + 5, written)
  }
  mkdirSync(join(hub(), 'models--only--folder'), { recursive: true })
  door.write('.cache/huggingface/hub/.locks/models--x--y/lock', '')
  door.write('.cache/huggingface/hub/version.txt', '1')
  door.write('my models/tuned/config.json', '{"model_type": "qwen3"}')
  door.write('my models/tuned/model.safetensors', 'w'.repeat(10))
  door.write('my models/tuned/.cache/huggingface/download/model.incomplete', 'abc')
  door.write('my models/tuned/.git/config', 'x')
  door.write('my models/loose-file.json', '{}')
  listings = await sparks.scan({ ...door.machine, modelFolders: [`${door.home}/my models`, '/no/such/folder'] })
})
afterAll(async () => {
  sparks.close()
  await door.stop()
})

it('lists every model with its files, links followed and dangling ones told', () => {
  const listing = find('Qwen/Qwen3-8B')
  expect(listing.revision).toBe(commit)
  expect(listing.path).toBe(`${hub()}/models--Qwen--Qwen3-8B/snapshots/${commit}`)
  expect(listing.files.map((file) => [file.path, file.sizeBytes])).toEqual([
    ['1_Pooling/config.json', 2],
    ['chat_template.jinja', 15],
    ['config.json', 65],
    ['model-00001-of-00002.safetensors', 1000],
    ['model-00002-of-00002.safetensors', null],
    ['model.safetensors.index.json', 167],
  ])
  expect(listing.indexFiles).toEqual(['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'])
  expect(listing.texts).toEqual({
    'config.json': '{"architectures": ["Qwen3ForCausalLM"], "note": "żółć\\u0000"}',
    'chat_template.jinja': '{{ "漢字" }}\n',
  })
  expect(listing.unfinished).toBeNull()
})

it('tells what is still arriving', () => {
  expect(find('Org/Name--With--Dashes').unfinished).toEqual({ count: 2, bytes: 350, newestAt: 1_700_000_100_000 })
})

it('lists the commit refs/main names, also when only an older one is whole', () => {
  expect(find('moved')).toMatchObject({ revision: commit, files: [], texts: {} })
})

it('takes the names of folders as they are', () => {
  expect(find("quo'te/$(id) \n;x")).toMatchObject({ revision: commit, texts: { 'config.json': '{"a": 1}' } })
})

it('lists data sets and empty folders as what they are', () => {
  expect(find('org/data', 'dataset').texts).toEqual({})
  expect(find('only/folder')).toMatchObject({ revision: null, files: [], path: `${hub()}/models--only--folder`, diskBytes: 0 })
  expect(listings.map((one) => one.id)).not.toContain('x/y')
})

it('lists the folders of local models', () => {
  const local = find('local:tuned', 'local')
  expect(local).toMatchObject({
    path: `${door.home}/my models/tuned`,
    revision: null,
    texts: { 'config.json': '{"model_type": "qwen3"}' },
    unfinished: { count: 1, bytes: 3 },
  })
  expect(local.files.map((file) => file.path)).toEqual(['config.json', 'model.safetensors'])
  expect(listings.filter((one) => one.kind === 'local')).toHaveLength(1)
})

it('calls weights used when they were read well after they arrived, not because a download touched them', () => {
  expect(find('just/read').lastUsedAt).toBe(1_700_090_000_000)
  expect(find('just/downloaded').lastUsedAt).toBeNull()
})

it('says the same of a hub as reading it on this disk does', async () => {
  const here = await readHub(hub())
  const there = listings.filter((one) => one.kind !== 'local').map((one) => ({ ...one, lastUsedAt: null }))
  const sorted = (all: readonly FolderListing[]): FolderListing[] => [...all].sort((a, b) => (a.kind + a.id < b.kind + b.id ? -1 : 1))
  expect(sorted(there)).toEqual(sorted(here))
})

it('reads the hub a login shell sees, and the configured one before it', async () => {
  door.write('elsewhere/hub/models--a--b/refs/main', commit)
  door.write('configured/models--c--d/refs/main', commit)
  door.write('.profile', 'echo "a greeting"; export HF_HOME="$HOME/elsewhere"\n')
  const seen = (await sparks.scan(door.machine)).map((one) => one.id)
  const probed = await sparks.probe(door.machine, [])
  const configured = (await sparks.scan({ ...door.machine, cachePath: `${door.home}/configured` })).map((one) => one.id)
  door.write('.profile', '')
  expect(seen).toEqual(['a/b'])
  expect(probed.cachePath).toBe(`${door.home}/elsewhere/hub`)
  expect(configured).toEqual(['c/d'])
})

it('answers with nothing where there is no hub', async () => {
  expect(await sparks.scan({ ...door.machine, cachePath: '/no/such/hub' })).toEqual([])
})
