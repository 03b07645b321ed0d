// The lines a vLLM writes, in its own wording. Pure: the time and the pids are given.

export type Level = 'INFO' | 'WARNING' | 'ERROR'

/** Who speaks: the API server, the engine core, or a worker of some rank. */
export interface Speaker {
  readonly name: string
  readonly pid: number
}

const two = (value: number): string => String(value).padStart(2, '0')

/** MM-DD HH:MM:SS as vLLM stamps its lines (UTC inside the container). */
export function stamp(at: number): string {
  const date = new Date(at)
  const day = `${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
}

export function logLine(speaker: Speaker, level: Level, at: number, where: string, text: string): string {
  return `(${speaker.name} pid=${speaker.pid}) ${level} ${stamp(at)} [${where}] ${text}\n`
}

const clock = (seconds: number): string => `${two(Math.floor(seconds / 60))}:${two(Math.floor(seconds % 60))}`

/** One redraw of the weights bar; it ends with \r, the last one with \n. */
export function shardBar(speaker: Speaker, done: number, total: number, seconds: number): string {
  const percent = String(Math.floor((done / total) * 100)).padStart(3)
  const each = done === 0 ? 0 : seconds / done
  const rest = done === 0 ? '?' : clock(each * (total - done))
  const pace = done === 0 ? '?it/s' : `${each.toFixed(2).padStart(5)}s/it`
  const bar = `Loading safetensors checkpoint shards: ${percent}% Completed | ${done}/${total} [${clock(seconds)}<${rest}, ${pace}]`
  return `${done === 0 ? `(${speaker.name} pid=${speaker.pid}) ` : ''}${bar}${done === total ? '\n' : '\r'}`
}

const blocks = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** One redraw of the CUDA graph bar. */
export function graphBar(done: number, total: number, seconds: number): string {
  const share = done / total
  const eighths = Math.floor(share * 80)
  const drawn = `${'█'.repeat(Math.floor(eighths / 8))}${blocks[eighths % 8]}`.padEnd(10)
  const percent = String(Math.floor(share * 100)).padStart(3)
  const pace = done === 0 ? '?it/s' : `${(done / Math.max(0.01, seconds)).toFixed(2)}it/s`
  const rest = done === 0 ? '?' : clock((seconds / done) * (total - done))
  return `Capturing CUDA graphs (FULL): ${percent}%|${drawn}| ${done}/${total} [${clock(seconds)}<${rest}, ${pace}]${done === total ? '\n' : '\r'}`
}

const gib = 1024 ** 3

/** 74.9 for bytes: GiB with one decimal, as vLLM prints them. */
export const gibText = (bytes: number, digits = 1): string => (bytes / gib).toFixed(digits)

export function freeMemoryText(freeBytes: number, totalBytes: number, share: number): string {
  return `Free memory on device cuda:0 (${gibText(freeBytes)}/${gibText(totalBytes)} GiB) on startup is less than desired GPU memory utilization (${share}, ${gibText(share * totalBytes)} GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.`
}

/** What the API server says when the engine did not come up. */
export const engineInitText = 'RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}'
