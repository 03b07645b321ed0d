// nvidia-smi of a GB10: every framebuffer field is [N/A], the per-process one works.
import { gpuName, gpuOf } from '../gpu.ts'
import { gpuPid, maxMHz, reasonsOf } from '../machine-facts.ts'
import { processesOf, type SimNode } from '../node.ts'
import type { Sim, Tool } from '../sim.ts'
import { readArgv } from './argv.ts'

interface Field {
  readonly value: string
  readonly unit?: string
}

const absent: Field = { value: '[N/A]' }
const absentMib: Field = { value: '[N/A]', unit: 'MiB' }

function fieldsOf(node: SimNode): Readonly<Record<string, Field>> {
  const gpu = gpuOf(node)
  const clock = (value: number): Field => ({ value: String(value), unit: 'MHz' })
  return {
    index: { value: '0' },
    count: { value: '1' },
    name: { value: gpuName },
    uuid: { value: 'GPU-5a1b6f2e-0000-0000-0000-000000000001' },
    driver_version: { value: node.condition.driver },
    'utilization.gpu': { value: String(gpu.loadPercent), unit: '%' },
    'utilization.memory': { value: '0', unit: '%' },
    'temperature.gpu': { value: String(gpu.temperatureC) },
    'temperature.memory': absent,
    'power.draw': { value: gpu.powerW.toFixed(2), unit: 'W' },
    'power.limit': { value: '[N/A]', unit: 'W' },
    pstate: { value: gpu.pstate },
    'clocks.sm': clock(gpu.smMHz),
    'clocks.gr': clock(gpu.smMHz),
    'clocks.current.sm': clock(gpu.smMHz),
    'clocks.max.sm': clock(maxMHz),
    'clocks.mem': { value: '[N/A]', unit: 'MHz' },
    'clocks.max.mem': { value: '[N/A]', unit: 'MHz' },
    'clocks_throttle_reasons.active': { value: reasonsOf(node) },
    ...(node.condition.oldReasonName ? {} : { 'clocks_event_reasons.active': { value: reasonsOf(node) } }),
    compute_cap: { value: '12.1' },
    'pci.bus_id': { value: '0000000F:01:00.0' },
    'fan.speed': { value: '[N/A]', unit: '%' },
    'memory.total': absentMib,
    'memory.used': absentMib,
    'memory.free': absentMib,
  }
}

export const nvidiaSmi: Tool = async (sim, call, io) => {
  const node = sim.node(call.node)
  if (sim.faults.strike('F27', node.name) !== null) {
    io.out(
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n",
    )
    return 9
  }
  await sim.wait(node, 60, io.signal)
  const args = readArgv(call.argv, ['--query-gpu', '--query-compute-apps', '--format', '-i'])
  const format = (args.value('--format') ?? 'csv').split(',').map((one) => one.trim())
  const query = args.value('--query-gpu')
  if (query !== null) {
    const answer = queryGpu(node, query, format)
    io.out(answer.text)
    return answer.code
  }
  io.out(args.has('--query-compute-apps') ? computeApps(node, format) : table(sim, node))
  return 0
}

function queryGpu(node: SimNode, query: string, format: readonly string[]): { text: string; code: number } {
  const fields = fieldsOf(node)
  const names = query.split(',').map((name) => name.trim())
  const unknown = names.find((name) => fields[name] === undefined)
  if (unknown !== undefined) return { text: `Field "${unknown}" is not a valid field to query.\n\n`, code: 2 }
  const bareUnits = format.includes('nounits')
  const shown = (name: string): string => {
    const { value, unit } = fields[name] ?? absent
    return bareUnits || unit === undefined || value === '[N/A]' ? value : `${value} ${unit}`
  }
  const header = names.map((name) => (fields[name]?.unit === undefined || bareUnits ? name : `${name} [${fields[name]?.unit}]`)).join(', ')
  return { text: `${format.includes('noheader') ? '' : `${header}\n`}${names.map(shown).join(', ')}\n`, code: 0 }
}

function computeApps(node: SimNode, format: readonly string[]): string {
  const rows = processesOf(node)
    .filter((process) => process.heldBytes > 0)
    .map(
      (process) =>
        `${gpuPid(process)}, VLLM::EngineCore, ${Math.round(process.heldBytes / 1024 ** 2)}${format.includes('nounits') ? '' : ' MiB'}\n`,
    )
  const header = format.includes('noheader') ? '' : `pid, process_name, used_gpu_memory${format.includes('nounits') ? '' : ' [MiB]'}\n`
  return header + rows.join('')
}

function table(sim: Sim, node: SimNode): string {
  const gpu = gpuOf(node)
  const at = new Date(sim.clock.now()).toUTCString()
  return [
    at,
    `| NVIDIA-SMI ${node.condition.driver}             Driver Version: ${node.condition.driver}     CUDA Version: 13.0     |`,
    '|   0  NVIDIA GB10                    On  |   0000000F:01:00.0 Off |                  N/A |',
    `| N/A   ${gpu.temperatureC}C    ${gpu.pstate}             ${String(Math.round(gpu.powerW)).padStart(2)}W /  N/A  | Not Supported          |     ${String(gpu.loadPercent).padStart(2)}%      Default |`,
    '',
  ].join('\n')
}
