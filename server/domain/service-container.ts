// What docker's words for a container say of the service in it.
import { upAtLeastMs } from './container-age.ts'
import type { MachineView } from './machine.ts'
import type { ContainerSight } from './service-health.ts'

/** Exit codes of a container that was asked to end: in peace, by Ctrl-C, by KILL after the grace of `docker stop`, by TERM. */
const asked: ReadonlySet<number> = new Set([0, 130, 137, 143])

export const isAskedExit = (code: number): boolean => asked.has(code)

export function containerSight(view: Pick<MachineView, 'reach' | 'observation'>, name: string | null): ContainerSight | null {
  const seen = view.observation
  if (seen === null) return null
  const { at } = seen
  if (name === null) return { at, state: 'none', upSince: null, crashed: false, killed: false }
  if (view.reach !== 'reachable' || seen.containers === null) return { at, state: 'unknown', upSince: null, crashed: false, killed: false }
  const container = seen.containers.find((one) => one.name === name)
  if (container === undefined) return { at, state: 'absent', upSince: null, crashed: false, killed: false }
  if (container.state === 'running') {
    const up = upAtLeastMs(container.status)
    return { at, state: 'running', upSince: up === 0 && !/^Up /.test(container.status) ? null : at - up, crashed: false, killed: false }
  }
  // Between two starts by docker's own restart policy, or stopped for a moment: neither up nor down.
  if (container.state === 'restarting' || container.state === 'paused')
    return { at, state: 'unknown', upSince: null, crashed: false, killed: false }
  const code = /^Exited \((\d+)\)/.exec(container.status)?.[1]
  return { at, state: 'stopped', upSince: null, crashed: code !== undefined && !isAskedExit(Number(code)), killed: code === '137' }
}
