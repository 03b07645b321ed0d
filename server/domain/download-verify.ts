// Whether a download really is on every machine: every file there, with its size and its target, and all of one commit.
import type { Download } from './download.ts'
import { folderState } from './folder.ts'
import type { FolderListing } from './model.ts'

export type Verified =
  | { readonly ok: true; readonly commit: string | null }
  | {
      readonly ok: false
      readonly machine: string
      readonly missing: readonly string[]
      readonly of: number
      readonly otherCommit: boolean
    }

/** Listings in the order of the places, read after the job ended; null: the machine shows no such folder. */
export function verifyCopies(download: Download, listings: readonly (FolderListing | null)[], now: number): Verified {
  const [first, ...others] = listings
  const head = download.places[0]?.machine ?? ''
  if (first === undefined || first === null) return { ok: false, machine: head, missing: ['config.json'], of: 1, otherCommit: false }
  const known = download.files !== null && first.revision === download.commit ? download.files : null
  const wanted = known ?? first.files.map(({ path, sizeBytes }) => ({ path, sizeBytes: sizeBytes ?? -1 }))
  const missing = missingOf(wanted, first)
  if (missing.length > 0) return { ok: false, machine: head, missing, of: wanted.length, otherCommit: false }
  // Without the Hub's own list the folder must be whole by what it says of itself.
  if (known === null && folderState(first, now) !== 'complete')
    return { ok: false, machine: head, missing: namedButAbsent(first), of: first.files.length, otherCommit: false }
  const unlike = others.findIndex((one) => one === null || one.revision !== first.revision || missingOf(wanted, one).length > 0)
  if (unlike < 0) return { ok: true, commit: first.revision }
  const listing = others[unlike] ?? null
  return {
    ok: false,
    machine: download.places[unlike + 1]?.machine ?? '',
    missing: listing === null ? wanted.map((file) => file.path) : missingOf(wanted, listing),
    of: wanted.length,
    otherCommit: listing !== null && listing.revision !== first.revision,
  }
}

interface Wanted {
  readonly path: string
  readonly sizeBytes: number
}

/** Hidden files are not listed by a scan and are no part of a model. */
const isListed = (path: string): boolean => !/(^|\/)\./.test(path)

function missingOf(wanted: readonly Wanted[], listing: FolderListing): string[] {
  const sizes = new Map(listing.files.map((file) => [file.path, file.sizeBytes]))
  return wanted.filter(({ path, sizeBytes }) => isListed(path) && sizes.get(path) !== sizeBytes).map(({ path }) => path)
}

function namedButAbsent(listing: FolderListing): string[] {
  const there = new Set(listing.files.filter((file) => file.sizeBytes !== null).map((file) => file.path))
  return (listing.indexFiles ?? []).filter((path) => !there.has(path))
}
