// Keys: the appliance's own pair, and how a machine's host key is written down.
import { createHash } from 'node:crypto'
import ssh2 from 'ssh2'

export interface KeyPair {
  /** OpenSSH form, unencrypted. */
  readonly privateKey: string
  /** One line for authorized_keys. */
  readonly publicKey: string
}

/**
 * A new ed25519 pair. node:crypto's own export (PKCS8) is not read by ssh2, so ssh2 makes it. About one in 200 of those comes out
 * malformed (ssh2 1.17.0 drops leading zero bytes), which no SSH program reads: such a pair is thrown away.
 */
export function generateKeyPair(make: () => KeyPair = makeKeyPair): KeyPair {
  let pair = make()
  while (!isReadable(pair.privateKey) || !isReadable(pair.publicKey)) pair = make()
  return pair
}

function makeKeyPair(): KeyPair {
  const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'spark-control' })
  return { privateKey: pair.private, publicKey: pair.public.trim() }
}

function isReadable(key: string): boolean {
  return !(ssh2.utils.parseKey(key) instanceof Error)
}

/** A host key as `ssh-keygen -lf` prints it: `SHA256:` and unpadded base64. */
export function fingerprint(hostKey: Buffer): string {
  return `SHA256:${createHash('sha256').update(hostKey).digest('base64').replace(/=+$/, '')}`
}

/** Fingerprint of the public key that belongs to a private one; null where it cannot be read. */
export function publicFingerprint(privateKey: string): string | null {
  const key = ssh2.utils.parseKey(privateKey)
  return key instanceof Error ? null : fingerprint(key.getPublicSSH())
}
