// docker's looking commands: ps, inspect, images, logs, top.
import { findContainer, type SimContainer } from '../container.ts'
import type { LogEntry } from '../log-buffer.ts'
import { ageText, portsText, statusText } from '../look.ts'
import { imageRef, type SimNode } from '../node.ts'
import type { SimProcess } from '../process.ts'
import { fillTemplate } from '../template.ts'
import type { ToolIo } from '../types.ts'
import { readArgv } from './argv.ts'
import type { DockerCall } from './docker.ts'

type Row = Readonly<Record<string, unknown>>

export function dockerPs({ sim, node, argv, io }: DockerCall): number {
  const args = readArgv(argv, ['--format', '--filter', '-f', '-n', '--last'])
  const now = sim.clock.now()
  const filters = args.values('--filter', '-f')
  const all = args.has('-a', '--all', '-aq', '-qa') || filters.some((filter) => filter.startsWith('status='))
  const found = [...node.containers.values()].filter(
    (one) => (all || one.state === 'running') && filters.every((filter) => passes(one, filter)),
  )
  const rows = found.toReversed().map((one) => psRow(one, now, args.has('--no-trunc')))
  if (args.has('-q', '--quiet', '-aq', '-qa')) return print(io, rows.map((row) => `${row['ID']}\n`).join(''))
  const format = args.value('--format')
  if (format === 'json') return printRows(io, '{{json .}}', rows)
  if (format !== null) return printRows(io, format, rows)
  const header = 'CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES\n'
  return print(
    io,
    header +
      rows
        .map((row) => `${['ID', 'Image', 'Command', 'RunningFor', 'Status', 'Ports', 'Names'].map((key) => row[key]).join('   ')}\n`)
        .join(''),
  )
}

/** docker's name filter is an unanchored pattern, label and status are exact. */
function passes(container: SimContainer, filter: string): boolean {
  const [key = '', value = ''] = [filter.slice(0, filter.indexOf('=')), filter.slice(filter.indexOf('=') + 1)]
  if (key === 'name') return new RegExp(value).test(`/${container.name}`) || new RegExp(value).test(container.name)
  if (key === 'status') return container.state === value
  if (key === 'id') return container.id.startsWith(value)
  if (key === 'label') {
    const [name = '', wanted] = value.split('=')
    return name in container.labels && (wanted === undefined || container.labels[name] === wanted)
  }
  return true
}

function psRow(container: SimContainer, now: number, whole: boolean): Row {
  const command = container.command.join(' ')
  return {
    Command: `"${whole || command.length <= 20 ? command : `${command.slice(0, 19)}…`}"`,
    CreatedAt: `${new Date(container.createdAt).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`,
    ID: whole ? container.id : container.id.slice(0, 12),
    Image: container.image,
    Labels: Object.entries(container.labels)
      .map((pair) => pair.join('='))
      .join(','),
    LocalVolumes: '0',
    Mounts: container.mounts.map((mount) => mount.split(':')[0]).join(','),
    Names: container.name,
    Networks: container.hostNetwork ? 'host' : 'bridge',
    Ports: portsText(container),
    RunningFor: `${ageText(now - container.createdAt)} ago`,
    Size: '0B',
    State: container.state,
    Status: statusText(container, now),
  }
}

export function dockerInspect({ node, argv, io }: DockerCall): number {
  const args = readArgv(argv, ['--format', '-f', '--type'])
  const found = args.words.map((name) => ({ name, container: findContainer(node, name) }))
  const rows = found.flatMap(({ container }) => (container === undefined ? [] : [inspectRow(container)]))
  const format = args.value('--format', '-f')
  if (format === null) io.out(`${JSON.stringify(rows, null, 4)}\n`)
  else if (printRows(io, format, rows) !== 0) return 1
  const missing = found.filter(({ container }) => container === undefined)
  for (const { name } of missing) io.err(`error: no such object: ${name}\n`)
  return missing.length > 0 ? 1 : 0
}

