// The password's digest: scrypt of node:crypto, 32 MiB and about a quarter of a second each.
// Cost after the OWASP Password Storage Cheat Sheet (scrypt: N=2^15, r=8, p=3).
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import type { Passwords } from '../../app/access-ports.ts'

export interface Cost {
  /** Memory is 128 * N * r bytes; time grows with all three. */
  readonly N: number
  readonly r: number
  readonly p: number
}

const usualCost: Cost = { N: 2 ** 15, r: 8, p: 3 }
/** What a stored digest may ask of this computer, bytes: a damaged row must not take all memory. */
const mostMemory = 256 * 2 ** 20
const digestBytes = 32
const form = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9_-]{16,64})\$([A-Za-z0-9_-]{43})$/

function derived(password: string, salt: Buffer, { N, r, p }: Cost): Promise<Buffer> {
  return new Promise((done, failed) => {
    // Unicode has several spellings of one letter; keyboards differ in which they send.
    scrypt(password.normalize('NFKC'), salt, digestBytes, { N, r, p, maxmem: mostMemory }, (error, key) =>
      error === null ? done(key) : failed(error),
    )
  })
}

interface Kept {
  readonly cost: Cost
  readonly salt: Buffer
  readonly key: Buffer
}

function read(digest: string): Kept | null {
  const [, N, r, p, salt, key] = form.exec(digest) ?? []
  if (salt === undefined || key === undefined) return null
  return { cost: { N: Number(N), r: Number(r), p: Number(p) }, salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') }
}

/** One digest at a time, in the order asked: ten tries at once need no more memory than one. */
export function createPasswords(cost: Cost = usualCost): Passwords {
  const nothing: Kept = { cost, salt: Buffer.alloc(16), key: randomBytes(digestBytes) }
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (password: string, salt: Buffer, of: Cost): Promise<Buffer> => {
    const next = last.then(() => derived(password, salt, of))
    last = next.catch(() => undefined)
    return next
  }
  return {
    async digest(password) {
      const salt = randomBytes(16)
      const key = await inTurn(password, salt, cost)
      return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$')
    },
    async check(password, digest) {
      const kept = (digest === null ? null : read(digest)) ?? nothing
      const isRight = timingSafeEqual(await inTurn(password, kept.salt, kept.cost), kept.key)
      if (!isRight) return 'wrong'
      return kept.cost.N === cost.N && kept.cost.r === cost.r && kept.cost.p === cost.p ? 'right' : 'old'
    },
  }
}
