import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { folderSentence, folderState, weightsBytes } from '../../server/domain/folder.ts'
import type { FolderListing } from '../../server/domain/model.ts'
import { files, listing } from './listings.ts'

const minute = 60_000
const now = Date.UTC(2026, 4, 14, 12)
const shard = (number: number, total: number): string =>
  `model-${String(number).padStart(5, '0')}-of-${String(total).padStart(5, '0')}.safetensors`

function sharded(here: number, total: number, given: Partial<FolderListing> = {}, first = 1): FolderListing {
  const names = Array.from({ length: total }, (_, at) => shard(at + first, total))
  return listing({
    files: files({
      'config.json': 700,
      'model.safetensors.index.json': 30_000,
      'tokenizer.json': 9000,
      ...Object.fromEntries(names.slice(0, here).map((name) => [name, 4e9])),
    }),
    indexFiles: names,
    ...given,
  })
}

const unfinished = (agoMs: number) => ({ count: 1, bytes: 1.5e9, newestAt: now - agoMs })

describe('the state of a model folder', () => {
  test('is complete when every file the index names is here', () => {
    expect(folderState(sharded(3, 3), now)).toBe('complete')
    expect(folderState(sharded(3, 3, {}, 0), now)).toBe('complete')
  })

  test('is incomplete when a shard is absent, its link dangles, or it is empty', () => {
    expect(folderState(sharded(2, 3), now)).toBe('incomplete')
    for (const size of [null, 0]) {
      const whole = sharded(3, 3)
      const broken = { ...whole, files: whole.files.map((file) => (file.path === shard(2, 3) ? { ...file, sizeBytes: size } : file)) }
      expect(folderState(broken, now)).toBe('incomplete')
    }
  })

  test('is downloading while an unfinished blob grew within ten minutes, and interrupted after', () => {
    expect(folderState(sharded(1, 3, { unfinished: unfinished(9 * minute) }), now)).toBe('downloading')
    expect(folderState(sharded(1, 3, { unfinished: unfinished(11 * minute) }), now)).toBe('interrupted')
  })

  test('stays complete beside a stale unfinished blob of another revision', () => {
    expect(folderState(sharded(3, 3, { unfinished: unfinished(60 * minute) }), now)).toBe('complete')
  })

  test('believes no single weight file while something still arrives', () => {
    const one = listing({ files: files({ 'config.json': 700, 'model.safetensors': 4e9, 'tokenizer.json': 10 }) })
    expect(folderState(one, now)).toBe('complete')
    expect(folderState({ ...one, unfinished: unfinished(minute) }, now)).toBe('downloading')
  })

  test('counts shards by their names while the index itself has not arrived', () => {
    const early = listing({ files: files({ 'config.json': 700, 'tokenizer.json': 10, [shard(1, 3)]: 4e9 }) })
    expect(folderState(early, now)).toBe('incomplete')
    const whole = listing({ files: files({ 'config.json': 700, 'tokenizer.json': 10, [shard(0, 2)]: 4e9, [shard(1, 2)]: 4e9 }) })
    expect(folderState(whole, now)).toBe('complete')
  })

  test('is incomplete when the index is a dangling link', () => {
    const broken = listing({
      files: files({ 'config.json': 700, 'tokenizer.json': 10, 'model.safetensors': 4e9, 'model.safetensors.index.json': null }),
    })
    expect(folderState(broken, now)).toBe('incomplete')
  })

  test('is config only without weights, and incomplete when the disk holds those of an older revision', () => {
    const bare = listing({ files: files({ 'config.json': 700 }) })
    expect(folderState(bare, now)).toBe('config_only')
    expect(folderState({ ...bare, diskBytes: 16e9 }, now)).toBe('incomplete')
    expect(folderSentence('incomplete', { ...bare, diskBytes: 16e9 })).toContain('older revision')
  })

  test('asks a local folder and a broken-off download for a tokenizer; a hub model may still fetch one', () => {
    const bare = listing({ files: files({ 'config.json': 700, 'model.safetensors': 4e9 }) })
    expect(folderState(bare, now)).toBe('complete')
    expect(folderState({ ...bare, kind: 'local' }, now)).toBe('incomplete')
    expect(folderState({ ...bare, unfinished: unfinished(60 * minute) }, now)).toBe('interrupted')
    expect(folderState({ ...bare, files: [...bare.files, { path: 'tokenizer.json', sizeBytes: null }] }, now)).toBe('incomplete')
  })

  test("takes Mistral's own form, and weights for other programs, as whole in their way", () => {
    expect(folderState(listing({ files: files({ 'params.json': 400, 'consolidated.safetensors': 9e9, 'tekken.json': 10 }) }), now)).toBe(
      'complete',
    )
    expect(folderState(listing({ files: files({ 'q4.gguf': 9e9 }) }), now)).toBe('complete')
    expect(folderState(listing({ files: files({ 'model_index.json': 10, 'unet/weights.safetensors': 9e9 }) }), now)).toBe('complete')
  })

  test('is no model for a dataset or an empty folder', () => {
    expect(folderState(listing({ kind: 'dataset', files: files({ 'config.json': 1, 'model.safetensors': 1 }) }), now)).toBe('not_a_model')
    expect(folderState(listing({ files: files({ 'README.md': 10 }) }), now)).toBe('not_a_model')
  })

  test('is never called complete while a file of the index is not whole', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.nat({ max: 5 }), { nil: null }), { minLength: 1, maxLength: 8 }),
        fc.option(fc.nat({ max: 30 * minute }), { nil: null }),
        (sizes, ago) => {
          const names = sizes.map((_, at) => shard(at + 1, sizes.length))
          const given = listing({
            files: files({
              'config.json': 1,
              'tokenizer.json': 1,
              ...Object.fromEntries(sizes.flatMap((size, at) => (size === 5 ? [] : [[names[at], size]]))),
            }),
            indexFiles: names,
            unfinished: ago === null ? null : unfinished(ago),
          })
          const whole = sizes.every((size) => size !== null && size > 0 && size < 5)
          expect(folderState(given, now) === 'complete').toBe(whole)
        },
      ),
    )
  })
})

