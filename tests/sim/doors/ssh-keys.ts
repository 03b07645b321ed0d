// Keys of the simulated machines' SSH side.
import { createHash } from 'node:crypto'
import ssh2, { type ParsedKey } from 'ssh2'

export interface HostKey {
  /** In OpenSSH form. */
  readonly privateKey: string
  /** As `ssh-keygen -l` writes it: SHA256:... */
  readonly fingerprint: string
}

/** The key a node was known by before, or a new one. */
export function hostKeyOf(node: string, known: Readonly<Record<string, string>> = {}): HostKey {
  const privateKey = known[node] ?? newPrivateKey()
  const digest = createHash('sha256').update(parseKey(privateKey).getPublicSSH()).digest('base64')
  return { privateKey, fingerprint: `SHA256:${digest.replace(/=+$/, '')}` }
}

export function newPrivateKey(): string {
  return `${ssh2.utils.generateKeyPairSync('ed25519').private.trim()}\n`
}

/** A private key, or a line of authorized_keys. */
export function parseKey(text: string): ParsedKey {
  const parsed = ssh2.utils.parseKey(text)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (key === undefined || key instanceof Error) throw new Error('this is not a key')
  return key
}

/** The line of authorized_keys that lets the holder of this private key in. */
export function publicLine(privateKey: string): string {
  const key = parseKey(privateKey)
  return `${key.type} ${key.getPublicSSH().toString('base64')}`
}
