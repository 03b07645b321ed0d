// What the Hub says of a repository, read from its public description (/api/models/ORG/NAME/revision/REV?blobs=true).
import { isObject } from './tolerant-json.ts'

export interface HubFile {
  readonly path: string
  readonly sizeBytes: number
  /** Name of its blob in a cache folder. */
  readonly blob: string
}

export interface HubAnswer {
  readonly commit: string
  /** People are let in one by one, after they agreed to its terms. */
  readonly gated: boolean
  readonly files: readonly HubFile[]
}

/** Null: that is not a description of a repository. */
export function readHubAnswer(text: string): HubAnswer | null {
  const read = parsed(text)
  if (read === null || typeof read['sha'] !== 'string' || !/^[0-9a-f]{40}$/.test(read['sha']) || !Array.isArray(read['siblings']))
    return null
  const files = read['siblings'].flatMap((one: unknown) => fileOf(one))
  return { commit: read['sha'], gated: read['gated'] !== false && read['gated'] !== undefined, files }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function fileOf(one: unknown): HubFile[] {
  if (!isObject(one)) return []
  const { rfilename, size, blobId, lfs } = one
  const large = isObject(lfs) && typeof lfs['sha256'] === 'string' ? lfs['sha256'] : null
  if (typeof rfilename !== 'string' || typeof size !== 'number' || !(size >= 0)) return []
  const blob = large ?? blobId
  return [{ path: rfilename, sizeBytes: size, blob: typeof blob === 'string' ? blob : '' }]
}

export function totalOf(files: readonly HubFile[]): number {
  return files.reduce((sum, file) => sum + file.sizeBytes, 0)
}
