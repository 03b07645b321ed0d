// A scan's answer as folder listings: what is there, as it is there. What it means is decided elsewhere.
import { hourMs } from '../../domain/durations.ts'
import type { FolderListing, ListedFile } from '../../domain/model.ts'
import type { Answer } from './exec.ts'
import { readTar } from './tar.ts'

/** A text of a listing is at most this long, characters. */
const textLimit = 1024 * 1024
/** Files this big are read only when a model is loaded, so their last reading is the model's; bytes. */
const weightBytes = 16 * 1024 * 1024
const unfinishedName = /\.(incomplete|part)$/
const indexName = /^(model|pytorch_model|consolidated)[^/]*\.index\.json$/
/** Caches and checkouts inside a model folder are not the model. */
const inHiddenFolder = /(^|\/)\.[^/]*\//

interface Entry {
  /** find's letter: f, d, or l for a link without a target. */
  readonly kind: string
  readonly sizeBytes: number
  readonly modifiedAt: number
  readonly readAt: number
  readonly inode: string
  /** Within the model folder. */
  readonly path: string
}

interface Found {
  readonly root: string
  readonly folders: ReadonlyMap<string, readonly Entry[]>
  /** By path from the root. */
  readonly texts: ReadonlyMap<string, Buffer>
  readonly index: ReadonlyMap<string, readonly string[]>
}

