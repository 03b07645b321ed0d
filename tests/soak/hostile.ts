// The tests of tests/hostile with all values instead of a sample.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Closing, openFolder } from '../bench/ground.ts'
import { runNode } from './child.ts'
import type { PartOptions } from './parts.ts'
import type { PartResult } from './record.ts'

const target = 10_000

/** What vitest's JSON says. */
interface Told {
  readonly numTotalTests: number
  readonly numPassedTests: number
}

export async function runHostile(closing: Closing, { seed, count = target }: PartOptions): Promise<PartResult> {
  const file = join(openFolder(closing), 'told.json')
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    'tests/hostile',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]
  const code = await runNode(closing, args, { HOSTILE: String(count), SEED: String(seed) })
  const told = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Told) : { numTotalTests: 0, numPassedTests: 0 }
  const held = code === 0 && told.numTotalTests > 0 && told.numPassedTests === told.numTotalTests
  return {
    command: `make soak ONLY=hostile SEED=${seed} COUNT=${count}`,
    measured: [
      { what: 'Generated values in every field', target: '10,000', value: count.toLocaleString('en-US'), met: count >= target },
      {
        what: 'Refused with a sentence, or carried byte for byte',
        target: 'all',
        value: `${told.numPassedTests} of ${told.numTotalTests} tests hold, each with all values of its fields`,
        met: held,
      },
    ],
  }
}
