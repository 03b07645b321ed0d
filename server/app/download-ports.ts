// What downloads and deletions need of the machines, beside what switches do.
import type { HubLook } from '../domain/download-ground.ts'
import type { Machine } from '../domain/machine.ts'
import type { JobKey, JobReading, Sparks } from './ports.ts'

/** What is asked of a machine before a download. `hub`: also ask the Hub from there; the token, if any, only travels. */
export interface HubAsk {
  readonly repo: string
  readonly revision: string | null
  readonly token: string | null
  readonly hub: boolean
}

/** A job outside of any swap: no fence, no lock. `token` is put into the environment of the words alone and kept nowhere. */
export interface DownloadOrder {
  readonly key: JobKey
  readonly argv: readonly string[]
  readonly cwd: string | null
  readonly token: string | null
}

/** What became of a removal. `outside`: the folder is, or leads, out of the hub. `busy`: bytes arrive there. `denied`: not all could be removed. */
export interface Removal {
  readonly outcome: 'removed' | 'absent' | 'outside' | 'busy' | 'denied'
  readonly bytes: number
  /** What the machine said, where it refused; and the user who asked. */
  readonly words: string
  readonly user: string
  readonly cachePath: string
}

/** Bounded in time and rejecting as `Sparks` does. */
export interface DownloadSparks extends Pick<Sparks, 'endJob'> {
  /** What a download of that model would find on a machine. */
  hubLook(machine: Machine, ask: HubAsk, signal?: AbortSignal): Promise<HubLook>
  /** Starts a detached job once, as startJob does, but beside swaps: it takes no fence and no lock. Read by readDownload, ended by endJob. */
  startDownload(machine: Machine, order: DownloadOrder, signal?: AbortSignal): Promise<void>
  /** A download's job from `offset` on (null: no job there), and the bytes of all blobs in a model's folder, finished or not. */
  readDownload(
    machine: Machine,
    look: { readonly job: { readonly key: JobKey; readonly offset: number } | null; readonly folder: string },
    signal?: AbortSignal,
  ): Promise<{ readonly job: JobReading | null; readonly bytes: number }>
  /** Removes a Hub model with its locks; `partsOnly`: only blobs that never finished and are older than a day. The machine itself makes sure that nothing outside its hub folder is touched. */
  removeModel(machine: Machine, repo: string, partsOnly: boolean, signal?: AbortSignal): Promise<Removal>
}
