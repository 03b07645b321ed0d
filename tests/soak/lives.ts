// Whole lives in virtual time, by `make simulate`: its record becomes a part of this one.
import type { Closing } from '../bench/ground.ts'
import { runNode } from './child.ts'
import type { PartOptions } from './parts.ts'
import type { PartResult } from './record.ts'

export async function runLives(closing: Closing, { seed, count = 100_000 }: PartOptions): Promise<PartResult> {
  const code = await runNode(closing, ['scripts/simulate.ts'], { LIVES: String(count), SEED: String(seed) })
  return {
    command: `make soak ONLY=lives SEED=${seed} COUNT=${count}`,
    measured: [{ what: 'Lives', target: '100,000', value: String(count), met: code === 0 }],
  }
}
