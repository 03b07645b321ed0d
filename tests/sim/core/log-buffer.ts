// What a container wrote: docker logs reads it, `-f` follows it.

export interface LogBuffer {
  append(text: string): void
  text(): string
  entries(): readonly LogEntry[]
  /** Called with each text as it is written; returns how to stop. */
  follow(listener: (text: string) => void): () => void
}

export interface LogEntry {
  readonly at: number
  readonly text: string
}

export function createLogBuffer(now: () => number): LogBuffer {
  const entries: LogEntry[] = []
  let whole = ''
  const listeners = new Set<(text: string) => void>()
  return {
    append(text) {
      entries.push({ at: now(), text })
      whole += text
      for (const listener of listeners) listener(text)
    },
    text: () => whole,
    entries: () => entries,
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
