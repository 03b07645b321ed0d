// Which line of a download's output tells why it failed, and which error of the table it is.
import { lastWords } from './trouble.ts'

export type DownloadTroubleCode =
  | 'download_tool_missing'
  | 'download_refused'
  | 'download_not_on_hub'
  | 'download_disk_full'
  | 'download_not_writable'
  | 'download_copy_failed'
  | 'hub_unreachable'
  | 'download_failed'

export interface DownloadTelling {
  readonly code: DownloadTroubleCode
  readonly line: string
  /** Folder or host that the line names. */
  readonly names: string | null
}

interface Sign {
  readonly pattern: RegExp
  readonly code: DownloadTroubleCode
  readonly names?: RegExp
}

/** Most telling first. */
const signs: readonly Sign[] = [
  { pattern: /No space left on device|\[Errno 28\]|Not enough free disk space/, code: 'download_disk_full' },
  { pattern: /\[Errno 13\]|PermissionError|Permission denied: '/, code: 'download_not_writable', names: /'(\/[^']+)'/ },
  { pattern: /uvx' command not found|(uvx|hf): (command )?not found/, code: 'download_tool_missing' },
  {
    pattern: /RepositoryNotFoundError|RevisionNotFoundError|404 Client Error|Repository Not Found|Revision Not Found/,
    code: 'download_not_on_hub',
  },
  {
    pattern:
      /GatedRepoError|\b401 Client Error|\b403 Client Error|Cannot access gated repo|Invalid (user )?token|Access to model .* is restricted/,
    code: 'download_refused',
  },
  { pattern: /^Copy to (\S+) failed/, code: 'download_copy_failed', names: /^Copy to (\S+) failed/ },
  { pattern: /rsync error|One or more copies failed|ssh: connect to host/, code: 'download_copy_failed', names: /connect to host (\S+)/ },
  {
    pattern:
      /Temporary failure in name resolution|Name or service not known|Failed to resolve|Network is unreachable|ConnectionError|ConnectTimeout|LocalEntryNotFoundError|Max retries exceeded/,
    code: 'hub_unreachable',
  },
]

/** A 404 without a token may also be a private model; who asked with one was refused. */
export function findDownloadTrouble(lines: readonly string[]): DownloadTelling {
  for (const { pattern, code, names } of signs) {
    const line = lines.find((one) => pattern.test(one))
    if (line !== undefined) return { code, line: line.trim().slice(0, 500), names: names?.exec(line)?.[1] ?? null }
  }
  return { code: 'download_failed', line: lastWords(lines.filter((line) => !/^Error: Failed to download model/.test(line))), names: null }
}
