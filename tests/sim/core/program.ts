// What a command line inside a container turns into: a vLLM, a sleep, a part of Ray, or "command not found".
import type { SimContainer } from './container.ts'
import type { SimNode } from './node.ts'
import { forever, type SimProcess } from './process.ts'
import { runService } from './service.ts'
import { splitWords } from './shell-words.ts'
import type { Sim } from './sim.ts'
import { serve } from './vllm.ts'
import { parseServe } from './vllm-args.ts'

export interface Place {
  readonly sim: Sim
  readonly node: SimNode
  readonly container: SimContainer
  readonly words: readonly string[]
  readonly viaShell: boolean
  /** Where short commands write; an engine writes to the container's log. */
  readonly write: (text: string) => void
  /** An engine that has long been loaded. */
  readonly grown: boolean
}

type Program = (self: SimProcess, signal: AbortSignal) => Promise<number>

/** `bash -c TEXT` is the command in TEXT: the shell execs its only command. */
export function unwrapShell(words: readonly string[]): { words: readonly string[]; viaShell: boolean } {
  const text = words[2]
  const isShell = /(^|\/)(ba|da)?sh$/.test(words[0] ?? '') && /^-[il]*c$/.test(words[1] ?? '')
  return isShell && text !== undefined ? { words: splitWords(text), viaShell: true } : { words, viaShell: false }
}

const quick: Readonly<Record<string, (words: readonly string[]) => { text: string; code: number }>> = {
  true: () => ({ text: '', code: 0 }),
  ':': () => ({ text: '', code: 0 }),
  false: () => ({ text: '', code: 1 }),
  echo: (words) => ({ text: `${words.slice(1).join(' ')}\n`, code: 0 }),
}

/** The program for a place. */
export function createProgram(place: Place): Program {
  const { sim, node, container, words, grown } = place
  const name = words[0] ?? ''
  const { service } = container
  if (service !== null && container.processes.length === 0)
    return (self, signal) => runService({ sim, node, container, service, grown }, self, signal)
  const args = parseServe(words)
  if (args !== null) return (self, signal) => serve({ sim, node, container, self, args, grown, signal })
  if (name === 'sleep') {
    const seconds = Number(words[1])
    return (_, signal) => (Number.isFinite(seconds) ? sim.wait(node, seconds * 1000, signal).then(() => 0) : forever(signal))
  }
  if (name.startsWith('ray::') || name === 'earlyoom' || name === 'ray' || name === 'python3' || name === 'python')
    return (_, signal) => forever(signal)
  return async () => {
    // A turn later, so that whoever started it can listen first.
    await Promise.resolve()
    const known = quick[name]?.(words)
    if (known !== undefined) {
      if (known.text !== '') place.write(known.text)
      return known.code
    }
    place.write(notFound(name, place.viaShell))
    return 127
  }
}

function notFound(name: string, viaShell: boolean): string {
  return viaShell
    ? `bash: line 1: ${name}: command not found\n`
    : `OCI runtime exec failed: exec failed: unable to start container process: exec: "${name}": executable file not found in $PATH: unknown\n`
}
