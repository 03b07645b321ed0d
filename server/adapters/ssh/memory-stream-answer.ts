// The lines of a memory stream as readings. A line that is torn, or that is not ours, says nothing.
import type { MemoryReading } from '../../domain/memory-reading.ts'
import { fieldMark } from './scripts/memory-stream.ts'

/** A line of ours has some 400 bytes; more than this without an end is none. */
const longestLine = 16 * 1024
/** Of what is not ours so much is passed over between two readings: banners, not floods. */
const mostNoise = 256 * 1024

export interface LineReader {
  /** Takes what arrived; false: it never ends, and nothing of it is ours. */
  take(chunk: Buffer): boolean
}

export function createLineReader(token: string, now: () => number, onReading: (reading: MemoryReading) => void): LineReader {
  let rest = ''
  let noise = 0
  return {
    take(chunk) {
      noise += chunk.length
      const lines = (rest + chunk.toString('latin1')).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const reading = readLine(line, token, now())
        if (reading === null) continue
        noise = 0
        onReading(reading)
      }
      return rest.length <= longestLine && noise <= mostNoise
    },
  }
}

function readLine(line: string, token: string, at: number): MemoryReading | null {
  if (!line.startsWith(token)) return null
  const [begin, number, bootId = '', up = '', memory = '', pressure = '', kills = '', end, ...more] = line.split(fieldMark)
  if (begin !== token || number !== end || more.length > 0) return null
  const kibibytes = (name: string): number | null => figure(new RegExp(`${name}:\\s+(\\d+) kB`).exec(memory)?.[1])
  const [total, available, free] = [kibibytes('MemTotal'), kibibytes('MemAvailable'), kibibytes('MemFree')]
  const [sequence, uptime] = [figure(number), figure(up)]
  if (sequence === null || uptime === null || total === null || available === null || free === null) return null
  return {
    at,
    sequence,
    uptimeMs: Math.round(uptime * 1000),
    bootId,
    totalBytes: total * 1024,
    availableBytes: available * 1024,
    freeBytes: free * 1024,
    some: figure(/some avg10=([\d.]+)/.exec(pressure)?.[1]),
    full: figure(/full avg10=([\d.]+)/.exec(pressure)?.[1]),
    kills: figure(/^oom_kill (\d+)$/.exec(kills)?.[1]),
  }
}

function figure(text: string | undefined): number | null {
  const value = text === undefined || text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : null
}
