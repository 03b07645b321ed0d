// Following a machine's memory: one channel of its connection, open for as long as somebody follows.
import { randomBytes } from 'node:crypto'
import type { StreamSparks } from '../../app/stream-ports.ts'
import type { Connections } from './connections.ts'
import { createLineReader } from './memory-stream-answer.ts'
import { memoryStreamScript } from './scripts/memory-stream.ts'

/** The loop is told that somebody listens with every so many of its readings: about once a minute. */
const wordEvery = 60

export function createMemoryStream(connections: Connections, now: () => number): StreamSparks {
  return {
    followMemory(machine, onReading, signal) {
      const token = randomBytes(16).toString('hex')
      let count = 0
      let due = false
      const reader = createLineReader(token, now, (reading) => {
        count += 1
        due ||= count % wordEvery === 0
        onReading(reading)
      })
      return connections.of(machine).follow(memoryStreamScript(token), signal, (chunk, say) => {
        const isFine = reader.take(chunk)
        if (due) say('\n')
        due = false
        return isFine
      })
    },
  }
}
