// A process inside a container. It holds memory while it lives and gives it back over a few seconds when it ends.
import type { ServiceFace } from './service.ts'
import type { VllmArgs } from './vllm-args.ts'

export type VllmPhase = 'imports' | 'weights' | 'compile' | 'graphs' | 'ready'

/** What is special about a process that is a vLLM (or a rank of one). */
export interface VllmFace {
  readonly args: VllmArgs
  phase: VllmPhase
  wedged: boolean
  readySince: number | null
  /** The machine takes its memory back. */
  killBySystem(): void
}

export interface SimProcess {
  readonly pid: number
  /** argv joined with spaces, as ps shows it. */
  readonly title: string
  readonly startedAt: number
  heldBytes: number
  vllm: VllmFace | null
  service: ServiceFace | null
  exitCode: number | null
  /** Resolves with the exit code. */
  readonly ended: Promise<number>
  /** Ends it at once with this exit code (137 after KILL, 143 after TERM). */
  kill(exitCode: number): void
}

export interface Birth {
  readonly pid: number
  readonly title: string
  readonly now: number
  /** The program; a rejection after the signal was aborted is a kill. */
  readonly program: (process: SimProcess, signal: AbortSignal) => Promise<number>
  readonly onEnd: (process: SimProcess) => void
}

export function createProcess(birth: Birth): SimProcess {
  const life = new AbortController()
  let killedWith: number | null = null
  let finish: (code: number) => void = () => {}
  const process: SimProcess = {
    pid: birth.pid,
    title: birth.title,
    startedAt: birth.now,
    heldBytes: 0,
    vllm: null,
    service: null,
    exitCode: null,
    ended: new Promise<number>((resolve) => {
      finish = resolve
    }),
    kill(exitCode) {
      if (process.exitCode !== null) return
      killedWith = exitCode
      end(exitCode)
      life.abort(new Error('killed'))
    },
  }
  const end = (code: number): void => {
    if (process.exitCode !== null) return
    process.exitCode = code
    birth.onEnd(process)
    finish(code)
  }
  birth.program(process, life.signal).then(end, (error: unknown) => {
    if (killedWith === null) throw error
  })
  return process
}

/** Never resolves; rejects when aborted: what a server does once it serves. */
export function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
