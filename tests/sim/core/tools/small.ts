// The small executables of a node: ibdev2netdev, ip, ssh, git, uvx, hostname.
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

/** `ssh [options] [--] HOST true` from one node to another: without a password, unless F5 is on there. */
export const ssh: Tool = async (sim, call, io) => {
  const words = call.argv.filter((word, at) => !word.startsWith('-') && call.argv[at - 1] !== '-o')
  const host = (words[0] ?? '').replace(/^.*@/, '')
  const node = sim.nodeAt(host)
  if (node !== undefined && reachOf(node, sim.clock.now()) === 'up' && !sim.faults.isOn('F5', node.name)) return 0
  io.err(`ssh: connect to host ${host} port 22: Connection refused\n`)
  return 255
}

/** `git -C DIR log -1 --format=...` for the launcher's checkout. */
export const git: Tool = async (sim, call, io) => {
  const { launcher } = sim.node(call.node)
  const folder = call.argv[call.argv.indexOf('-C') + 1]
  const from = call.argv.includes('-C') ? folder : call.cwd
  if (launcher === null || from === undefined || !(from === launcher.path || from.startsWith(`${launcher.path}/`))) {
    io.err('fatal: not a git repository (or any of the parent directories): .git\n')
    return 128
  }
  const hash = launcher.commit.padEnd(40, '0')
  const format = call.argv.map((word) => /^--(?:format|pretty)=(?:t?format:)?([\s\S]*)$/.exec(word)?.[1]).find((one) => one !== undefined)
  if (call.argv.includes('rev-parse')) io.out(`${call.argv.includes('--short') ? launcher.commit : hash}\n`)
  else if (format !== undefined)
    io.out(
      `${fill(format, { '%H': hash, '%h': launcher.commit, '%cs': launcher.date, '%as': launcher.date, '%cI': `${launcher.date}T12:00:00+00:00`, '%ct': String(Date.parse(`${launcher.date}T12:00:00Z`) / 1000) })}\n`,
    )
  return 0
}

const fill = (format: string, values: Readonly<Record<string, string>>): string =>
  format.replace(/%(?:cs|cI|ct|as|H|h)/g, (name) => values[name] ?? name)

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

/** `sudo -n tee /proc/sys/vm/drop_caches`, where the owner of the node installed the line that allows it; all else wants a password. */
export const sudo: Tool = async (sim, call, io) => {
  const node = sim.node(call.node)
  if (node.options.mayDropCaches !== true || call.argv.join(' ') !== '-n tee /proc/sys/vm/drop_caches') {
    io.err('sudo: a password is required\n')
    return 1
  }
  node.memory.letGo()
  sim.changed()
  io.out('3\n')
  return 0
}
