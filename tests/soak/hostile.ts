// The hostile values of tests/e2e/hostile-values.test.ts, all of them instead of a sample.

import type { Closing } from '../bench/ground.ts'
import { runNode } from './child.ts'
import type { PartOptions } from './parts.ts'
import type { PartResult } from './record.ts'

const defaultCount = 10_000

export async function runHostile(closing: Closing, { seed, count = defaultCount }: PartOptions): Promise<PartResult> {
  const code = await runNode(closing, ['node_modules/vitest/vitest.mjs', 'run', 'tests/e2e/hostile-values.test.ts'], {
    HOSTILE_VALUES: String(count),
    SEED: String(seed),
  })
  return {
    command: `make soak ONLY=hostile SEED=${seed} COUNT=${count}`,
    measured: [
      { what: 'Generated values in every field', target: '10,000', value: String(count), met: count >= defaultCount },
      { what: 'Refused with a sentence or carried byte for byte', target: 'all', value: code === 0 ? 'all' : 'not all', met: code === 0 },
    ],
  }
}
