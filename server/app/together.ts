// Copies of a model that differ, brought together: looks at the machines, chooses the version, and says what the copy takes.
import { SparkError } from '../contract/errors.ts'
import type { GroundView } from '../contract/operations/download-shapes.ts'
import type { Download } from '../domain/download.ts'
import type { Check } from '../domain/download-ground.ts'
import { folderState } from '../domain/folder.ts'
import { launchAddress } from '../domain/launch.ts'
import type { Machine } from '../domain/machine.ts'
import { modelName } from '../domain/model-name.ts'
import { hubFolder, isRepo } from '../domain/repo.ts'
import {
  type Chosen,
  type CopyEnd,
  type CopyNeed,
  chooseVersion,
  copyChecks,
  copyNeeds,
  copyWords,
  type HeldCopy,
} from '../domain/together.ts'
import type { Discovery } from './discovery.ts'
import type { DownloadSparks } from './download-ports.ts'
import type { Clock, MachineStore } from './ports.ts'

export interface TogetherNeeds {
  readonly clock: Pick<Clock, 'now'>
  readonly sparks: Pick<DownloadSparks, 'hubLook'>
  readonly machines: Pick<MachineStore, 'list'>
  readonly discovery: Pick<Discovery, 'listing'>
}

export interface TogetherPlan {
  readonly repo: string
  readonly chosen: Chosen
  readonly source: CopyEnd
  readonly targets: readonly CopyEnd[]
  readonly needs: readonly CopyNeed[]
  readonly checks: readonly Check[]
  readonly files: NonNullable<Download['files']>
  readonly argv: readonly string[]
}

/** Raises download_not_needed where all hold one version, and download_blocked where nobody has it whole. */
export async function planTogether(needs: TogetherNeeds, repo: string): Promise<TogetherPlan> {
  if (!isRepo(repo)) throw new SparkError('repo_unreadable', { text: repo.slice(0, 200) })
  const holders = needs.machines.list().flatMap((machine) => {
    const listing = needs.discovery.listing(machine.id, repo)
    return listing === null ? [] : [{ machine, listing }]
  })
  if (holders.length === 0) throw new SparkError('model_unknown', { model: repo })
  const held = holders.map(({ machine, listing }): HeldCopy => {
    const whole = folderState(listing, needs.clock.now()) === 'complete'
    return { machine: machine.id, name: machine.name, whole, revision: listing.revision, lastUsedAt: listing.lastUsedAt }
  })
  if (held.every((one) => one.whole && one.revision === held[0]?.revision))
    throw new SparkError('download_not_needed', { model: modelName(repo) })
  const asker = held.find((one) => one.whole)?.machine
  const ends = await Promise.all(
    holders.map(async ({ machine }): Promise<CopyEnd> => {
      const look = await needs.sparks.hubLook(machine, { repo, revision: null, token: null, hub: machine.id === asker })
      return { machine: machine.id, name: machine.name, user: machine.user, address: launchAddress(machine), look }
    }),
  )
  const newest = ends.find((one) => one.machine === asker)?.look.hub?.answer?.commit ?? null
  const chosen = chooseVersion(held, newest)
  const source = ends.find((one) => one.machine === chosen?.machine)
  const files = filesOf(needs, chosen?.machine, repo)
  if (chosen === null || source === undefined)
    throw new SparkError('download_blocked', {
      machine: holders[0]?.machine.name ?? '',
      why: `No Spark has ${modelName(repo)} whole.`,
      mend: null,
    })
  const isOther = (end: CopyEnd): boolean =>
    held.some((one) => one.machine === end.machine && !(one.whole && one.revision === chosen.revision))
  const targets = ends.filter(isOther)
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  const copies = copyNeeds(source, total, targets)
  const folderOf = (end: CopyEnd): string => hubFolder(end.look.cachePath, repo)
  return {
    repo,
    chosen,
    source,
    targets,
    needs: copies,
    checks: copyChecks(repo, source, chosen, targets, copies),
    files,
    argv: copyWords(
      folderOf(source),
      chosen.revision,
      targets.map((end) => ({ user: end.user, address: end.address, folder: folderOf(end) })),
    ),
  }
}

function filesOf({ discovery }: TogetherNeeds, machine: Machine['id'] | undefined, repo: string): { path: string; sizeBytes: number }[] {
  const listing = machine === undefined ? null : discovery.listing(machine, repo)
  return (listing?.files ?? []).map(({ path, sizeBytes }) => ({ path, sizeBytes: sizeBytes ?? 0 }))
}

export function togetherView(plan: TogetherPlan): GroundView {
  const nameOf = (machine: string): string => plan.targets.find((one) => one.machine === machine)?.name ?? machine
  return {
    repo: plan.repo,
    name: modelName(plan.repo),
    revision: null,
    commit: plan.chosen.revision,
    verdict: plan.checks.some((check) => check.state === 'bad') ? 'blocked' : 'ready',
    checks: plan.checks.map((check) => ({ ...check })),
    totalBytes: plan.needs.reduce((sum, one) => sum + one.needBytes, 0),
    machines: plan.needs.map(({ machine, hereBytes, needBytes, freeBytes }) => ({
      machine,
      name: nameOf(machine),
      hereBytes,
      needBytes,
      freeBytes,
    })),
    wantsToken: false,
    argv: [...plan.argv],
    from: { machine: plan.source.machine, name: plan.source.name, why: plan.chosen.why },
  }
}

/** The parts of a download that are those of a copy between machines. */
export function copyOrder(
  plan: TogetherPlan,
): Pick<Download, 'repo' | 'revision' | 'commit' | 'places' | 'argv' | 'files' | 'otherBytes' | 'totalBytes' | 'copies'> {
  const folder = (end: CopyEnd): string => hubFolder(end.look.cachePath, plan.repo)
  return {
    repo: plan.repo,
    revision: null,
    commit: plan.chosen.revision,
    places: [plan.source, ...plan.targets].map((end) => ({ machine: end.machine, folder: folder(end) })),
    argv: plan.argv,
    files: plan.files,
    otherBytes: 0,
    totalBytes: plan.needs.reduce((sum, one) => sum + one.needBytes, 0),
    copies: plan.needs.map(({ beforeBytes, needBytes }) => ({ beforeBytes, needBytes })),
  }
}
