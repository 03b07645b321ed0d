// Host keys of the simulated machines, kept with the data: a second demo on the same data meets machines it knows.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { newPrivateKey } from '../../tests/sim/doors/ssh-keys.ts'

export function keptHostKeys(file: string, nodes: readonly string[]): Readonly<Record<string, string>> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
  const keys = Object.fromEntries(nodes.map((node) => [node, newPrivateKey()]))
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 })
  return keys
}
