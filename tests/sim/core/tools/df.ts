// df -kP: the disk of a node, whatever this computer has.
import { diskOf } from '../look.ts'
import type { Tool } from '../sim.ts'

export const df: Tool = async (sim, call, io) => {
  const { totalBytes, freeBytes } = diskOf(sim.node(call.node))
  const [total, free] = [Math.floor(totalBytes / 1024), Math.floor(freeBytes / 1024)]
  const percent = Math.round((100 * (total - free)) / total)
  io.out(
    `Filesystem     1024-blocks      Used Available Capacity Mounted on\n/dev/nvme0n1p2 ${total} ${total - free} ${free} ${percent}% /\n`,
  )
  return 0
}