function inspectRow(container: SimContainer): Row {
  const running = container.state === 'running'
  return {
    Id: container.id,
    Created: new Date(container.createdAt).toISOString(),
    Path: container.command[0] ?? '',
    Args: container.command.slice(1),
    State: {
      Status: container.state,
      Running: running,
      Paused: false,
      Restarting: container.state === 'restarting',
      OOMKilled: container.oomKilled,
      Dead: false,
      Pid: container.processes[0]?.pid ?? 0,
      ExitCode: container.exitCode,
      StartedAt: new Date(container.startedAt).toISOString(),
      FinishedAt: container.finishedAt === null ? '0001-01-01T00:00:00Z' : new Date(container.finishedAt).toISOString(),
    },
    RestartCount: container.restartCount,
    Image: container.imageId,
    Name: `/${container.name}`,
    HostConfig: {
      NetworkMode: container.hostNetwork ? 'host' : 'bridge',
      AutoRemove: container.autoRemove,
      Privileged: container.privileged,
      RestartPolicy: { Name: container.restarts ? 'unless-stopped' : 'no', MaximumRetryCount: 0 },
      Memory: 0,
    },
    Mounts: container.mounts.map((mount) => ({ Type: 'bind', Source: mount.split(':')[0], Destination: mount.split(':')[1] })),
    Config: { Image: container.image, Env: container.env, Cmd: container.command, Entrypoint: null, Labels: container.labels },
  }
}

export function imageInspect({ node, argv, io }: DockerCall): number {
  const args = readArgv(argv, ['--format', '-f'])
  const rows = args.words.map((ref) => imageRow(node, ref)).filter((row) => row !== null)
  const format = args.value('--format', '-f')
  if (format === null) io.out(`${JSON.stringify(rows, null, 4)}\n`)
  else if (printRows(io, format, rows) !== 0) return 1
  const missing = args.words.filter((ref) => imageRow(node, ref) === null)
  for (const ref of missing) io.err(`Error response from daemon: No such image: ${imageRef(ref)}\n`)
  return missing.length > 0 ? 1 : 0
}

function imageRow(node: SimNode, ref: string): Row | null {
  const image = node.images.get(imageRef(ref)) ?? [...node.images.values()].find((one) => one.id === ref)
  return image === undefined
    ? null
    : {
        Id: image.id,
        RepoTags: [image.ref],
        RepoDigests: [],
        Created: '2026-09-10T08:00:00Z',
        Size: 18_500_000_000,
        Architecture: 'arm64',
        Os: 'linux',
      }
}

export function dockerImages({ node, argv, io }: DockerCall): number {
  const args = readArgv(argv, ['--format', '--filter', '-f'])
  const whole = args.has('--no-trunc')
  const rows = [...node.images.values()].map(({ ref, id }) => {
    const at = ref.lastIndexOf(':')
    return {
      Repository: ref.slice(0, at),
      Tag: ref.slice(at + 1),
      ID: whole ? id : id.slice(7, 19),
      CreatedSince: '2 months ago',
      Size: '18.5GB',
    }
  })
  if (args.has('-q', '--quiet')) return print(io, rows.map((row) => `${row.ID}\n`).join(''))
  const format = args.value('--format')
  if (format !== null) return printRows(io, format === 'json' ? '{{json .}}' : format, rows)
  return print(io, `REPOSITORY   TAG   IMAGE ID   CREATED   SIZE\n${rows.map((row) => `${Object.values(row).join('   ')}\n`).join('')}`)
}

/** What the container wrote: vLLM's two streams both end in stdout, services (uvicorn) write to stderr. */
export async function dockerLogs({ sim, node, argv, io }: DockerCall): Promise<number> {
  const args = readArgv(argv, ['--tail', '-n', '--since', '--until'])
  const container = findContainer(node, args.words[0] ?? '')
  if (container === undefined) {
    io.err(`Error response from daemon: No such container: ${args.words[0] ?? ''}\n`)
    return 1
  }
  const write = container.service === null ? io.out : io.err
  write(tailOf(textSince(container, args.value('--since'), args.has('-t', '--timestamps'), sim.clock.now()), args.value('--tail', '-n')))
  if (!args.has('-f', '--follow')) return 0
  const isStamped = args.has('-t', '--timestamps')
  const unfollow = container.log.follow((text) => write(isStamped ? stampedText({ at: sim.clock.now(), text }) : text))
  try {
    if (container.processes[0] !== undefined) await Promise.race([container.processes[0].ended, sim.aborted(io.signal)])
  } finally {
    unfollow()
  }
  return 0
}

