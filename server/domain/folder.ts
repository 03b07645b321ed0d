// What a model folder is: whole, still arriving, broken off, or something else. Decided from names and sizes alone.
import { dayMs, hourMs, minuteMs } from './durations.ts'
import type { FolderListing, FolderState, ListedFile } from './model.ts'
import { aboutDuration, bytesInWords } from './words.ts'

/** A blob that grew within this many ms is still being downloaded. */
export const stillGrowingMs = 10 * minuteMs

const weightEndings = ['.safetensors', '.bin', '.pth', '.pt', '.gguf'] as const
/** Small files that end like weights. */
const notWeights = /^(training_args|optimizer|scheduler|rng_state.*|tokenizer|merges|arguments?)\.(bin|pt|pth)$/
const tokenizerFile =
  /^(tokenizer\.json|tokenizer\.model(\..+)?|.*\.tiktoken|tiktoken\.model|tekken\.json|vocab\.(json|txt)|spiece\.model|sentencepiece.*\.model|.*tokenizer.*\.(model|json))$/
const tokenizerSettings = new Set(['tokenizer_config.json', 'special_tokens_map.json'])
const shardName = /-(\d{5,6})-of-(\d{5,6})\.[a-z]+$/

const isThere = (file: ListedFile | undefined): boolean => file !== undefined && file.sizeBytes !== null
const holdsBytes = (file: ListedFile | undefined): boolean => isThere(file) && (file?.sizeBytes ?? 0) > 0
const isRoot = (path: string): boolean => !path.includes('/')

function byPath(listing: FolderListing): ReadonlyMap<string, ListedFile> {
  return new Map(listing.files.map((file) => [file.path, file]))
}

function endsAs(listing: FolderListing, ending: string): readonly ListedFile[] {
  return listing.files.filter((file) => isRoot(file.path) && file.path.endsWith(ending) && !notWeights.test(file.path))
}

/** Weight files of the root that vLLM would load: one format only, no second copy of the same weights. */
function rootWeights(listing: FolderListing): readonly ListedFile[] {
  for (const ending of weightEndings) {
    const files = endsAs(listing, ending).filter((file) => !file.path.startsWith('adapter_'))
    const plain = files.filter((file) => !file.path.startsWith('consolidated'))
    if (files.length > 0) return plain.length > 0 ? plain : files
  }
  return []
}

/** The files that hold the model's weights: those the index names, else those of the root. */
export function weightFiles(listing: FolderListing): readonly ListedFile[] {
  if (listing.indexFiles === null || listing.indexFiles.length === 0) return rootWeights(listing)
  const files = byPath(listing)
  return [...new Set(listing.indexFiles)].map((path) => files.get(path) ?? { path, sizeBytes: null })
}

/** Bytes of the weights that are here; of everything that ends like weights where no loadable file is at the root (pipelines, adapters). */
export function weightsBytes(listing: FolderListing): number {
  const files = weightFiles(listing)
  const counted = files.length > 0 ? files : listing.files.filter((file) => weightEndings.some((ending) => file.path.endsWith(ending)))
  return counted.reduce((sum, file) => sum + (file.sizeBytes ?? 0), 0)
}

/** Files that a set of shards named "-00001-of-00003" still lacks, judged from the names alone; numbering may start at 0 or 1. */
function shardsMissing(files: readonly ListedFile[]): number {
  const sets = new Map<string, { total: number; seen: number }>()
  for (const file of files) {
    const match = shardName.exec(file.path)
    if (match === null) continue
    const key = file.path.slice(0, match.index) + match[2]
    const set = sets.get(key) ?? { total: Number(match[2]), seen: 0 }
    set.seen += holdsBytes(file) ? 1 : 0
    sets.set(key, set)
  }
  return [...sets.values()].reduce((sum, set) => sum + Math.max(0, set.total - set.seen), 0)
}

function tokenizerState(listing: FolderListing): 'here' | 'broken' | 'absent' {
  const root = listing.files.filter((file) => isRoot(file.path))
  const named = root.filter((file) => tokenizerFile.test(file.path) && !tokenizerSettings.has(file.path))
  if (named.some(isThere)) return 'here'
  return named.length > 0 ? 'broken' : 'absent'
}

/** True when the folder brings no tokenizer of its own; vLLM then fetches it from the Hub at the first start. */
export function lacksTokenizer(listing: FolderListing): boolean {
  return tokenizerState(listing) !== 'here'
}

/** Counts of the weight files: how many there should be, how many are here. */
function fileCount(listing: FolderListing): { readonly here: number; readonly of: number } {
  const files = weightFiles(listing)
  const here = files.filter(holdsBytes).length
  const indexed = listing.indexFiles !== null && listing.indexFiles.length > 0
  return { here, of: indexed ? files.length : Math.max(files.length, here + shardsMissing(files)) }
}

/** True when no weight file is missing, as far as the index or the names of the shards tell. */
export function allWeightsHere(listing: FolderListing): boolean {
  const { here, of } = fileCount(listing)
  return of > 0 && here === of
}

const growing = (listing: FolderListing, now: number): boolean =>
  listing.unfinished !== null && listing.unfinished.count > 0 && now - listing.unfinished.newestAt < stillGrowingMs

/** Whether the tokenizer allows serving: a hub model may fetch an absent one, a local folder or a broken-off download may not. */
function tokenizerSuffices(listing: FolderListing, halfDone: boolean): boolean {
  const state = tokenizerState(listing)
  if (state !== 'absent') return state === 'here'
  return listing.kind === 'hub' && !halfDone
}

