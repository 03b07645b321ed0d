// The state of everything as one small flat answer, for boards and alarms. Nothing in it is worked out anew: it is what Home says.
import type { FlatStatusView } from '../contract/operations/flat-status.ts'
import type { MachineShape, StatusView } from '../contract/operations/shapes.ts'

type OfSpark = FlatStatusView['sparks'][number]

/** Engines in these states are as they are meant to be; what is not known is never well. */
const fine: ReadonlySet<string> = new Set(['answering', 'busy', 'switching', 'starting', 'stopped'])

export function flatStatus(status: StatusView, machines: readonly MachineShape[]): FlatStatusView {
  const [cluster] = status.clusters
  const engine = cluster?.engines[0]
  const swap = cluster?.swap ?? null
  const lock = cluster?.lock
  const sparks = machines.map(ofSpark)
  const reachable = machines.filter((one) => one.state === 'reachable').length
  const stale = machines.length === 0 || machines.every((one) => one.stale)
  const state = engine?.state ?? 'unknown'
  const seen = machines.length > 0 && machines.every((one) => one.state === 'reachable' && !one.stale)
  return {
    ok: seen && fine.has(state) && status.attention.length === 0,
    sentence: status.sentence,
    version: status.version,
    checkedAt: status.checkedAt,
    stale,
    engine: state,
    answering: state === 'answering' || state === 'busy',
    model: engine?.modelName ?? null,
    modelId: engine?.model ?? null,
    switching: swap !== null,
    switchingTo: swap === null || swap.model === null ? null : swap.modelName,
    switchPercent: swap?.progress.percent ?? null,
    reserved: lock?.by === 'reservation',
    reservedBy: lock?.by === 'reservation' ? lock.holder : null,
    attention: status.attention.length,
    attentionFirst: status.attention[0]?.sentence ?? null,
    machines: machines.length,
    machinesReachable: reachable,
    memoryUsedPercent: most(sparks.map((one) => one.memoryUsedPercent)),
    temperatureC: most(sparks.map((one) => one.temperatureC)),
    powerW: sum(sparks.map((one) => one.powerW)),
    diskFreePercent: least(sparks.map((one) => one.diskFreePercent)),
    sparks,
  }
}

/** An old value is not told as one of now. */
function ofSpark(machine: MachineShape): OfSpark {
  const now = machine.stale || machine.state !== 'reachable' ? null : machine
  const memory = now?.memory ?? null
  return {
    name: machine.name,
    reachable: machine.state === 'reachable',
    well: machine.well.state,
    memoryUsedPercent: memory === null ? null : percent(memory.totalBytes - memory.availableBytes, memory.totalBytes),
    gpuLoadPercent: rounded(now?.gpu?.loadPercent),
    temperatureC: rounded(now?.gpu?.temperatureC),
    powerW: rounded(now?.gpu?.powerW),
    diskFreePercent: least((now?.disks ?? []).map((disk) => percent(disk.freeBytes, disk.totalBytes))),
    uptimeSeconds: now?.uptimeSeconds ?? null,
  }
}

const percent = (part: number, whole: number): number | null =>
  whole <= 0 ? null : Math.min(100, Math.max(0, Math.round((100 * part) / whole)))
const rounded = (value: number | null | undefined): number | null => (value === null || value === undefined ? null : Math.round(value))
const known = (values: readonly (number | null)[]): readonly number[] => values.filter((one) => one !== null)
const most = (values: readonly (number | null)[]): number | null => (known(values).length === 0 ? null : Math.max(...known(values)))
const least = (values: readonly (number | null)[]): number | null => (known(values).length === 0 ? null : Math.min(...known(values)))
const sum = (values: readonly (number | null)[]): number | null =>
  known(values).length === 0 ? null : known(values).reduce((total, one) => total + one, 0)
