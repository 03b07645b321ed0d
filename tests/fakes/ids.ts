// Ids that count, so that a run can be repeated; digests are real.
import { createHash } from 'node:crypto'
import type { Ids } from '../../server/app/ports.ts'

export function createFakeIds(prefix = ''): Ids {
  let count = 0
  const counted = (): string => {
    count += 1
    return `${prefix}${count}`
  }
  return {
    next: () => counted().padStart(12, '0'),
    secret: () => createHash('sha256').update(`secret ${counted()}`).digest('hex'),
    digest: (text) => createHash('sha256').update(text).digest('hex'),
  }
}
