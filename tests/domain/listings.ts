// Listings of model folders for tests.
import type { FolderListing, ListedFile } from '../../server/domain/model.ts'

/** A hub folder of no particular content; the given fields replace its own. */
export function listing(given: Partial<FolderListing> = {}): FolderListing {
  return {
    id: 'example/model',
    kind: 'hub',
    path: '/hub/models--example--model/snapshots/abc',
    revision: 'abc',
    files: [],
    texts: {},
    indexFiles: null,
    unfinished: null,
    diskBytes: given.files?.reduce((sum, file) => sum + (file.sizeBytes ?? 0), 0) ?? 0,
    lastUsedAt: null,
    ...given,
  }
}

/** Files by name: a size in bytes, or null for a link whose target is missing. */
export function files(sizes: Readonly<Record<string, number | null>>): ListedFile[] {
  return Object.entries(sizes).map(([path, sizeBytes]) => ({ path, sizeBytes }))
}

/** A whole folder of one weight file, described by `config`. */
export function modelListing(id: string, config: unknown, given: Partial<FolderListing> = {}, weights = 4e9): FolderListing {
  return listing({
    id,
    files: files({ 'config.json': 1000, 'model.safetensors': weights, 'tokenizer.json': 1000 }),
    texts: { 'config.json': typeof config === 'string' ? config : JSON.stringify(config) },
    ...given,
  })
}
