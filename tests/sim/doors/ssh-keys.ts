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

export interface NewKeyPair {
  readonly privateKey: string
  /** One line for authorized_keys. */
  readonly publicKey: string
}

/** ssh2 1.17.0 makes about one malformed ed25519 pair in 200 (it drops leading zero bytes): such a pair is thrown away. */
export function newKeyPair(make: () => NewKeyPair = makeKeyPair): NewKeyPair {
  let pair = make()
  while ([pair.privateKey, pair.publicKey].some((text) => ssh2.utils.parseKey(text) instanceof Error)) pair = make()
  return pair
}

function makeKeyPair(): NewKeyPair {
  const pair = ssh2.utils.generateKeyPairSync('ed25519')
  return { privateKey: `${pair.private.trim()}\n`, publicKey: pair.public.trim() }
}

export function newPrivateKey(): string {
  return newKeyPair().privateKey
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
