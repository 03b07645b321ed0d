// The steps of an act on a service: the order, its exit code, and the proof. A machine that does not answer is waited for.
import { SparkError } from '../contract/errors.ts'
import { cleanLine } from '../domain/clean-line.ts'
import { type Service, serviceKindRows } from '../domain/service.ts'
import { argvOf, type ServiceAct } from '../domain/service-act.ts'
import { containerSight } from '../domain/service-container.ts'
import type { ContainerSight } from '../domain/service-health.ts'
import type { Fleet } from './fleet.ts'
import { managedServices } from './managed-services.ts'
import { isSilence } from './patience.ts'
import type { Clock, JobReading, Sparks } from './ports.ts'
import type { ServiceSparks } from './service-ports.ts'
import type { ServiceWatch } from './service-watch.ts'

export interface StepNeeds {
  readonly clock: Clock
  readonly sparks: Pick<Sparks, 'readJob'> & ServiceSparks
  readonly fleet: Pick<Fleet, 'look' | 'view'>
  readonly watch: Pick<ServiceWatch, 'prove'>
  readonly shutdown: AbortSignal
}

/** An act while it is walked; `write` keeps what is known before the next effect. */
export interface Walk {
  readonly act: ServiceAct
  readonly service: Service
  readonly write: (change: Partial<ServiceAct>) => Walk
}

/** How it came to rest. `hard`: docker had to end it. */
interface Ended {
  readonly hard: boolean
}

const followMs = 1000
const proveMs = 2000
/** A command, or a machine that does not say what became of it, is waited for so long, ms. */
const commandMs = 15 * 60_000
const stopProofMs = 30_000
const keptLines = 30
/** Output kept while a command runs, characters. */
const keptText = 20_000

/** Null where the machine does not answer. */
async function unlessSilent<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (isSilence(error)) return null
    throw error
  }
}

export function commandOf({ act, service }: Walk): readonly string[] {
  const as = { ...service, container: act.container }
  return (act.kind === 'stop' ? managedServices[service.kind].shutdown(as) : null) ?? argvOf(act.kind, as)
}

export function createServiceSteps(needs: StepNeeds) {
  const { clock, sparks, fleet, shutdown } = needs

  const factsOf = ({ act, service }: Walk) => ({ service: service.name, machine: fleet.view(act.machine).machine.name })

  const waited = async (walk: Walk, until: number): Promise<void> => {
    if (clock.now() >= until) {
      const minutes = commandMs / 60_000
      throw new SparkError('service_command_slow', { ...factsOf(walk), command: commandOf(walk).join(' '), minutes })
    }
    await clock.sleep(followMs, shutdown)
  }

  const keyOf = ({ act }: Walk) => ({ swap: `service-${act.id}`, step: 'act' })

  /** Sent as often as it takes; the machine runs it once. */
  const send = async (walk: Walk, until: number): Promise<Walk> => {
    for (;;) {
      const order = { key: keyOf(walk), argv: commandOf(walk) }
      const sent = await unlessSilent(async () => {
        await sparks.startFreeJob(fleet.view(walk.act.machine).machine, order, shutdown)
        return true
      })
      if (sent === true) return walk.write({ phase: 'command' })
      await waited(walk, until)
    }
  }

  const follow = async (walk: Walk, until: number): Promise<Walk> => {
    let offset = 0
    let text = ''
    for (;;) {
      const from = offset
      const reading: JobReading | null = await unlessSilent(() =>
        sparks.readJob(fleet.view(walk.act.machine).machine, keyOf(walk), from, shutdown),
      )
      offset = reading?.nextOffset ?? offset
      text = (text + (reading?.text ?? '')).slice(-keptText)
      if (reading?.state === 'ended')
        return walk.write({ phase: 'proof', doneAt: clock.now(), exitCode: reading.exitCode, lines: linesOf(text) })
      if (reading !== null && reading.state !== 'running') {
        walk.write({ lines: linesOf(text) })
        throw new SparkError('service_command_lost', { ...factsOf(walk), command: commandOf(walk).join(' ') })
      }
      await waited(walk, until)
    }
  }

  const boxNow = async ({ act }: Walk): Promise<ContainerSight | null> => {
    const view = await unlessSilent(() => fleet.look(act.machine, shutdown))
    return view === null ? null : containerSight(view, act.container)
  }

  const isStill = (box: ContainerSight | null): boolean => box?.state === 'stopped' || box?.state === 'absent'

  const proveStopped = async (walk: Walk): Promise<Ended> => {
    const until = clock.now() + stopProofMs
    for (;;) {
      const box = await boxNow(walk)
      if (isStill(box)) return { hard: walk.act.ran && box?.killed === true }
      if (clock.now() >= until) throw new SparkError('service_not_stopped', { ...factsOf(walk), container: walk.act.container })
      await clock.sleep(followMs, shutdown)
    }
  }

  /** A real request is answered while the container runs. Where nothing can be tried, its health is asked. */
  const proveAnswering = async (walk: Walk): Promise<void> => {
    const { startMs } = serviceKindRows[walk.service.kind]
    const until = (walk.act.doneAt ?? clock.now()) + startMs
    for (;;) {
      if (isStill(await boxNow(walk))) throw new SparkError('service_ended_again', factsOf(walk))
      const proof = await needs.watch.prove(walk.service, shutdown)
      shutdown.throwIfAborted()
      if (proof?.sight.end === 'answered') return
      if (clock.now() >= until) {
        const why = proof?.sight.why ?? 'nothing was heard of it'
        throw new SparkError('service_not_answering', { ...factsOf(walk), why, minutes: Math.round(startMs / 60_000) })
      }
      await clock.sleep(proveMs, shutdown)
    }
  }

  return {
    /** Gives the order, once, and follows it to its exit code. */
    async order(walk: Walk): Promise<Walk> {
      const until = clock.now() + commandMs
      return follow(walk.act.phase === 'order' ? await send(walk, until) : walk, until)
    },

    /** Raises where the exit code speaks against it; proves by what is seen where it does not. */
    async prove(walk: Walk): Promise<Ended> {
      const { act } = walk
      if (act.exitCode !== 0) {
        const facts = { ...factsOf(walk), command: commandOf(walk).join(' ') }
        throw new SparkError('service_command_failed', { ...facts, exitCode: act.exitCode ?? -1, line: act.lines.at(-1) ?? '' })
      }
      if (act.kind === 'stop') return await proveStopped(walk)
      await proveAnswering(walk)
      return { hard: false }
    },
  }
}

function linesOf(text: string): readonly string[] {
  return text
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .slice(-keptLines)
    .map((line) => cleanLine(line).slice(0, 400))
}
