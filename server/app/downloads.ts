// Downloads: checked before they begin, once at a time a model, followed to their end, found again after a restart.
import { SparkError } from '../contract/errors.ts'
import type { DownloadView, GroundView } from '../contract/operations/download-shapes.ts'
import { beginAttempt, type Download } from '../domain/download.ts'
import { type Check, type DownloadGround, judgeGround, type Looked } from '../domain/download-ground.ts'
import { folderState } from '../domain/folder.ts'
import { launchAddress } from '../domain/launch.ts'
import type { Machine } from '../domain/machine.ts'
import { modelName } from '../domain/model-name.ts'
import { hubFolder, readRepo } from '../domain/repo.ts'
import type { Discovery } from './discovery.ts'
import type { DownloadSparks } from './download-ports.ts'
import { createDownloadRunner } from './download-runner.ts'
import { downloadView, groundView } from './download-view.ts'
import type { Fleet } from './fleet.ts'
import type { Clock, DownloadStore, Ids, Log, MachineStore } from './ports.ts'
import { copyOrder, planTogether, togetherView } from './together.ts'
import type { DownloadAsk, DownloadsUse, EventsUse, SettingsUse } from './use-cases.ts'

export interface DownloadsNeeds {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'next'>
  readonly sparks: Omit<DownloadSparks, 'removeModel'>
  readonly store: { readonly machines: Pick<MachineStore, 'list' | 'find'>; readonly downloads: DownloadStore }
  readonly discovery: Pick<Discovery, 'rescan' | 'listing'>
  readonly fleet: Pick<Fleet, 'view'>
  readonly settings: Pick<SettingsUse, 'get'>
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
  /** Aborted when the appliance stops: jobs go on without it. */
  readonly shutdown: AbortSignal
}

export type Downloads = DownloadsUse & {
  /** At start: takes up every download that runs. */
  recover(): void
  settled(): Promise<void>
}

interface Prepared {
  readonly repo: string
  readonly revision: string | null
  readonly machines: readonly Machine[]
  readonly looks: readonly Looked[]
  readonly ground: DownloadGround
}

/** What a download is asked to be; the rest is how it goes. */
type Order = Pick<
  Download,
  'repo' | 'revision' | 'commit' | 'places' | 'argv' | 'withToken' | 'copies' | 'files' | 'otherBytes' | 'totalBytes' | 'requestedBy'
>

const listed = 50

