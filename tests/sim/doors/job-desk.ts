// ~/.spark-control of every node, in memory: the fence, and the jobs with their output. It survives the appliance, as a disk does.
import type { DownloadOrder } from '../../../server/app/download-ports.ts'
import type { JobKey, JobOrder, JobReading } from '../../../server/app/ports.ts'
import type { FenceRecord } from '../../../server/domain/machine.ts'
import type { World } from '../core/types.ts'

export interface JobDesk {
  fence(node: string): FenceRecord | null
  /** Writes the record; the record in its way when that one is higher, or of another appliance. */
  takeFence(node: string, record: FenceRecord): FenceRecord | null
  /** Starts a job once; the record in its way when that one is higher. */
  start(node: string, order: JobOrder, home: string): FenceRecord | null
  /** Starts a download's job once: no fence, no lock, and no swap waits for it. */
  startFree(node: string, order: DownloadOrder, home: string): void
  read(node: string, key: JobKey, offset: number): JobReading
  end(node: string, key: JobKey): void
}

interface Job {
  /** Null: outside of any swap. */
  readonly fence: number | null
  readonly life: AbortController
  output: string
  state: 'running' | 'ended' | 'lost'
  exitCode: number | null
  /** Resolves when it no longer holds the lock. */
  done: Promise<void>
}

/** What one reading hands over at most. */
export const readingLimit = 64 * 1024

export function createJobDesk(world: World): JobDesk {
  const fences = new Map<string, FenceRecord>()
  const jobs = new Map<string, Map<string, Job>>()
  const jobsOf = (node: string): Map<string, Job> => {
    const found = jobs.get(node) ?? new Map<string, Job>()
    jobs.set(node, found)
    return found
  }

  const takeFence = (node: string, record: FenceRecord): FenceRecord | null => {
    const there = fences.get(node)
    const another = there?.appliance !== record.appliance || (there.fence === record.fence && there.swap !== record.swap)
    if (there !== undefined && (there.fence > record.fence || another)) return there
    fences.set(node, { appliance: record.appliance, fence: record.fence, swap: record.swap })
    return null
  }

  return {
    fence: (node) => fences.get(node) ?? null,
    takeFence,
    start(node, order, home) {
      const refused = takeFence(node, order)
      if (refused !== null) return refused
      const all = jobsOf(node)
      const name = nameOf(order)
      if (all.has(name)) return null
      const live = [...all.values()].filter((job) => job.state === 'running' && job.fence !== null)
      for (const job of live) if ((job.fence ?? 0) < order.fence) endJob(job)
      const isLater = (): boolean => (fences.get(node)?.fence ?? -1) > order.fence
      all.set(name, launch(world, node, order, home, { before: Promise.all(live.map((job) => job.done)), isLater }))
      return null
    },
    startFree(node, order, home) {
      const all = jobsOf(node)
      const name = nameOf(order.key)
      if (all.has(name)) return
      const env: Record<string, string> = order.token === null ? {} : { HF_TOKEN: order.token }
      const job = { fence: null, argv: order.argv, cwd: order.cwd, env }
      all.set(name, launch(world, node, job, home, { before: Promise.resolve(), isLater: () => false }))
    },
    read(node, key, offset) {
      const job = jobsOf(node).get(nameOf(key))
      if (job === undefined) return { state: 'absent', exitCode: null, text: '', nextOffset: offset }
      const text = job.output.slice(offset, offset + readingLimit)
      return { state: job.state, exitCode: job.exitCode, text, nextOffset: offset + text.length }
    },
    end(node, key) {
      const job = jobsOf(node).get(nameOf(key))
      if (job !== undefined) endJob(job)
    },
  }
}

const nameOf = (key: JobKey): string => `${key.swap}/${key.step}`

/** The whole process group goes, without an exit code: nobody is left to write one. */
function endJob(job: Job): void {
  if (job.state !== 'running') return
  job.state = 'lost'
  job.life.abort(new Error('killed'))
}

/** Exit code of the wrapper when a later order is on the machine: it has done nothing. */
const outfencedExitCode = 79
/** From the start of the wrapper to its hold of the lock, ms. */
const wrapperMs = 20

type Launched = Pick<JobOrder, 'argv' | 'cwd' | 'env'> & { readonly fence: number | null }

/** No shell runs here: of `bash -c 'a; b | c'` the last command is the one that a node has as a tool. */
function lastOfPipe(argv: readonly string[]): readonly string[] {
  if (argv[0] !== 'bash' || argv[1] !== '-c') return argv
  return (argv[2] ?? '').split(/[|;]/).at(-1)?.trim().split(/\s+/) ?? []
}

interface Turn {
  /** Settles when those that hold the lock have let go. */
  readonly before: Promise<unknown>
  /** Has a later order come meanwhile? */
  readonly isLater: () => boolean
}

/** The detached wrapper: takes the lock when those before it are gone, looks at the fence once more, holds the lock until the tool ends. */
function launch(world: World, node: string, order: Launched, home: string, turn: Turn): Job {
  const job: Job = {
    fence: order.fence,
    life: new AbortController(),
    output: '',
    state: 'running',
    exitCode: null,
    done: Promise.resolve(),
  }
  const bootId = world.look(node).bootId
  const isRestarted = (): boolean => world.look(node).bootId !== bootId
  const write = (text: string): void => {
    if (job.state === 'running') job.output += text
  }
  const [tool = '', ...argv] = lastOfPipe(order.argv)
  job.done = turn.before.then(async () => {
    // Bash itself takes a moment to start.
    await world.options.clock.sleep(wrapperMs)
    if (job.state !== 'running') return
    if (turn.isLater()) {
      job.state = 'ended'
      job.exitCode = outfencedExitCode
      return
    }
    // A wrapper that waited for the lock does not outlive a restart either.
    if (isRestarted()) {
      job.state = 'lost'
      return
    }
    const code = await world.run(
      { node, tool, argv, env: order.env, cwd: order.cwd ?? home },
      { out: write, err: write, signal: job.life.signal },
    )
    if (job.state !== 'running') return
    job.state = isRestarted() ? 'lost' : 'ended'
    job.exitCode = isRestarted() ? null : code
  })
  return job
}
