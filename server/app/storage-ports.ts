// What the app asks of the place where everything is written down.
import type { SparkError } from '../contract/errors.ts'

/** Whether anything can be written down now. */
export interface WritingState {
  /** storage_full or storage_denied since the last write that failed; null when writing works. Reading always goes on. */
  trouble(): SparkError | null
  /** Tries a small write when there is trouble; true when writing works. */
  tryAgain(): boolean
}

export interface Backup {
  readonly name: string
  readonly path: string
  readonly sizeBytes: number
}

export interface Backups {
  /** A copy of the whole database of one instant, checked, in the folder of backups; writing goes on meanwhile. */
  take(now: number, kept: number): Promise<Backup>
  read(name: string): Uint8Array<ArrayBuffer>
}
