import ssh2 from 'ssh2'
import { expect, it } from 'vitest'
import { generateKeyPair } from '../../server/adapters/ssh/key-pair.ts'

it('makes a pair that SSH programs read, with a line for authorized_keys', () => {
  const { privateKey, publicKey } = generateKeyPair()
  const key = ssh2.utils.parseKey(privateKey)
  if (key instanceof Error) throw key
  expect(publicKey).toBe(`ssh-ed25519 ${key.getPublicSSH().toString('base64')} spark-control`)
})

it('throws malformed pairs away, as the library sometimes makes them', () => {
  const whole = generateKeyPair()
  const malformed = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n'
  const made = [{ ...whole, privateKey: malformed }, { ...whole, publicKey: 'ssh-ed25519 AAAA spark-control' }, whole]
  let calls = 0
  const pair = generateKeyPair(() => {
    calls += 1
    return made[calls - 1] ?? whole
  })
  expect(ssh2.utils.parseKey(malformed)).toBeInstanceOf(Error)
  expect(pair).toEqual(whole)
  expect(calls).toBe(3)
})
