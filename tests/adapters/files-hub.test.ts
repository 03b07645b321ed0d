import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readHub } from '../../server/adapters/files/hub.ts'
import { inspect } from '../../server/adapters/files/inspect.ts'
import { folderState } from '../../server/domain/folder.ts'

let hub = ''
beforeEach(async () => {
  hub = await mkdtemp(join(tmpdir(), 'spark-hub-'))
})
afterEach(async () => rm(hub, { recursive: true, force: true }))

const now = Date.UTC(2026, 4, 14)

/** Puts one file into a repository as the Hub's client does: a blob and a relative link. A number is a sparse file of that size. */
async function add(repo: string, commit: string, name: string, content: string | number): Promise<void> {
  const root = join(hub, repo)
  const blob = Buffer.from(name).toString('hex')
  await mkdir(join(root, 'blobs'), { recursive: true })
  await writeFile(join(root, 'blobs', blob), typeof content === 'string' ? content : '')
  if (typeof content === 'number') await truncate(join(root, 'blobs', blob), content)
  const at = join(root, 'snapshots', commit, name)
  await mkdir(dirname(at), { recursive: true })
  await symlink(`${'../'.repeat(1 + name.split('/').length)}blobs/${blob}`, at)
}

async function main(repo: string, commit: string): Promise<void> {
  await mkdir(join(hub, repo, 'refs'), { recursive: true })
  await writeFile(join(hub, repo, 'refs', 'main'), commit)
}

const repo = 'models--example--thing--8B'
async function whole(): Promise<void> {
  await main(repo, 'abc')
  await add(repo, 'abc', 'config.json', '{"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"}')
  await add(repo, 'abc', 'tokenizer.json', '{}')
  await add(repo, 'abc', 'model-00001-of-00002.safetensors', 5e9)
  await add(repo, 'abc', 'model-00002-of-00002.safetensors', 5e9)
  await add(
    repo,
    'abc',
    'model.safetensors.index.json',
    '{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}',
  )
}

describe('reading a hub folder', () => {
  test('follows links, splits the name once, reduces the index to names and counts bytes once', async () => {
    await whole()
    const [listing] = await readHub(hub)
    expect(listing).toMatchObject({
      id: 'example/thing--8B',
      kind: 'hub',
      revision: 'abc',
      indexFiles: ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'],
      unfinished: null,
    })
    expect(listing?.files).toContainEqual({ path: 'model-00001-of-00002.safetensors', sizeBytes: 5e9 })
    expect(Object.keys(listing?.texts ?? {})).toEqual(['config.json'])
    expect(listing?.diskBytes).toBeGreaterThan(10e9)
    expect(listing?.diskBytes).toBeLessThan(10.001e9)
  })

  test('sees a dangling link and an unfinished blob with the time it last grew', async () => {
    await whole()
    await rm(join(hub, repo, 'blobs', Buffer.from('model-00002-of-00002.safetensors').toString('hex')))
    const partial = join(hub, repo, 'blobs', 'ffff.incomplete')
    await writeFile(partial, 'xxxx')
    await utimes(partial, now / 1000 - 3600, now / 1000 - 3600)
    const [listing] = await readHub(hub)
    expect(listing?.files).toContainEqual({ path: 'model-00002-of-00002.safetensors', sizeBytes: null })
    expect(listing?.unfinished).toEqual({ count: 1, bytes: 4, newestAt: now - 3_600_000 })
    expect(listing && folderState(listing, now)).toBe('interrupted')
  })

  test('reads the snapshot that refs/main names, and without it the newest', async () => {
    await whole()
    await add(repo, 'old', 'README.md', 'x')
    await utimes(join(hub, repo, 'snapshots', 'old'), 1, 1)
    expect((await readHub(hub))[0]?.revision).toBe('abc')
    await rm(join(hub, repo, 'refs'), { recursive: true })
    expect((await readHub(hub))[0]?.revision).toBe('abc')
    await main(repo, '../../../../etc')
    expect((await readHub(hub))[0]?.revision).toBe('abc')
  })

  test('tells datasets from models and leaves everything else alone', async () => {
    await main('datasets--glue', 'abc')
    await mkdir(join(hub, '.locks', 'models--x--y'), { recursive: true })
    await writeFile(join(hub, 'models--a-file'), '')
    expect((await readHub(hub)).map((one) => [one.id, one.kind])).toEqual([['glue', 'dataset']])
  })

  test('reads at most 1 MiB of a text, and an index of any length by its names', async () => {
    await whole()
    await rm(join(hub, repo, 'snapshots', 'abc', 'config.json'))
    await add(repo, 'abc', 'config.json', `{"a": "${'x'.repeat(3_000_000)}"}`)
    await rm(join(hub, repo, 'snapshots', 'abc', 'model.safetensors.index.json'))
    const rows = Array.from(
      { length: 60_000 },
      (_, at) => `"model.layers.${at}.weight": "model-${String((at % 2) + 1).padStart(5, '0')}-of-00002.safetensors"`,
    )
    await add(repo, 'abc', 'model.safetensors.index.json', `{"weight_map": {${rows.join(',')}}}`)
    const [listing] = await readHub(hub)
    expect(listing?.texts['config.json']).toHaveLength(1024 * 1024)
    expect(listing?.indexFiles).toHaveLength(2)
  })

  test('waits for no pipe, device or loop of links', async () => {
    await whole()
    const snapshot = join(hub, repo, 'snapshots', 'abc')
    await rm(join(snapshot, 'config.json'))
    execFileSync('mkfifo', [join(snapshot, 'config.json')])
    await symlink('/dev/zero', join(snapshot, 'tokenizer_config.json'))
    await symlink('loop.json', join(snapshot, 'loop.json'))
    await symlink('.', join(snapshot, 'self'))
    const [listing] = await readHub(hub)
    expect(listing?.texts).toEqual({})
    expect(listing?.files.map((file) => file.path)).not.toContain('config.json')
    expect(listing?.files).toContainEqual({ path: 'loop.json', sizeBytes: null })
    expect(listing && folderState(listing, now)).toBe('incomplete')
  })
})

