// The answer of a poll as MachineFacts. Every section may be missing, cut off or of another tool: then its facts are absent.
import { plainWord } from '../../domain/clean-line.ts'
import {
  type BootRecord,
  bootsOf,
  type FabricPort,
  type FileSystem,
  type GpuProgram,
  gpuFacts,
  type LinkKind,
  type MachineFacts,
  type NetLink,
} from '../../domain/machine-facts.ts'
import { jsonRows, word } from './docker-answer.ts'
import type { Answer } from './exec.ts'
import { readNetwork, vpnInterface } from './network-answer.ts'

/** As many rows of anything are kept. */
const mostRows = 32

/** `columns`: of the GPU's row, as gpuColumns gives them. */
export function readMachineFacts(answer: Answer, columns: readonly (string | null)[]): MachineFacts {
  const ports = readPorts(answer)
  return {
    kernel: plainWord(answer.text('kernel').trim()).slice(0, 100) || null,
    gpu: gpuFacts(wholeNumber(columns[6]), columns[7] ?? null),
    programs: readPrograms(answer),
    ...readFileMemory(answer),
    disks: readDisks(`${answer.text('disk')}\n${answer.text('disks')}`),
    links: readLinks(answer, ports),
    ports,
    boots: readBoots(answer.text('boots')),
  }
}

function wholeNumber(text: string | null | undefined): number | null {
  const match = /^\d{1,15}(?=\D|$)/.exec(text?.trim() ?? '')
  return match === null ? null : Number(match[0])
}

/** Rows of `nvidia-smi --query-compute-apps`: pid, name, MiB. A name may hold commas; a figure that is not told leaves the row out. */
function readPrograms(answer: Answer): MachineFacts['programs'] {
  if (answer.text('programs_code') !== '0') return null
  const names = new Map(jsonRows(answer.text('docker')).map((row) => [word(row, 'ID'), word(row, 'Names')]))
  const groups = new Map([...answer.text('groups').matchAll(/^(\d+) (.*)$/gm)].map(([, pid = '', group = '']) => [pid, group]))
  const containerOf = (pid: string): string | null => names.get(/[0-9a-f]{64}/.exec(groups.get(pid) ?? '')?.[0] ?? '') ?? null
  const rows = answer
    .text('programs')
    .split('\n')
    .flatMap((line): GpuProgram[] => {
      const match = /^\s*(\d+),\s*(.*),\s*(\d{1,9})\s*(?:MiB)?\s*$/.exec(line)
      if (match === null) return []
      const [, pid = '', name = '', mebibytes = ''] = match
      return [{ name: plainWord(name).slice(0, 100), container: containerOf(pid), bytes: Number(mebibytes) * 1024 ** 2 }]
    })
  return rows.slice(0, mostRows)
}

function readFileMemory(answer: Answer): Pick<MachineFacts, 'fileBytes' | 'swap'> {
  const fields = new Map(
    [...answer.text('meminfo').matchAll(/^(\w+):\s+(\d{1,15}) kB/gm)].map((match) => [match[1], Number(match[2]) * 1024]),
  )
  const bytes = (name: string): number => fields.get(name) ?? 0
  const files = fields.has('Cached') ? bytes('Cached') + bytes('Buffers') + bytes('SReclaimable') - bytes('Shmem') : null
  const totalBytes = fields.get('SwapTotal')
  const freeBytes = fields.get('SwapFree')
  return {
    fileBytes: files === null ? null : Math.max(0, files),
    swap: totalBytes === undefined || freeBytes === undefined ? null : { totalBytes, freeBytes },
  }
}

/** Rows of `df -kP`, each file system once, that of the cache first. */
function readDisks(text: string): readonly FileSystem[] {
  const rows = [...text.matchAll(/^\S.*?\s+(\d{1,15})\s+\d+\s+(\d{1,15})\s+\d+%\s+(\/.*)$/gm)].map(
    ([, total, free, path = '/']): FileSystem => ({
      path: plainWord(path).slice(0, 200),
      totalBytes: Number(total) * 1024,
      freeBytes: Number(free) * 1024,
    }),
  )
  return [...new Map(rows.map((row) => [row.path, row])).values()].filter((row) => row.totalBytes > 0).slice(0, mostRows)
}

function readLinks(answer: Answer, ports: readonly FabricPort[]): readonly NetLink[] {
  const { addresses } = readNetwork(answer)
  return answer
    .text('netlinks')
    .split('\n')
    .flatMap((line): NetLink[] => {
      const [name = '', state = '', speed = '', mtu = '', received = '', sent = '', air = ''] = line.trim().split(' ')
      if (air === '') return []
      const errors = [wholeNumber(received), wholeNumber(sent)]
      return [
        {
          name: plainWord(name).slice(0, 40),
          kind: kindOf(name, air, ports),
          up: state === 'up' ? true : isDown.has(state) ? false : null,
          speedMbps: wholeNumber(speed) || null,
          mtu: wholeNumber(mtu),
          errors: errors.includes(null) ? null : (errors[0] ?? 0) + (errors[1] ?? 0),
          addresses: addresses.filter((one) => one.name === name).map((one) => one.address),
        },
      ]
    })
    .slice(0, mostRows)
}

/** Words of /sys/class/net/X/operstate; "unknown" is what tunnels say while they work. */
const isDown: ReadonlySet<string> = new Set(['down', 'lowerlayerdown', 'notpresent'])

function kindOf(name: string, air: string, ports: readonly FabricPort[]): LinkKind {
  if (ports.some((port) => port.link === name)) return 'fabric'
  if (vpnInterface.test(name)) return 'vpn'
  return air === 'wifi' ? 'wifi' : 'wired'
}

/** What the kernel says of each RDMA device; where it says nothing, what ibdev2netdev does. */
function readPorts(answer: Answer): readonly FabricPort[] {
  const rows = answer
    .text('rdma')
    .split('\n')
    .flatMap((line): FabricPort[] => {
      const [device = '', state, rate, link = ''] = line.split('|')
      if (state === undefined || rate === undefined) return []
      return [{ device: plainWord(device), link: plainWord(link) || null, active: state.includes('ACTIVE'), gbps: wholeNumber(rate) }]
    })
  if (rows.length > 0) return rows.slice(0, mostRows)
  return [...answer.text('links').matchAll(/^(\S+) port 1 ==> (\S+) \((Up|Down)\)/gm)]
    .map(([, device = '', link = '', state]) => ({ device: plainWord(device), link: plainWord(link), active: state === 'Up', gbps: null }))
    .slice(0, mostRows)
}

/** `last -x --time-format iso reboot shutdown`, then "journal" and lines of it. */
function readBoots(text: string): MachineFacts['boots'] {
  if (text.trim() === '') return null
  const [told = '', hints = ''] = text.split(/^journal$/m)
  const records = [...told.matchAll(/^(reboot|shutdown)\s+system \S+.*?(\d{4}-\d\d-\d\dT[\d:]{8}[+-]\d\d:?\d\d)/gm)].flatMap(
    ([, kind, at = '']): BootRecord[] => {
      const time = Date.parse(at)
      return Number.isFinite(time) ? [{ kind: kind === 'reboot' ? 'reboot' : 'shutdown', at: time }] : []
    },
  )
  return bootsOf(records, hints.split('\n'))
}
