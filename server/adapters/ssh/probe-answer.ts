// The answer of a probe as an Observation. What a GB10 does not tell ("[N/A]") is null, never 0.
import { plainWord } from '../../domain/clean-line.ts'
import type { FenceRecord, Machine, Observation } from '../../domain/machine.ts'
import { type DockerAnswer, readDocker, readServing } from './docker-answer.ts'
import type { Answer } from './exec.ts'
import { readMachineFacts } from './facts-answer.ts'
import { readLauncher } from './launcher-answer.ts'
import { readNetwork } from './network-answer.ts'
import { unreadable } from './ssh-error.ts'

const absent = /^(\[?(N\/A|Not Supported|Unknown Error|GPU is lost|Insufficient Permissions)\]?|)$/i

export function readObservation(machine: Machine, answer: Answer, watch: readonly string[], at: number): Observation {
  const memory = readMemory(machine, answer)
  const gpu = gpuColumns(answer)
  const network = readNetwork(answer)
  const docker = readDocker(answer)
  return {
    at,
    hostname: plainWord(answer.text('hostname').trim()),
    bootId: answer.text('boot_id').trim(),
    uptimeSeconds: Math.floor(Number(answer.text('uptime').split(' ')[0]) || 0),
    driver: gpu[1] ?? null,
    gpuName: gpu[0] ?? null,
    gpu: { loadPercent: amount(gpu[2]), temperatureC: amount(gpu[3]), powerW: amount(gpu[4]), smMHz: amount(gpu[5]) },
    memory: { ...memory, pressure: readPressure(answer.text('pressure')) },
    disk: readDisk(answer),
    containers: containersOf(docker, answer, watch),
    dockerProblem: docker.problem,
    vpnAddress: network.vpnAddress,
    fabricAddress: network.fabricAddress,
    launcher: readLauncher(answer),
    cachePath: answer.text('cache') || null,
    fence: readFence(answer.text('fence')),
    facts: readMachineFacts(answer, gpu),
  }
}

function containersOf(docker: DockerAnswer, answer: Answer, watch: readonly string[]): Observation['containers'] {
  return (
    docker.containers?.map((container) => {
      const index = watch.indexOf(container.name)
      return { ...container, serving: index < 0 ? null : readServing(answer.text(`top ${index}`)) }
    }) ?? null
  )
}

/** /proc/meminfo, without which nothing can be said of a Spark. */
export function readMemory(machine: Pick<Machine, 'name'>, answer: Answer): Omit<Observation['memory'], 'pressure'> {
  const fields = new Map([...answer.text('meminfo').matchAll(/^(\w+):\s+(\d+) kB/gm)].map((match) => [match[1], Number(match[2]) * 1024]))
  const total = fields.get('MemTotal')
  const available = fields.get('MemAvailable')
  const free = fields.get('MemFree')
  if (total === undefined || available === undefined || free === undefined) throw unreadable(machine, '/proc/meminfo could not be read')
  return { totalBytes: total, availableBytes: available, freeBytes: free, cachedBytes: fields.get('Cached') ?? 0 }
}

function readPressure(text: string): number | null {
  return amount(/^some avg10=([\d.]+)/m.exec(text)?.[1])
}

/** Columns of the first GPU's row; null where there is no value. */
function gpuColumns(answer: Answer): (string | null)[] {
  if (answer.text('gpu_code') !== '0') return []
  const row =
    answer
      .text('gpu')
      .split('\n')
      .find((line) => line.includes(',')) ?? ''
  return row.split(',').map((cell) => (absent.test(cell.trim()) ? null : plainWord(cell.trim())))
}

function amount(cell: string | null | undefined): number | null {
  const match = /^-?\d+(?:\.\d+)?/.exec(cell ?? '')
  return match === null ? null : Number(match[0])
}

export function readDisk(answer: Answer): Observation['disk'] {
  const match = /^\S.*?\s+(\d+)\s+\d+\s+(\d+)\s+\d+%\s+(\/.*)$/m.exec(answer.text('disk'))
  return match === null ? null : { path: match[3] ?? '/', totalBytes: Number(match[1]) * 1024, freeBytes: Number(match[2]) * 1024 }
}

function readFence(text: string): FenceRecord | null {
  const match = /^(\d{1,15}) (\S+) (\S+)/.exec(text)
  return match === null ? null : { fence: Number(match[1]), appliance: match[2] ?? '', swap: match[3] ?? '' }
}
