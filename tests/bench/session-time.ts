// Processor time of everything that runs under one sshd, from /proc: its sessions, their shells, and what those started and saw end.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

interface Stat {
  readonly parent: number
  readonly name: string
  /** User and system time of it and of children it saw end, ticks. */
  readonly ticks: number
}

/** The pid of the process whose command line holds this path. */
export function pidWith(word: string): number {
  const found = readdirSync('/proc').find((name) => /^\d+$/.test(name) && textOf(`${name}/cmdline`).includes(word))
  if (found === undefined) throw new Error(`no process has the word ${word}`)
  return Number(found)
}

/** ms so far, read once nothing but sshd is left: only what has ended is known to those who started it. */
export async function sessionMs(sshd: number): Promise<number> {
  const tick = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  const limit = performance.now() + 5000
  for (;;) {
    const family = descendants(sshd)
    if (family.every((one) => one.name.startsWith('sshd'))) return family.reduce((sum, one) => sum + one.ticks, 0) * tick
    if (performance.now() > limit) throw new Error(`still running: ${family.map((one) => one.name).join(', ')}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function descendants(root: number): Stat[] {
  const all = new Map<number, Stat>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = readStat(textOf(`${name}/stat`))
    if (stat !== null) all.set(Number(name), stat)
  }
  const belongs = (pid: number): boolean => {
    for (let at = all.get(pid)?.parent; at !== undefined && at > 1; at = all.get(at)?.parent) if (at === root) return true
    return false
  }
  return [...all].filter(([pid]) => belongs(pid)).map(([, stat]) => stat)
}

function readStat(text: string): Stat | null {
  const close = text.lastIndexOf(')')
  const fields = text.slice(close + 2).split(' ')
  const [parent, ...times] = [1, 11, 12, 13, 14].map((at) => Number(fields[at]))
  if (close < 0 || parent === undefined) return null
  return { parent, name: text.slice(text.indexOf('(') + 1, close), ticks: times.reduce((sum, one) => sum + one, 0) }
}

/** Empty when the process is gone. */
function textOf(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return ''
  }
}
