// Reads a Hugging Face hub folder on this disk, for the command line. Says the same of a folder as the scan over SSH does.
import { constants, lstatSync, type Stats, statSync } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { textNames } from '../../domain/folder-texts.ts'
import type { FolderListing, ListedFile } from '../../domain/model.ts'

const readNames: ReadonlySet<string> = new Set(textNames)
const indexName = /^(model|pytorch_model|consolidated)[^/]*\.index\.json$/
const largestText = 1024 * 1024
/** An index of the largest models known is below 20 MB. */
const largestIndex = 64 * 1024 * 1024
const mostFiles = 20_000
const deepest = 8
const mostFolders = 1000
/** Repositories read at once: as many as keep the disk busy. */
const together = 16

/** Asked in place and not through the thread pool: a tenth of the work, and a question about a file never waits for its content. */
function statOf(ask: typeof statSync | typeof lstatSync, path: string): Stats | null {
  try {
    return ask(path, { throwIfNoEntry: false }) ?? null
  } catch {
    return null
  }
}

/** Size of the file that a link leads to; null when there is none. */
function sizeOf(path: string): number | null {
  const found = statOf(statSync, path)
  return found?.isFile() ? found.size : null
}

interface Folder {
  readonly path: string
  readonly depth: number
}

/** The files and the folders of one folder; links are followed for size, folders that are links are not entered. */
async function look(root: string, at: Folder): Promise<{ readonly files: readonly ListedFile[]; readonly folders: readonly Folder[] }> {
  const entries = await readdir(join(root, at.path), { withFileTypes: true }).catch(() => [])
  const inside = (name: string): string => (at.path === '' ? name : `${at.path}/${name}`)
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && at.depth < deepest)
  const named = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).slice(0, mostFiles)
  const files = named.map(({ name }) => ({ path: inside(name), sizeBytes: sizeOf(join(root, inside(name))) }))
  return { files, folders: folders.map((entry) => ({ path: inside(entry.name), depth: at.depth + 1 })) }
}

/** Every file below `root`, by path. */
async function walk(root: string): Promise<readonly ListedFile[]> {
  const files: ListedFile[] = []
  const waiting: Folder[] = [{ path: '', depth: 0 }]
  let seen = 0
  for (let at = waiting.pop(); at !== undefined && files.length < mostFiles && seen < mostFolders; at = waiting.pop(), seen += 1) {
    const found = await look(root, at)
    files.push(...found.files)
    waiting.push(...found.folders.slice(0, mostFolders))
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Reads at most `most` bytes of a plain file, chunk by chunk, so that nothing large is ever held or parsed at once. */
async function eachChunk(path: string, most: number, take: (chunk: Buffer) => void): Promise<boolean> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null)
  if (file === null) return false
  try {
    const about = await file.stat()
    if (!about.isFile()) return false
    const end = Math.min(most, about.size)
    const buffer = Buffer.allocUnsafe(Math.min(end, 256 * 1024))
    for (let at = 0; at < end; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at), at)
      if (bytesRead === 0) break
      take(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
    return true
  } catch {
    return false
  } finally {
    await file.close()
  }
}

async function readText(path: string): Promise<string | null> {
  const chunks: Buffer[] = []
  const read = await eachChunk(path, largestText, (chunk) => chunks.push(Buffer.from(chunk)))
  return read ? Buffer.concat(chunks).toString('utf8') : null
}

const nameEndings = ['.safetensors"', '.bin"'] as const
/** File names are short; what is longer between two quotes is none. */
const longestName = 200

/** The quoted names of weight files in a piece of an index: each ending is searched for, then its opening quote. */
function takeNames(text: string, names: Set<string>): void {
  for (const ending of nameEndings) {
    for (let at = text.indexOf(ending); at !== -1; at = text.indexOf(ending, at + ending.length)) {
      const end = at + ending.length - 1
      const quote = text.lastIndexOf('"', at)
      if (quote !== -1 && at > quote + 1 && end - quote <= longestName) names.add(text.slice(quote + 1, end))
    }
  }
}

/** The file names that an index gives, found as they stream past. */
async function readIndex(path: string): Promise<readonly string[] | null> {
  const names = new Set<string>()
  let tail = ''
  const read = await eachChunk(path, largestIndex, (chunk) => {
    const text = tail + chunk.toString('latin1')
    takeNames(text, names)
    tail = text.slice(-longestName - 16)
  })
  return read ? [...names].map((name) => Buffer.from(name, 'latin1').toString('utf8')).sort() : null
}

