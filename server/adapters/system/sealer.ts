// Secrets at rest: AES-256-GCM (NIST SP 800-38D) with a key of this appliance, in a file of its own.
//
// Sealed: `v1.<key>.<nonce>.<text and tag>`, each base64url. <key> is the beginning of the key's digest: it tells a secret of another
// key from a damaged one. The place that a secret belongs to is authenticated with it, so a row moved to another place does not open.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Log } from '../../app/ports.ts'
import type { Sealer } from '../../app/sealing-ports.ts'
import { SparkError } from '../../contract/errors.ts'
import { failureCode, failureWord } from '../../domain/failure-code.ts'

const cipher = 'aes-256-gcm'
const format = 'v1'
const keyBytes = 32
/** 96 bits, drawn anew for every sealing: no two of the few thousand sealings of an appliance's life will share one. */
const nonceBytes = 12
const tagBytes = 16
/** Answers of a file system without hard links. */
const noLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])
const noRoom: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const keyForm = /^[0-9a-f]{64}$/

export interface SealerNeeds {
  /** The key's file. Made at the first sealing, once, and never written again. */
  readonly path: string
  readonly log: Pick<Log, 'warn'>
}

interface Key {
  readonly bytes: Buffer
  readonly name: string
}

export function createSealer({ path, log }: SealerNeeds): Sealer {
  let held: Key | null = null
  let told = ''

  const warnOnce = (why: string): void => {
    if (told !== why) log.warn('a secret cannot be opened and must be entered again', { file: path, why })
    told = why
  }

  /** The key by this name: the one in hand, else what lies there now, which the owner may have put back. */
  const keyNamed = (name: string): Key => {
    if (held?.name !== name) held = readKey(path) ?? held
    if (held === null) throw new RangeError('the key file is missing')
    if (held.name !== name) throw new RangeError(`sealed with the key ${name}, not with ${held.name}`)
    return held
  }

  return {
    seal(what, text) {
      // Read again each time: a key that is only in memory would be gone with this process, and with it what it sealed.
      const key = readKey(path) ?? keepKey(path, held?.bytes ?? randomBytes(keyBytes))
      held = key
      const nonce = randomBytes(nonceBytes)
      const making = createCipheriv(cipher, key.bytes, nonce, { authTagLength: tagBytes })
      making.setAAD(placeOf(what))
      const sealed = Buffer.concat([making.update(text, 'utf8'), making.final(), making.getAuthTag()])
      return [format, key.name, nonce.toString('base64url'), sealed.toString('base64url')].join('.')
    },
    open(what, sealed) {
      try {
        const [version, name, nonce, body, ...more] = sealed.split('.')
        const known = version === format && name !== undefined && nonce !== undefined && body !== undefined && more.length === 0
        if (!known) throw new RangeError('not in a known form')
        return opened(keyNamed(name).bytes, what, Buffer.from(nonce, 'base64url'), Buffer.from(body, 'base64url'))
      } catch (error) {
        warnOnce(error instanceof Error ? error.message : String(error))
        return null
      }
    },
  }
}

const placeOf = (what: string): Buffer => Buffer.from(`spark-control ${format} ${what}`, 'utf8')

function opened(key: Buffer, what: string, nonce: Buffer, body: Buffer): string {
  if (nonce.length !== nonceBytes || body.length < tagBytes) throw new RangeError('cut short')
  const reading = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes })
  reading.setAAD(placeOf(what))
  reading.setAuthTag(body.subarray(-tagBytes))
  return Buffer.concat([reading.update(body.subarray(0, -tagBytes)), reading.final()]).toString('utf8')
}

function keyOf(bytes: Buffer): Key {
  return { bytes, name: createHash('sha256').update(bytes).digest('base64url').slice(0, 8) }
}

function readKey(path: string): Key | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
    chmodSync(path, 0o600)
  } catch (cause) {
    if (failureCode(cause) === 'ENOENT') return null
    throw new SparkError('sealing_key_unusable', { file: path, why: `it cannot be read (${failureWord(cause)})` }, { cause })
  }
  if (!keyForm.test(text)) throw new SparkError('sealing_key_unusable', { file: path, why: 'it does not hold a key of 64 hex digits' })
  return keyOf(Buffer.from(text, 'hex'))
}

/** Appears under its name whole and synced, or not at all; one that was made there meanwhile is taken instead. */
function keepKey(path: string, bytes: Buffer): Key {
  const making = `${path}.${randomBytes(4).toString('hex')}.new`
  try {
    const file = openSync(making, 'wx', 0o600)
    try {
      writeSync(file, `${bytes.toString('hex')}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    appear(making, path)
    syncFolder(dirname(path))
  } catch (cause) {
    const code = failureWord(cause)
    const other = code === 'EEXIST' ? readKey(path) : null
    if (other !== null) return other
    if (noRoom.has(code)) throw new SparkError('storage_full', {}, { cause })
    throw new SparkError('sealing_key_unusable', { file: path, why: `it cannot be made (${code})` }, { cause })
  } finally {
    rmSync(making, { force: true })
  }
  return keyOf(bytes)
}

/** A link never replaces what is there. File systems without links get a rename: the database's lock keeps a second process out. */
function appear(making: string, path: string): void {
  try {
    linkSync(making, path)
  } catch (error) {
    if (!noLinks.has(failureCode(error))) throw error
    renameSync(making, path)
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