describe('the sentence about a folder', () => {
  test('tells how far an interrupted download got and since when nothing came', () => {
    const broken = sharded(31, 44, { unfinished: unfinished(4 * 86_400_000) })
    expect(folderSentence('interrupted', broken, now)).toBe('Interrupted: 31 of 44 files. Nothing has arrived since Sunday.')
    expect(folderSentence('interrupted', { ...broken, unfinished: unfinished(3 * 3_600_000) }, now)).toBe(
      'Interrupted: 31 of 44 files. Nothing has arrived for about 3 hours.',
    )
    expect(folderSentence('interrupted', { ...broken, unfinished: unfinished(30 * 86_400_000) }, now)).toBe(
      'Interrupted: 31 of 44 files. Nothing has arrived since 14 April.',
    )
    expect(folderSentence('interrupted', broken)).toBe('Interrupted: 31 of 44 files. Nothing has arrived since 10 May 2026.')
  })

  test('tells what is here and what is missing', () => {
    expect(folderSentence('complete', sharded(3, 3))).toBe('Complete, 12 GB.')
    expect(folderSentence('downloading', sharded(1, 3))).toBe('Downloading: 1 of 3 files.')
    expect(folderSentence('incomplete', sharded(2, 3))).toBe(
      'Incomplete: 2 of 3 weight files are here. Download it again to fetch the rest.',
    )
    expect(folderSentence('incomplete', listing({ files: files({ 'model.safetensors': 4e9 }) }))).toContain('config.json is missing')
  })
})

describe('the bytes of the weights', () => {
  test('are those of the files the index names, not of copies beside them', () => {
    const given = sharded(2, 2)
    expect(
      weightsBytes({
        ...given,
        files: [
          ...given.files,
          ...files({ 'original/model.pth': 9e9, 'consolidated.safetensors': 9e9, 'pytorch_model.bin': 9e9, 'q8.gguf': 9e9 }),
        ],
      }),
    ).toBe(8e9)
  })

  test('are those of one format when there is no index', () => {
    expect(
      weightsBytes(
        listing({
          files: files({ 'model.safetensors': 4e9, 'consolidated.safetensors': 4e9, 'pytorch_model.bin': 4e9, 'original/x.pth': 4e9 }),
        }),
      ),
    ).toBe(4e9)
  })
})
