// What nvidia-smi would see: idle, loading, serving, or spinning in a wedge.
import { processesOf, type SimNode } from './node.ts'
import type { GpuLook } from './types.ts'

const idle: GpuLook = { loadPercent: 0, temperatureC: 35, powerW: 11.17, smMHz: 2405, pstate: 'P8' }
const serving: GpuLook = { loadPercent: 0, temperatureC: 44, powerW: 13.62, smMHz: 2405, pstate: 'P0' }
const loading: GpuLook = { loadPercent: 96, temperatureC: 68, powerW: 46.31, smMHz: 2411, pstate: 'P0' }
const wedged: GpuLook = { loadPercent: 96, temperatureC: 52, powerW: 20.04, smMHz: 2405, pstate: 'P0' }

export const gpuName = 'NVIDIA GB10'

export function gpuOf(node: SimNode): GpuLook {
  const engines = processesOf(node).flatMap((process) => (process.vllm === null ? [] : [process.vllm]))
  if (engines.some((engine) => engine.wedged)) return wedged
  if (engines.some((engine) => engine.phase === 'compile' || engine.phase === 'graphs')) return loading
  return engines.some((engine) => engine.phase !== 'imports') ? serving : idle
}