export function createDownloads(needs: DownloadsNeeds): Downloads {
  const { clock, store, discovery } = needs
  const followed = new Map<string, Promise<void>>()
  const runner = createDownloadRunner({
    clock,
    sparks: needs.sparks,
    store,
    events: needs.events,
    log: needs.log,
    rescan: discovery.rescan,
    listing: discovery.listing,
    freeBytes: (machine) => needs.fleet.view(machine).observation?.disk?.freeBytes ?? null,
    settings: needs.settings,
  })

  const nameOf = (id: string): string => store.machines.find(id)?.name ?? id
  const view = (download: Download) => downloadView(download, nameOf, clock.now())

  const follow = (id: string, token: string | null): void => {
    const promise = runner
      .follow(id, token, needs.shutdown)
      .catch((error: unknown) => {
        if (!needs.shutdown.aborted) needs.log.error('a download is not followed any more', { download: id, error })
      })
      .finally(() => followed.delete(id))
    followed.set(id, promise)
  }

  /** The one that was typed, else the one that is kept for all. */
  const tokenFor = (typed: string | undefined): string | null => typed ?? (needs.settings.get('downloads.hubToken') || null)

  const find = (id: string): Download => {
    const download = store.downloads.find(id)
    if (download === null) throw new SparkError('download_unknown', { download: id.slice(0, 100) })
    return download
  }

  const machinesOf = (ids: readonly string[] | undefined): readonly Machine[] => {
    const all = store.machines.list()
    const wanted = ids === undefined ? all.slice(0, 1) : [...new Set(ids)].map((id) => all.find((one) => one.id === id) ?? missing(id))
    if (wanted.length === 0) throw new SparkError('not_found', { what: 'machine yet: add one first' })
    return wanted
  }

  /** The first machine asks the Hub; each says what a download would find on it. */
  const prepare = async (ask: DownloadAsk): Promise<Prepared> => {
    const read = readRepo(ask.repo)
    if (read === null) throw new SparkError('repo_unreadable', { text: ask.repo.trim().slice(0, 200) })
    const { repo } = read
    const revision = ask.revision ?? read.revision
    const token = tokenFor(ask.token)
    const machines = machinesOf(ask.machines)
    const looks = await Promise.all(
      machines.map(async (machine, at): Promise<Looked> => {
        const look = await needs.sparks.hubLook(machine, { repo, revision, token: at === 0 ? token : null, hub: at === 0 })
        const listing = discovery.listing(machine.id, repo)
        const whole = listing !== null && folderState(listing, clock.now()) === 'complete'
        const commitHere = whole ? listing.revision : null
        return { machine: machine.id, name: machine.name, user: machine.user, address: launchAddress(machine), look, commitHere }
      }),
    )
    return { repo, revision, machines, looks, ground: judgeGround({ repo, revision, withToken: token !== null, machines: looks }) }
  }

  const refuseRunning = (repo: string): void => {
    const other = store.downloads.live().find((one) => one.repo === repo)
    if (other !== undefined) throw new SparkError('download_running', { model: modelName(repo), download: other.id })
  }

  const refuseBlocked = (checks: readonly Check[], first: string): void => {
    const bad = checks.find((check) => check.state === 'bad')
    if (bad === undefined) return
    throw new SparkError('download_blocked', { machine: nameOf(bad.machine ?? first), why: bad.sentence, mend: bad.mend })
  }

  const begin = (order: Order, token: string | null): DownloadView => {
    const now = clock.now()
    const download = beginAttempt(
      {
        ...order,
        id: needs.ids.next(),
        attempt: 0,
        state: 'running',
        phase: 'fetch',
        progress: { bytes: 0, totalBytes: null, samples: [], grewAt: now },
        stalled: false,
        silentSince: null,
        log: { offset: 0, rest: '', lines: [] },
        trouble: null,
        cancelRequestedAt: null,
        startedAt: now,
        endedAt: null,
      },
      now,
    )
    if (!store.downloads.insert(download)) refuseRunning(order.repo)
    const machines = download.places.map((one) => nameOf(one.machine))
    needs.events.append('download_started', { download: download.id, model: order.repo, machines })
    follow(download.id, token)
    return view(download)
  }

  const together = { clock, sparks: needs.sparks, machines: store.machines, discovery }

  return {
    list: () => store.downloads.recent(listed).map(view),
    find: (id) => view(find(id)),
    async check(ask): Promise<GroundView> {
      const prepared = await prepare(ask)
      return groundView(prepared, prepared.ground, nameOf)
    },
    async start({ requestedBy, ...ask }) {
      const asked = readRepo(ask.repo)
      if (asked !== null) refuseRunning(asked.repo)
      const { repo, revision, machines, looks, ground } = await prepare(ask)
      refuseBlocked(ground.checks, machines[0]?.id ?? '')
      if (ground.verdict === 'here') throw new SparkError('download_not_needed', { model: modelName(repo) })
      return begin(
        {
          repo,
          revision,
          commit: ground.commit,
          places: looks.map(({ machine, look }) => ({ machine, folder: hubFolder(look.cachePath, repo) })),
          argv: ground.argv,
          withToken: tokenFor(ask.token) !== null,
          files: ground.files?.map(({ path, sizeBytes }) => ({ path, sizeBytes })) ?? null,
          otherBytes: ground.otherBytes,
          totalBytes: ground.totalBytes,
          requestedBy,
        },
        tokenFor(ask.token),
      )
    },
    checkTogether: async (model) => togetherView(await planTogether(together, model)),
    async bringTogether(model, { commit, requestedBy }) {
      refuseRunning(model)
      const plan = await planTogether(together, model)
      refuseBlocked(plan.checks, plan.source.machine)
      if (commit !== undefined && commit !== plan.chosen.revision) throw new SparkError('plan_stale', {})
      return begin({ ...copyOrder(plan), withToken: false, requestedBy }, null)
    },
    cancel(id) {
      const download = find(id)
      if (download.state !== 'running') throw stateWrong(download)
      if (download.cancelRequestedAt === null) store.downloads.update({ ...download, cancelRequestedAt: clock.now() })
      runner.wake(id)
      return view(find(id))
    },
    async resume(id, given) {
      const token = tokenFor(given)
      const before = find(id)
      if (before.state !== 'failed' && before.state !== 'cancelled') throw stateWrong(before)
      refuseRunning(before.repo)
      await followed.get(id)
      const again = beginAttempt({ ...before, withToken: token !== null }, clock.now())
      if (!store.downloads.update(again)) refuseRunning(before.repo)
      needs.events.append('download_started', { download: id, model: again.repo, machines: again.places.map((one) => nameOf(one.machine)) })
      follow(id, token)
      return view(again)
    },
    recover() {
      for (const { id } of store.downloads.live()) if (!followed.has(id)) follow(id, tokenFor(undefined))
    },
    async settled() {
      await Promise.all(followed.values())
    },
  }
}

function missing(id: string): never {
  throw new SparkError('not_found', { what: `machine "${id.slice(0, 64)}"` })
}

function stateWrong(download: Download): SparkError {
  return new SparkError('download_state_wrong', { model: modelName(download.repo), state: download.state })
}
