// Which nodes a launch takes: interface detection, the node list, and trimming by the parallelism of the command.
import { fabricInterface, interfacesOf, rdmaPorts } from '../links.ts'
import { reachOf, type SimNode } from '../node.ts'
import type { Sim } from '../sim.ts'
import type { ToolIo } from '../types.ts'
import type { LauncherFlags } from './launcher-flags.ts'

export interface Member {
  readonly address: string
  /** undefined: no node has that address. */
  readonly node: SimNode | undefined
}

export interface Crew {
  readonly solo: boolean
  readonly head: Member
  readonly workers: readonly Member[]
}

/** A number is the exit code of a launch that ends here, its error already told. */
export async function detectCrew(sim: Sim, node: SimNode, flags: LauncherFlags, io: ToolIo): Promise<Crew | number> {
  const dotenv = node.era === 'E1' ? {} : (node.options.dotenv ?? {})
  const say = (line: string): void => io.out(`${line}\n`)
  if (flags.solo) {
    say('Solo mode enabled. Skipping node detection.')
    return { solo: true, head: { address: dotenv['LOCAL_IP'] ?? '127.0.0.1', node }, workers: [] }
  }
  const local = localAddress(sim, node, flags, dotenv, say)
  if (local === null) return 1
  const listed = flags.nodes ?? dotenv['CLUSTER_NODES'] ?? null
  const addresses = listed === null ? await scan(sim, node, local, io) : listed.split(',').map((one) => one.trim())
  if (!addresses.includes(local)) {
    say(`Error: Local IP (${local}) is not in the list of nodes (${addresses.join(',')}).`)
    return 1
  }
  const workers = addresses.filter((one) => one !== local).map((address) => ({ address, node: sim.nodeAt(address) }))
  if (workers.length > 0) return { solo: false, head: { address: local, node }, workers }
  if (flags.ray || flags.noRay) {
    say(`Error: ${flags.ray ? '--ray' : '--no-ray'} cannot be used with a single node.`)
    return 1
  }
  say('Only local node detected/configured. Activating solo mode (no Ray cluster).')
  return { solo: true, head: { address: local, node }, workers: [] }
}

function localAddress(
  sim: Sim,
  node: SimNode,
  flags: LauncherFlags,
  dotenv: Readonly<Record<string, string>>,
  say: (line: string) => void,
): string | null {
  const ethIf = flags.ethIf ?? dotenv['ETH_IF'] ?? null
  const known = ethIf !== null && (flags.ibIf ?? dotenv['IB_IF']) !== undefined
  if (!known && !detectPorts(sim, node, say)) return null
  const first = (ethIf ?? fabricInterface).split(',')[0]
  const address = dotenv['LOCAL_IP'] ?? interfacesOf(node).find((one) => one.name === first)?.address ?? null
  if (address === null) say(`Error: Could not determine the IP address of interface ${first}.`)
  else if (!known) say(`  Detected Local IP: ${address} (${address.replace(/\d+$/, '0')}/24)`)
  return address
}

function detectPorts(sim: Sim, node: SimNode, say: (line: string) => void): boolean {
  say('Auto-detecting interfaces...')
  const up = rdmaPorts(node).filter((port) => port.up)
  const count = sim.faults.strike('F25', node.name) === null ? up.length : 3
  if (count === 0) say('Error: No active IB interfaces found.')
  else if (count !== 2 && count !== 4)
    say(`Error: Unexpected number of active CX7 interfaces (${count}). Expected 2 (non-mesh) or 4 (mesh).`)
  if (count !== 2 && count !== 4) return false
  say(count === 2 ? '  Non-mesh mode: 2 CX7 interfaces active.' : '  Mesh mode: all 4 CX7 interfaces active.')
  say(`  Detected IB_IF: ${up.map((port) => port.device).join(',')}`)
  say(`  Detected ETH_IF: ${fabricInterface}`)
  return true
}

async function scan(sim: Sim, node: SimNode, local: string, io: ToolIo): Promise<readonly string[]> {
  io.out(`Auto-detecting nodes on ${local.replace(/\d+$/, '0')}/24 (checking for NVIDIA GB10)...\n`)
  await sim.wait(node, 2_500, io.signal)
  const peers = sim.nodes.filter((one) => one !== node && one.fabricAddress !== null && reachOf(one, sim.clock.now()) === 'up')
  for (const peer of peers) io.out(`  Found GB10 peer: ${peer.fabricAddress}\n`)
  const addresses = [local, ...peers.flatMap((peer) => peer.fabricAddress ?? [])]
  io.out(`  Cluster Nodes: ${addresses.join(',')}\n`)
  return addresses
}

const degrees: readonly (readonly [string, RegExp])[] = [
  ['tp', /^(?:-tp|--tensor-parallel-size)(?:=(.*))?$/],
  ['pp', /^(?:-pp|--pipeline-parallel-size)(?:=(.*))?$/],
  ['dp', /^(?:-dp|--data-parallel-size)(?:=(.*))?$/],
]

/** Fewer nodes when the command needs fewer; null when it needs more than there are. Without a flag all nodes are used (R7). */
export function trimCrew(crew: Crew, words: readonly string[], say: (line: string) => void): Crew | null {
  const found = degrees.map(([name, pattern]) => [name, degreeOf(words, pattern)] as const)
  if (found.every(([, value]) => value === null)) return crew
  const needed = found.reduce((product, [, value]) => product * (value ?? 1), 1)
  const total = crew.workers.length + 1
  const shown = found.map(([name, value]) => `${name}=${value ?? 1}`).join(' * ')
  if (needed > total) {
    say(`Error: Command requires ${needed} nodes (${shown}) but only ${total} node(s) are configured.`)
    return null
  }
  if (needed === total) return crew
  say(`Note: Command requires ${needed} node(s) (${shown}); using ${needed} of ${total} configured nodes.`)
  return { ...crew, workers: crew.workers.slice(0, needed - 1) }
}

function degreeOf(words: readonly string[], pattern: RegExp): number | null {
  for (const [index, word] of words.entries()) {
    const match = pattern.exec(word)
    if (match !== null) return Number(match[1] ?? words[index + 1] ?? '1')
  }
  return null
}
