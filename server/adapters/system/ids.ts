import { createHash, randomBytes, randomInt } from 'node:crypto'
import type { Ids } from '../../app/ports.ts'

const letters = 'abcdefghijklmnopqrstuvwxyz'
const alphabet = `${letters}0123456789`

/** Ids from the system's random source. An id starts with a letter, so it can stand in an HTML id and a file name. */
export function createSystemIds(): Ids {
  return {
    next: () => pick(letters) + Array.from({ length: 11 }, () => pick(alphabet)).join(''),
    secret: () => randomBytes(32).toString('hex'),
    digest: (text) => createHash('sha256').update(text).digest('hex'),
  }
}

function pick(from: string): string {
  return from.charAt(randomInt(from.length))
}