function textSince(container: SimContainer, since: string | null, stamped: boolean, now: number): string {
  const from = since === null ? 0 : sinceTime(since, now)
  const entries = container.log.entries().filter((entry) => entry.at >= from)
  return entries.map((entry) => (stamped ? stampedText(entry) : entry.text)).join('')
}

/** Docker's time, with nine digits, before every line. */
function stampedText({ at, text }: LogEntry): string {
  const stamp = new Date(at).toISOString().replace('Z', '000000Z')
  const lines = text.split(/(?<=\n)/)
  return lines.map((line) => `${stamp} ${line}`).join('')
}

/** 10m, 90s, 2h, Unix seconds, or a date. */
function sinceTime(since: string, now: number): number {
  const span = /^(\d+)([smh])$/.exec(since)
  if (span !== null) return now - Number(span[1]) * 1000 * ({ s: 1, m: 60, h: 3600 }[span[2] ?? 's'] ?? 1)
  return /^\d+(\.\d+)?$/.test(since) ? Number(since) * 1000 : Date.parse(since)
}

function tailOf(text: string, tail: string | null): string {
  if (tail === null || tail === 'all') return text
  const lines = text.split(/(?<=\n)/)
  return lines.slice(Math.max(0, lines.length - Number(tail))).join('')
}

export function dockerTop({ node, argv, io }: DockerCall): number {
  const [name = '', ...options] = argv
  const container = findContainer(node, name)
  if (container?.state !== 'running') {
    io.err(
      container === undefined
        ? `Error response from daemon: No such container: ${name}\n`
        : `Error response from daemon: container ${container.id} is not running\n`,
    )
    return 1
  }
  const columns = columnsOf(options)
  io.out(`${columns.map((column) => headers[column] ?? column.toUpperCase()).join('   ')}\n`)
  for (const process of container.processes) io.out(`${columns.map((column) => cell(process, column, container)).join('   ')}\n`)
  return 0
}

const headers: Readonly<Record<string, string>> = {
  user: 'USER',
  uid: 'UID',
  args: 'COMMAND',
  cmd: 'CMD',
  comm: 'COMMAND',
  pcpu: '%CPU',
  stime: 'STIME',
  etime: 'ELAPSED',
  tty: 'TTY',
}

function columnsOf(options: readonly string[]): readonly string[] {
  const at = options.findIndex((option) => /^-[a-zA-Z]*o$/.test(option))
  const list = at < 0 ? options.map((option) => /^-[a-zA-Z]*o(.+)$/.exec(option)?.[1]).find((one) => one !== undefined) : options[at + 1]
  return list === undefined ? ['uid', 'pid', 'ppid', 'c', 'stime', 'tty', 'time', 'cmd'] : list.split(',')
}

function cell(process: SimProcess, column: string, container: SimContainer): string {
  const values: Readonly<Record<string, string>> = {
    uid: 'root',
    user: 'root',
    pid: String(process.pid),
    ppid: String((container.processes[0]?.pid ?? 1) - 1),
    c: '0',
    pcpu: '0.0',
    stime: new Date(process.startedAt).toISOString().slice(11, 16),
    etime: '01:00',
    tty: '?',
    time: '00:00:00',
    comm: process.title.split(' ')[0] ?? '',
  }
  return values[column] ?? process.title
}

function print(io: ToolIo, text: string): number {
  io.out(text)
  return 0
}

function printRows(io: ToolIo, format: string, rows: readonly Row[]): number {
  for (const row of rows) {
    const filled = fillTemplate(format, row)
    if (!filled.ok) {
      io.err(`${filled.text}\n`)
      return 1
    }
    io.out(`${filled.text}\n`)
  }
  return 0
}
