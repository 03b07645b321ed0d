// Running one script on a machine and reading its answer. The script goes to the stdin of `bash -s`, so the login shell may be
// anything; what it and its start files print stands outside two marks nobody can guess and is not read.
import { randomBytes } from 'node:crypto'
import type { Machine } from '../../domain/machine.ts'
import type { Connections } from './connections.ts'
import { unreadable } from './ssh-error.ts'

/** Default time for one call, ms. */
export const execTimeoutMs = 15_000
/** Default longest answer, bytes. */
export const execMaxBytes = 8 * 1024 * 1024

export interface ScriptOptions {
  readonly timeoutMs?: number
  readonly maxBytes?: number
  readonly control?: boolean
  readonly signal?: AbortSignal | undefined
}

/** What a script answered, by section. A section that was not written is empty. */
export interface Answer {
  readonly code: number
  text(section: string): string
  bytes(section: string): Buffer
  /** Sections in the order they were written. */
  readonly names: readonly string[]
}

export type RunScript = (machine: Machine, script: string, options?: ScriptOptions) => Promise<Answer>

export function createRunScript(connections: Connections): RunScript {
  return async (machine, script, options = {}) => {
    const token = randomBytes(16).toString('hex')
    const raw = await connections.of(machine).run(frame(script, token), {
      timeoutMs: options.timeoutMs ?? execTimeoutMs,
      maxBytes: options.maxBytes ?? execMaxBytes,
      control: options.control ?? false,
      endMark: `\n${token}:end\n`,
      signal: options.signal,
    })
    const answer = readAnswer(raw, token)
    if (answer === null) throw unreadable(machine, 'no begin mark')
    return answer
  }
}

/**
 * The script as a function that is called only once all of it has arrived: a connection lost half way runs nothing.
 * Its stdin is empty, so no command in it can swallow the rest. `section NAME` begins a section of the answer.
 */
function frame(script: string, token: string): string {
  return `spark_control_script() {
section() { printf '\\n%s:%s\\n' ${token} "$1"; }
${script}
}
spark_control_script </dev/null
printf '\\n%s:code %s\\n\\n%s:end\\n' ${token} "$?" ${token}
exit 0
`
}

function readAnswer(raw: Buffer, token: string): Answer | null {
  const sections = new Map<string, Buffer>()
  const mark = Buffer.from(`\n${token}:`)
  let code: number | null = null
  for (let at = raw.indexOf(mark); at >= 0; ) {
    const nameAt = at + mark.length
    const lineEnd = raw.indexOf('\n', nameAt)
    const name = raw.toString('utf8', nameAt, lineEnd < 0 ? raw.length : lineEnd)
    const next = raw.indexOf(mark, nameAt)
    if (name.startsWith('code ')) code = Number.parseInt(name.slice('code '.length), 10)
    else if (lineEnd >= 0) sections.set(name, raw.subarray(lineEnd + 1, next < 0 ? raw.length : next))
    at = next
  }
  if (code === null) return null
  const bytes = (section: string): Buffer => sections.get(section) ?? Buffer.alloc(0)
  return { code, bytes, text: (section) => bytes(section).toString('utf8'), names: [...sections.keys()] }
}
