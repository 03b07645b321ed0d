// rsync between two nodes, as a copy of one version of a model uses it: run in the model's folder, to the folder of the same name.
import type { Tool } from '../sim.ts'
import { copyTo } from './hf-download.ts'

/** What rsync says of a connection that never came up or broke. */
const broken = 255

export const rsync: Tool = async (sim, call, io) => {
  const node = sim.node(call.node)
  const [, host = '', path = ''] = /^[^@]+@([^:]+):(.*)$/.exec(call.argv.at(-1) ?? '') ?? []
  const folder = path.split('/').find((part) => part.startsWith('models--')) ?? ''
  const model = node.models.get(folder.slice('models--'.length).replace('--', '/'))
  // The word which version loads by name lies in the simulated model itself.
  if (call.argv.includes('refs/main')) return 0
  if (model !== undefined && (await copyTo(sim, node, model, host, io))) return 0
  io.err('rsync error: unexplained error (code 255) at io.c(232) [sender=3.2.7]\n')
  return broken
}
