// sudo, where the owner of the node installed the one line that allows drop_caches; all else wants a password.
import type { Tool } from '../sim.ts'

const target = 'tee /proc/sys/vm/drop_caches'

/** `sudo -n tee FILE` does it, `sudo -n -l /usr/bin/tee FILE` tells whether it may. */
export const sudo: Tool = async (sim, call, io) => {
  const node = sim.node(call.node)
  const words = call.argv.join(' ')
  if (!node.condition.mayDropCaches || (words !== `-n ${target}` && words !== `-n -l /usr/bin/${target}`)) {
    io.err('sudo: a password is required\n')
    return 1
  }
  if (words.startsWith('-n -l')) {
    io.out(`/usr/bin/${target}\n`)
    return 0
  }
  node.memory.letGo()
  sim.changed()
  io.out('3\n')
  return 0
}