/** Listings in order of kind and id. */
export function readScan(answer: Answer): FolderListing[] {
  const hub = readFound(answer, 'hub', answer.text('cache'))
  const listings = [...hub.folders].map(([name, entries]) => readRepo(hub, name, entries))
  for (const index of answer.names.flatMap((name) => /^folder (\d+)$/.exec(name)?.[1] ?? [])) {
    const local = readFound(answer, `local ${index}`, answer.text(`folder ${index}`))
    for (const [name, entries] of local.folders) if (entries.some((one) => one.path === '')) listings.push(readLocal(local, name, entries))
  }
  return listings.filter((one) => one.id !== '').sort((a, b) => order(a.kind, b.kind) || order(a.id, b.id) || order(a.path, b.path))
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

function readRepo(hub: Found, name: string, entries: readonly Entry[]): FolderListing {
  const kind = name.startsWith('datasets--') ? 'dataset' : 'hub'
  const revision = revisionOf(hub, name, entries)
  const inside = revision === null ? '' : `snapshots/${revision}/`
  const own = revision === null ? [] : within(entries, inside)
  return {
    id: name.slice(name.indexOf('--') + 2).replace('--', '/'),
    kind,
    path: revision === null ? `${hub.root}/${name}` : `${hub.root}/${name}/snapshots/${revision}`,
    revision,
    ...contents(hub, `${name}/${inside}`, own),
    unfinished: unfinishedOf(entries.filter((one) => one.path.startsWith('blobs/'))),
    diskBytes: diskBytes(entries.filter((one) => !one.path.startsWith('refs/'))),
    lastUsedAt: lastUsed(own),
  }
}

/** The commit refs/main names, present or not; without that file the snapshot changed last. */
function revisionOf(hub: Found, name: string, entries: readonly Entry[]): string | null {
  const named = hub.texts.get(`${name}/refs/main`)?.toString('utf8').trim()
  if (named !== undefined && /^[\w.-]+$/.test(named)) return named
  const snapshots = entries.filter((one) => one.kind === 'd' && /^snapshots\/[^/]+$/.test(one.path))
  const newest = snapshots.sort((a, b) => b.modifiedAt - a.modifiedAt || order(a.path, b.path))[0]
  return newest === undefined ? null : newest.path.slice('snapshots/'.length)
}

function readLocal(found: Found, name: string, entries: readonly Entry[]): FolderListing {
  const own = entries.filter((one) => one.path !== '' && !unfinishedName.test(one.path))
  return {
    id: `local:${name}`,
    kind: 'local',
    path: `${found.root}/${name}`,
    revision: null,
    ...contents(found, `${name}/`, own),
    unfinished: unfinishedOf(entries),
    diskBytes: diskBytes(entries),
    lastUsedAt: lastUsed(own),
  }
}

function contents(found: Found, prefix: string, entries: readonly Entry[]): Pick<FolderListing, 'files' | 'texts' | 'indexFiles'> {
  const files = entries
    .filter((one) => one.kind !== 'd' && !inHiddenFolder.test(one.path))
    .map((one): ListedFile => ({ path: one.path, sizeBytes: one.kind === 'f' ? one.sizeBytes : null }))
  const texts: Record<string, string> = {}
  for (const { path, sizeBytes } of files) {
    const bytes = sizeBytes === null || sizeBytes === 0 ? undefined : found.texts.get(prefix + path)
    const text = bytes === undefined ? null : shortText(path, bytes.toString('utf8'))
    if (text !== null) texts[path] = text
  }
  return { files: files.sort((a, b) => order(a.path, b.path)), texts, indexFiles: indexFilesOf(found, prefix, files) }
}

/** What the index names; the one of safetensors where there are several. */
function indexFilesOf(found: Found, prefix: string, files: readonly ListedFile[]): readonly string[] | null {
  const all = files.filter((one) => one.sizeBytes !== null && indexName.test(one.path)).map((one) => one.path)
  const index = all.find((path) => path === 'model.safetensors.index.json') ?? all.find((path) => path.includes('safetensors')) ?? all[0]
  const names = index === undefined ? undefined : found.index.get(prefix + index)
  return names === undefined ? null : [...names].sort(order)
}

/** A tokenizer_config.json may hold a megabyte of added tokens before the chat template: those go, the rest is kept. Other long texts are cut. */
export function shortText(path: string, text: string): string | null {
  if (text.length <= textLimit) return text
  if (path !== 'tokenizer_config.json') return text.slice(0, textLimit)
  try {
    const { added_tokens_decoder: _, ...rest } = JSON.parse(text) as Record<string, unknown>
    const short = JSON.stringify(rest)
    return short.length <= textLimit ? short : null
  } catch {
    return null
  }
}

function within(entries: readonly Entry[], prefix: string): Entry[] {
  return entries.flatMap((one) => (one.path.startsWith(prefix) ? [{ ...one, path: one.path.slice(prefix.length) }] : []))
}

function unfinishedOf(entries: readonly Entry[]): FolderListing['unfinished'] {
  const parts = entries.filter((one) => one.kind === 'f' && unfinishedName.test(one.path))
  if (parts.length === 0) return null
  return {
    count: parts.length,
    bytes: parts.reduce((sum, one) => sum + one.sizeBytes, 0),
    newestAt: Math.max(...parts.map((one) => one.modifiedAt)),
  }
}

/** Sizes as files say them, each file once however many links lead to it. */
function diskBytes(entries: readonly Entry[]): number {
  const sizes = new Map(entries.flatMap((one) => (one.kind === 'f' ? [[one.inode, one.sizeBytes] as const] : [])))
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}

/** A download touches what it writes; only weights read well after they arrived were used. */
const restedMs = hourMs

function lastUsed(entries: readonly Entry[]): number | null {
  const used = entries.filter((one) => one.kind === 'f' && one.sizeBytes >= weightBytes && one.readAt - one.modifiedAt > restedMs)
  const read = used.map((one) => one.readAt)
  return read.length === 0 ? null : Math.max(...read)
}

function readFound(answer: Answer, name: string, root: string): Found {
  const folders = new Map<string, Entry[]>()
  for (const line of answer.text(`${name} list`).split('\0')) {
    const match = /^(\S) (\d+) (\S+) (\S+) (\S+) ([^/]+)(?:\/([\s\S]*))?$/.exec(line)
    const [, kind = '', size = '', modified = '', read = '', inode = '', folder = '', path = ''] = match ?? []
    if (match === null || (path === '' && kind !== 'd')) continue
    const entries = folders.get(folder) ?? []
    entries.push({ kind, sizeBytes: Number(size), modifiedAt: milliseconds(modified), readAt: milliseconds(read), inode, path })
    folders.set(folder, entries)
  }
  const texts = new Map([...readTar(answer.bytes(`${name} texts`))].map(([path, bytes]) => [path.replace(/^\.\//, ''), bytes]))
  return { root: root.replace(/\/+$/, ''), folders, texts, index: readIndex(answer.text(`${name} index`)) }
}

/** Lines of grep: the index's path, then a value of its weight_map. */
function readIndex(text: string): Map<string, string[]> {
  const index = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const match = /^\.\/(.*?\.index\.json):"([^"]*)"$/.exec(line)
    const [, path, file] = match ?? []
    if (path === undefined || file === undefined) continue
    const files = index.get(path)
    if (files === undefined) index.set(path, [file])
    else if (!files.includes(file)) files.push(file)
  }
  return index
}

/** find's seconds with a fraction, as whole ms. */
function milliseconds(seconds: string): number {
  const [whole = '0', fraction = ''] = seconds.split('.')
  return Number(whole) * 1000 + Number(`${fraction}000`.slice(0, 3))
}
