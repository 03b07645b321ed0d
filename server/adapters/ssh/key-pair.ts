// Keys: the appliance's own pair, and how a machine's host key is written down.
import { createHash } from 'node:crypto'
import ssh2 from 'ssh2'

export interface KeyPair {
  /** OpenSSH form, unencrypted. */
  readonly privateKey: string
  /** One line for authorized_keys. */
  readonly publicKey: string
}

/** A new ed25519 pair. node:crypto's own export (PKCS8) is not read by ssh2, so ssh2 makes it. */
export function generateKeyPair(): KeyPair {
  const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'spark-control' })
  return { privateKey: pair.private, publicKey: pair.public.trim() }
}

/** A host key as `ssh-keygen -lf` prints it: `SHA256:` and unpadded base64. */
export function fingerprint(hostKey: Buffer): string {
  return `SHA256:${createHash('sha256').update(hostKey).digest('base64').replace(/=+$/, '')}`
}