async function texts(root: string, files: readonly ListedFile[]): Promise<Readonly<Record<string, string>>> {
  const wanted = files.filter((file) => readNames.has(file.path) && file.sizeBytes !== null && file.sizeBytes > 0)
  const read = await Promise.all(wanted.map(async (file) => [file.path, await readText(join(root, file.path))] as const))
  return Object.fromEntries(read.flatMap(([path, text]) => (text === null ? [] : [[path, text]])))
}

async function indexFiles(root: string, files: readonly ListedFile[]): Promise<readonly string[] | null> {
  const all = files.filter((file) => indexName.test(file.path) && file.sizeBytes !== null)
  const index =
    all.find((file) => file.path === 'model.safetensors.index.json') ?? all.find((file) => file.path.includes('safetensors')) ?? all[0]
  // A longer one would be read in part and hide missing files; the names of the shards tell then.
  if (index === undefined || (index.sizeBytes ?? 0) > largestIndex) return null
  const names = await readIndex(join(root, index.path))
  return names === null || names.length === 0 ? null : names
}

interface Blobs {
  readonly bytes: number
  readonly unfinished: FolderListing['unfinished']
}

async function readBlobs(dir: string): Promise<Blobs> {
  const names = (await readdir(dir).catch(() => [])).slice(0, mostFiles)
  let bytes = 0
  let open = { count: 0, bytes: 0, newestAt: 0 }
  for (const name of names) {
    const one = statOf(lstatSync, join(dir, name))
    if (!one?.isFile()) continue
    bytes += one.size
    if (/\.(incomplete|part)$/.test(name)) {
      open = { count: open.count + 1, bytes: open.bytes + one.size, newestAt: Math.max(open.newestAt, Math.floor(one.mtimeMs)) }
    }
  }
  return { bytes, unfinished: open.count > 0 ? open : null }
}

async function newestSnapshot(dir: string): Promise<string | null> {
  const names = await readdir(dir).catch(() => [])
  let best: { readonly name: string; readonly at: number } | null = null
  for (const name of names.slice(0, 200)) {
    const found = statOf(lstatSync, join(dir, name))
    if (found?.isDirectory() && (best === null || found.mtimeMs > best.at)) best = { name, at: found.mtimeMs }
  }
  return best?.name ?? null
}

/** The snapshot that loading by name would use: the one refs/main names, else the newest. */
async function revisionOf(repo: string): Promise<string | null> {
  const main = (await readText(join(repo, 'refs', 'main')))?.trim() ?? ''
  return /^[A-Za-z0-9._-]{1,100}$/.test(main) && !main.startsWith('.') ? main : newestSnapshot(join(repo, 'snapshots'))
}

/** "models--org--name" names org/name: only the first separator counts. */
function repoId(folder: string): string {
  const rest = folder.slice(folder.indexOf('--') + 2)
  const at = rest.indexOf('--')
  return at === -1 ? rest : `${rest.slice(0, at)}/${rest.slice(at + 2)}`
}

/** One repository folder of a hub. */
async function readRepo(hub: string, folder: string): Promise<FolderListing> {
  const repo = join(hub, folder)
  const revision = await revisionOf(repo)
  const root = join(repo, 'snapshots', revision ?? 'none')
  const files = revision === null ? [] : await walk(root)
  const blobs = await readBlobs(join(repo, 'blobs'))
  return {
    id: repoId(folder),
    kind: folder.startsWith('models--') ? 'hub' : 'dataset',
    path: revision === null ? repo : root,
    revision,
    files,
    texts: await texts(root, files),
    indexFiles: await indexFiles(root, files),
    unfinished: blobs.unfinished,
    diskBytes: blobs.bytes > 0 ? blobs.bytes : files.reduce((sum, file) => sum + (file.sizeBytes ?? 0), 0),
    lastUsedAt: null,
  }
}

/** Reads every model and dataset of a hub folder, by name. Raises only when the folder itself cannot be listed. */
export async function readHub(dir: string): Promise<FolderListing[]> {
  const names = (await readdir(dir)).filter((name) => /^(models|datasets)--./.test(name)).sort()
  const listings: FolderListing[] = []
  for (let at = 0; at < names.length; at += together) {
    const read = await Promise.all(names.slice(at, at + together).map((name) => readFolder(dir, name)))
    listings.push(...read.filter((listing) => listing !== null))
  }
  return listings
}

async function readFolder(hub: string, name: string): Promise<FolderListing | null> {
  const found = statOf(statSync, join(hub, name))
  return found?.isDirectory() ? readRepo(hub, name) : null
}
