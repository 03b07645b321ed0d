// The real processes of a simulated node: everything whose environment has the node's HOME, found in /proc and ended by pid.
import { readdirSync, readFileSync } from 'node:fs'

export interface NodeProcesses {
  pids(): readonly number[]
  signal(name: NodeJS.Signals): void
  /** KILL until none is left: a shell may fork while the list is read. */
  killAll(): Promise<void>
}

/** `listener`: a pid whose children belong to the node too, whatever their environment (sshd's sessions). */
export function createNodeProcesses(home: string, listener: () => number | undefined = () => undefined): NodeProcesses {
  const mark = `HOME=${home}`
  const pids = (): readonly number[] => {
    const parents = parentsOfAll()
    const root = listener()
    const isSession = (pid: number): boolean => {
      for (let at = parents.get(pid); at !== undefined && at > 1; at = parents.get(at)) if (at === root) return true
      return false
    }
    return [...parents.keys()].filter(
      (pid) => pid !== process.pid && ((root !== undefined && isSession(pid)) || environOf(pid).includes(mark)),
    )
  }
  const signal = (name: NodeJS.Signals): void => {
    for (const pid of pids()) send(pid, name)
  }
  return {
    pids,
    signal,
    async killAll() {
      for (let round = 0; round < 50 && pids().length > 0; round++) {
        signal('SIGKILL')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
}

/** Those below `root` that run the same program as it does: sshd's sessions, without the commands in them. */
export function daemonsUnder(root: number | undefined): readonly number[] {
  if (root === undefined) return []
  const program = programOf(root)
  const parents = parentsOfAll()
  return [...parents.keys()].filter((pid) => {
    if (pid === root || !programOf(pid).startsWith(program)) return false
    for (let at = parents.get(pid); at !== undefined && at > 1; at = parents.get(at)) if (at === root) return true
    return false
  })
}

/** The name without its rewritten title: sshd, sshd-session. */
const programOf = (pid: number): string => readProc(`${pid}/comm`).trim()

/** No error when it is gone already. */
export function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Living processes and their parents; zombies are gone for everybody but the process that started them. */
function parentsOfAll(): ReadonlyMap<number, number> {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = readProc(`${name}/stat`)
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (parent !== undefined && state !== 'Z' && state !== 'X') parents.set(Number(name), Number(parent))
  }
  return parents
}

const environOf = (pid: number): readonly string[] => readProc(`${pid}/environ`).split('\0')

/** Empty when the process is gone or another user's. */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return ''
  }
}