describe('spark-control inspect', () => {
  test('answers JSON with exactly the keys that are promised', async () => {
    await whole()
    const { text, code } = await inspect([hub, '--json'], now)
    expect(code).toBe(0)
    const [row] = JSON.parse(text) as Record<string, unknown>[]
    expect(Object.keys(row ?? {})).toEqual([
      'repo',
      'complete',
      'state',
      'servable',
      'as',
      'reason',
      'quantization',
      'capabilities',
      'tool_call_parser',
      'reasoning_parser',
      'topology',
      'flags',
    ])
    expect(row).toMatchObject({
      repo: 'example/thing--8B',
      complete: true,
      state: 'complete',
      servable: true,
      as: 'chat',
      tool_call_parser: 'hermes',
      topology: { kind: 'solo', min_nodes: 1, tp: 1 },
      flags: { 'enable-auto-tool-choice': true, 'tool-call-parser': 'hermes' },
    })
  })

  test('prints words for people, and obeys no control character of a folder', async () => {
    await whole()
    await rm(join(hub, repo, 'snapshots', 'abc', 'config.json'))
    await add(repo, 'abc', 'config.json', JSON.stringify({ architectures: ['\u001b[2JEvil'] }))
    const { text } = await inspect([hub], now)
    expect(text).toContain('(example/thing--8B)\n  Complete, 10 GB.')
    expect(text).toContain('Needs set-up')
    expect(text).not.toContain('\u001b')
  })

  test('says what is wrong with a call', async () => {
    expect(await inspect([], now)).toMatchObject({ code: 2, text: expect.stringContaining('inspect HUB_DIR') })
    expect(await inspect([hub, '--yaml'], now)).toMatchObject({ code: 2, text: expect.stringContaining('--yaml') })
    expect(await inspect([join(hub, 'no')], now)).toMatchObject({ code: 1, text: expect.stringContaining('cannot be read') })
    expect(await inspect([hub], now)).toMatchObject({ code: 0, text: expect.stringContaining('no model') })
  })
})
