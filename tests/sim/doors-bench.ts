// A world behind a real door, and the system's own ssh client in front of it.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSystemClock } from '../../server/adapters/system/clock.ts'
import { demoNodes } from './core/demo-world.ts'
import type { SimService } from './core/service.ts'
import type { SimNodeOptions, World } from './core/types.ts'
import { createWorld } from './core/world.ts'
import { loopbackAddresses } from './doors/addresses.ts'
import type { Door, DoorMachine, DoorOptions } from './doors/node-site.ts'
import { newKeyPair } from './doors/ssh-keys.ts'

export interface Spoken {
  readonly out: string
  readonly err: string
  readonly code: number | null
}

export interface Bench {
  readonly world: World
  readonly door: Door
  /** Of node 0 or 1. */
  machine(index?: number): DoorMachine
  /** Sends a command; `stdin` is all its input. */
  ssh(command: string, options?: { readonly stdin?: string; readonly index?: number }): Promise<Spoken>
  /** The client itself, to be killed. */
  start(command: string): ChildProcess
  close(): Promise<void>
}

/** As the launcher writes them: doubled braces, a default in its place. */
export const launcherRecipeText = `recipe_version: "1"
name: Example
container: vllm-node
model: example/model
defaults: { port: 8000 }
command: |
  vllm serve example/model --port {port} --speculative-config '{{"method": "mtp"}}'
`

/** Two demo nodes at loopback addresses of their own, a hundred times faster than real ones; `more` of them for two addresses. */
export async function openBench(
  open: (options: DoorOptions) => Promise<Door>,
  {
    timeScale = 0.01,
    more = () => [],
    services = [],
  }: {
    readonly timeScale?: number
    readonly more?: (addresses: readonly string[]) => readonly SimNodeOptions[]
    /** Of the first node. */
    readonly services?: readonly SimService[]
  } = {},
): Promise<Bench> {
  const [one = '', two = '', ...others] = loopbackAddresses(4)
  const clock = createSystemClock({
    onError: (error) => {
      throw error
    },
  })
  const nodes = [...demoNodes([one, two]), ...more(others)].map((node, index) => ({
    ...node,
    services: index === 0 ? services : [],
    launcherRecipes: { 'example.yaml': launcherRecipeText },
  }))
  const world = createWorld({ nodes, clock, timeScale, seed: 7 })
  const folder = mkdtempSync(join(tmpdir(), 'spark-bench-'))
  const pair = newKeyPair()
  const keyFile = join(folder, 'key')
  writeFileSync(keyFile, pair.privateKey, { mode: 0o600 })
  const door = await open({ world, authorizedKeys: [pair.publicKey] })
  const machine = (index = 0): DoorMachine => {
    const found = door.machines[index]
    if (found === undefined) throw new Error(`there is no machine ${index}`)
    return found
  }
  const client = (command: string, index = 0): ChildProcess => {
    const { user, address, port } = machine(index)
    return spawn('ssh', [...clientOptions(keyFile), '-p', String(port), `${user}@${address}`, command], { stdio: 'pipe' })
  }
  return {
    world,
    door,
    machine,
    ssh: (command, { stdin = '', index = 0 } = {}) => listenTo(client(command, index), stdin),
    start: client,
    async close() {
      await door.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const clientOptions = (keyFile: string): readonly string[] => [
  '-F/dev/null',
  `-i${keyFile}`,
  ...['BatchMode=yes', 'IdentitiesOnly=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'].map(
    (one) => `-o${one}`,
  ),
]

function listenTo(child: ChildProcess, stdin: string): Promise<Spoken> {
  let out = ''
  let err = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  // A node that loses its power hangs up before it has read everything.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(stdin)
  return new Promise((resolve) => child.on('close', (code) => resolve({ out, err, code })))
}

/** Waits in real time; throws with `what` after `limitMs`. */
export async function until(what: string, done: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const end = Date.now() + limitMs
  while (!(await done())) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
