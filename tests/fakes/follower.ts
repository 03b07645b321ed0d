// An appliance that only follows a machine's memory, as a process of its own that a test may kill. Told what to follow on its input.
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import type { Machine } from '../../server/domain/machine.ts'
import { createFakeLog } from './log.ts'

let told = ''
for await (const chunk of process.stdin) told += String(chunk)
const { machine, privateKey } = JSON.parse(told) as { readonly machine: Machine; readonly privateKey: string }
const sparks = createSparks({ privateKey: () => privateKey, log: createFakeLog() })
await sparks.followMemory(machine, (reading) => void process.stdout.write(`reading ${reading.sequence}\n`), new AbortController().signal)
