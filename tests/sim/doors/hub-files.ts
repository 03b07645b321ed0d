// Models of a simulated node as files: the Hugging Face cache with its blobs and links, and plain folders of local models.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type Snapshot, type SnapshotFile, snapshotOf } from '../core/snapshot.ts'
import type { SimModel } from '../core/types.ts'

export interface HubFiles {
  /** Makes the disk as the node has it now; models that did not change are left alone. */
  write(models: readonly SimModel[]): void
  /** Files of a running download were written to just now. */
  touch(): void
}

const cutOffMs = 3 * 86_400_000

interface HubLife {
  /** Stamps files: an interrupted download is days old. */
  readonly now: () => number
  /** Somebody removed a model's folder from the disk. */
  readonly onGone: (repo: string) => void
}

export function createHubFiles(hub: string, localModels: string, { now, onGone }: HubLife): HubFiles {
  const written = new Map<string, SimModel>()
  return {
    write(models) {
      const gone = models.filter((model) => written.get(model.repo) === model && !existsSync(folderOf(hub, localModels, model)))
      for (const { repo } of gone) written.delete(repo)
      for (const { repo } of gone) onGone(repo)
      for (const model of models) {
        if (written.get(model.repo) === model || gone.includes(model)) continue
        if (model.repo.startsWith('local:')) writeFolder(join(localModels, model.repo.slice('local:'.length)), snapshotOf(model).files)
        else writeHubModel(hub, model, now())
        written.set(model.repo, model)
      }
      const present = new Set(models.map((model) => model.repo))
      for (const repo of [...written.keys()].filter((one) => !present.has(one))) {
        rmSync(join(hub, `models--${repo.replace('/', '--')}`), { recursive: true, force: true })
        written.delete(repo)
      }
    },
    touch() {
      for (const model of written.values()) if (model.state === 'downloading') stampUnfinished(hub, snapshotOf(model), now())
    },
  }
}

function folderOf(hub: string, localModels: string, { repo }: SimModel): string {
  return repo.startsWith('local:') ? join(localModels, repo.slice('local:'.length)) : join(hub, `models--${repo.replace('/', '--')}`)
}

function writeHubModel(hub: string, model: SimModel, now: number): void {
  const snapshot = snapshotOf(model)
  const folder = join(hub, snapshot.folder)
  for (const one of ['blobs', 'refs', `snapshots/${snapshot.revision}`]) mkdirSync(join(folder, one), { recursive: true })
  mkdirSync(join(hub, '.locks', snapshot.folder), { recursive: true })
  writeText(join(folder, 'refs/main'), snapshot.revision)
  rmUnfinished(folder, model)
  rmLost(folder, model)
  for (const file of snapshot.files) {
    writeContent(join(folder, 'blobs', file.blob), file)
    const link = join(folder, 'snapshots', snapshot.revision, file.name)
    mkdirSync(dirname(link), { recursive: true })
    replaceLink(relative(dirname(link), join(folder, 'blobs', file.blob)), link)
  }
  for (const { blob, bytes } of snapshot.unfinished) sparse(join(folder, 'blobs', `${blob}.incomplete`), bytes)
  stampUnfinished(hub, snapshot, model.state === 'downloading' ? now : now - cutOffMs)
}

/** What was unfinished before: now whole, or another file. */
function rmUnfinished(folder: string, model: SimModel): void {
  const still = new Set(snapshotOf(model).unfinished.map(({ blob }) => blob))
  for (const { blob } of snapshotOf({ ...model, state: 'complete' }).files.filter((file) => !still.has(file.blob)))
    rmSync(join(folder, 'blobs', `${blob}.incomplete`), { force: true })
}

/** What was whole before and is not any more: a part that went missing. */
function rmLost(folder: string, model: SimModel): void {
  const { files, revision } = snapshotOf(model)
  const names = new Set(files.map((file) => file.name))
  for (const { name, blob } of snapshotOf({ ...model, state: 'complete' }).files.filter((file) => !names.has(file.name))) {
    rmSync(join(folder, 'snapshots', revision, name), { force: true })
    rmSync(join(folder, 'blobs', blob), { force: true })
  }
}

function stampUnfinished(hub: string, snapshot: Snapshot, at: number): void {
  for (const { blob } of snapshot.unfinished) utimesSync(join(hub, snapshot.folder, 'blobs', `${blob}.incomplete`), at / 1000, at / 1000)
}

function writeFolder(folder: string, files: readonly SnapshotFile[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file.name)), { recursive: true })
    writeContent(join(folder, file.name), file)
  }
}

/** Weights are sparse: the size of the real thing, no space taken. */
function writeContent(path: string, file: SnapshotFile): void {
  if (file.text === null) sparse(path, file.sizeBytes)
  else writeText(path, file.text)
}

/** What is as it should be is left alone: readers look at any instant. */
function writeText(path: string, text: string): void {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
}

function sparse(path: string, bytes: number): void {
  closeSync(openSync(path, 'a'))
  truncateSync(path, bytes)
}

function replaceLink(target: string, link: string): void {
  symlinkSync(target, `${link}.new`)
  renameSync(`${link}.new`, link)
}