function describedBy(listing: FolderListing, files: ReadonlyMap<string, ListedFile>): boolean {
  return (
    isThere(files.get('config.json')) || (isThere(files.get('params.json')) && listing.files.some((f) => f.path.startsWith('consolidated')))
  )
}

function unbroken(listing: FolderListing): boolean {
  return listing.files.every(isThere)
}

/** Whole as a folder that vLLM loads: description, every weight file with its target, a tokenizer. */
function isWhole(listing: FolderListing, now: number): boolean {
  const files = byPath(listing)
  const halfDone = (listing.unfinished?.count ?? 0) > 0
  const indexed = listing.indexFiles !== null && listing.indexFiles.length > 0
  const { here, of } = fileCount(listing)
  if (!describedBy(listing, files) || of === 0 || here < of) return false
  if (!tokenizerSuffices(listing, halfDone)) return false
  const indexBroken = listing.files.some((file) => isRoot(file.path) && file.path.endsWith('.index.json') && file.sizeBytes === null)
  return !indexBroken && (indexed || !growing(listing, now))
}

/** Whole as something other than a model of one folder: a pipeline, an adapter, weights for other programs. */
function isWholeOtherwise(listing: FolderListing): boolean {
  const special = listing.files.some(
    (file) => /^(model_index\.json|adapter_config\.json)$/.test(file.path) || /\.(gguf|onnx|tflite)$/.test(file.path),
  )
  return (
    special && unbroken(listing) && weightsBytes(listing) > 0 && shardsMissing(listing.files.filter((f) => f.path.endsWith('.gguf'))) === 0
  )
}

/** Decides what state a folder is in. `now` in ms tells a download that goes on from one that broke off. */
export function folderState(listing: FolderListing, now: number): FolderState {
  if (listing.kind === 'dataset') return 'not_a_model'
  const halfDone = (listing.unfinished?.count ?? 0) > 0
  if (isWhole(listing, now)) return 'complete'
  if (!halfDone && isWholeOtherwise(listing)) return 'complete'
  if (growing(listing, now)) return 'downloading'
  if (halfDone) return 'interrupted'
  const described = describedBy(listing, byPath(listing))
  const weights = listing.files.some((file) => weightEndings.some((ending) => file.path.endsWith(ending)))
  if (!described && !weights) return 'not_a_model'
  if (weights || (listing.indexFiles?.length ?? 0) > 0) return 'incomplete'
  return heldElsewhere(listing) ? 'incomplete' : 'config_only'
}

/** Bytes on disk that this snapshot does not show: the weights belong to another revision. */
function heldElsewhere(listing: FolderListing): boolean {
  const shown = listing.files.reduce((sum, file) => sum + (file.sizeBytes ?? 0), 0)
  return listing.diskBytes - shown > 100_000_000
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

/** When something last happened, in words that need no locale: a duration within two days, a weekday within the week, else a date (UTC). */
function since(at: number, now: number | undefined): string {
  const day = new Date(at)
  if (Number.isNaN(day.getTime())) return 'for an unknown time'
  const age = now === undefined ? Number.POSITIVE_INFINITY : Math.max(0, now - at)
  if (age < 48 * hourMs) return `for ${aboutDuration(age)}`
  const weekday = weekdays[day.getUTCDay()]
  if (age < 6 * dayMs) return `since ${weekday}`
  const year = now !== undefined && new Date(now).getUTCFullYear() === day.getUTCFullYear() ? '' : ` ${day.getUTCFullYear()}`
  return `since ${day.getUTCDate()} ${months[day.getUTCMonth()]}${year}`
}

function progressWords(listing: FolderListing): string {
  const { here, of } = fileCount(listing)
  if (of > 1) return `${here} of ${of} files`
  return `${bytesInWords(weightsBytes(listing) + (listing.unfinished?.bytes ?? 0))} so far`
}

function incompleteSentence(listing: FolderListing): string {
  const { here, of } = fileCount(listing)
  if (here < of) return `Incomplete: ${here} of ${of} weight files are here. Download it again to fetch the rest.`
  if (of === 0 && heldElsewhere(listing))
    return 'Incomplete: the weights on this disk belong to an older revision. Download it again to bring it up to date.'
  if (!describedBy(listing, byPath(listing))) return 'Incomplete: the weights are here but config.json is missing.'
  if (lacksTokenizer(listing)) return 'Incomplete: the tokenizer is missing.'
  return 'Incomplete: a file is missing. Download it again to fetch the rest.'
}

/** One sentence or two for the owner about the state of a folder. */
export function folderSentence(state: FolderState, listing: FolderListing, now?: number): string {
  switch (state) {
    case 'complete':
      return `Complete, ${bytesInWords(weightsBytes(listing))}.`
    case 'downloading':
      return `Downloading: ${progressWords(listing)}.`
    case 'interrupted':
      return `Interrupted: ${progressWords(listing)}. Nothing has arrived ${since(listing.unfinished?.newestAt ?? Number.NaN, now)}.`
    case 'incomplete':
      return incompleteSentence(listing)
    case 'config_only':
      return 'Only its description is here, no weights. Download it to use it.'
    case 'not_a_model':
      return listing.kind === 'dataset'
        ? 'A dataset, not a model.'
        : 'Not a model: there is neither a description nor weights in this folder.'
  }
}
