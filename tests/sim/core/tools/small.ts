// The small executables of a node: ibdev2netdev, ip, ping, ssh, uvx, hostname.
import { fabricInterface, interfacesOf, rdmaPorts } from '../links.ts'
import { reachOf } from '../node.ts'
import type { Sim, Tool } from '../sim.ts'
import type { ToolCall } from '../types.ts'
import { download } from './hf-download.ts'

export const ibdev2netdev: Tool = async (sim, call, io) => {
  for (const port of rdmaPorts(sim.node(call.node))) io.out(`${port.device} port 1 ==> ${port.name} (${port.up ? 'Up' : 'Down'})\n`)
  return 0
}

/** `ip -o -4 addr show [dev X]` and `ip -4 neigh show dev X`; other families and objects answer nothing. */
export const ip: Tool = async (sim, call, io) => {
  if (call.argv.includes('neigh')) {
    for (const [index, one] of neighboursOf(sim, call).entries()) io.out(`${one} lladdr 02:00:00:00:00:${String(index + 10)} REACHABLE\n`)
    return 0
  }
  if (!call.argv.some((word) => /^a(ddr(ess)?)?$/.test(word)) || call.argv.includes('-6')) return 0
  const wanted = call.argv[call.argv.indexOf('dev') + 1]
  const only = call.argv.includes('dev') ? wanted : undefined
  for (const [index, one] of interfacesOf(sim.node(call.node)).entries()) {
    if (only !== undefined && one.name !== only) continue
    const scope = one.name === 'lo' ? 'host' : 'global'
    io.out(
      `${index + 1}: ${one.name}    inet ${one.address}/${one.prefix} scope ${scope} ${one.name}\\       valid_lft forever preferred_lft forever\n`,
    )
  }
  return 0
}

/** Fabric addresses of the other nodes on the same cable. */
function neighboursOf(sim: Sim, call: ToolCall): readonly string[] {
  if (call.argv[call.argv.indexOf('dev') + 1] !== fabricInterface || (sim.node(call.node).options.links ?? 0) < 2) return []
  const others = sim.nodes.filter((node) => node.name !== call.node && (node.options.links ?? 0) >= 2)
  return others.filter((node) => reachOf(node, sim.clock.now()) === 'up').flatMap((node) => node.fabricAddress ?? [])
}

/** `ping -c 1 -W 2 ADDRESS`: a node on the same cable, or the same network. */
export const ping: Tool = async (sim, call, io) => {
  const host = call.argv.at(-1) ?? ''
  const [from, to] = [sim.node(call.node), sim.nodeAt(host)]
  const wired = to?.fabricAddress !== host || [from, to].every((node) => rdmaPorts(node).some((port) => port.up))
  const seen = to !== undefined && wired && reachOf(to, sim.clock.now()) === 'up'
  io.out(`--- ${host} ping statistics ---\n1 packets transmitted, ${seen ? 1 : 0} received\n`)
  return seen ? 0 : 1
}

/** `ssh [options] [--] HOST true` from one node to another: without a password, unless F5 is on there. */
export const ssh: Tool = async (sim, call, io) => {
  const words = call.argv.filter((word, at) => !word.startsWith('-') && call.argv[at - 1] !== '-o')
  const host = (words[0] ?? '').replace(/^.*@/, '')
  const node = sim.nodeAt(host)
  if (node !== undefined && reachOf(node, sim.clock.now()) === 'up' && !sim.faults.isOn('F5', node.name)) return 0
  io.err(`ssh: connect to host ${host} port 22: Connection refused\n`)
  return 255
}

/** `uvx hf download MODEL`, the only thing it is used for here. */
export const uvx: Tool = async (sim, call, io) => {
  if (call.argv.includes('--version')) {
    io.out('uvx 0.9.9\n')
    return 0
  }
  const words = call.argv.filter((word) => !word.startsWith('-'))
  const at = words.indexOf('download')
  const model = words[at + 1]
  if (at < 0 || model === undefined) return 2
  return await download(sim, sim.node(call.node), model, call.env['HF_TOKEN'], io)
}

export const hostname: Tool = async (_sim, call, io) => {
  io.out(`${call.node}\n`)
  return 0
}
