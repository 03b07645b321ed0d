// A wire between the appliance and a Spark, as a process of its own that can be stopped: then nothing moves on it, what was connected
// hears nothing, and whoever connects anew waits for an answer to its first packet. Arguments: FROM TO PORT... ; says "ready".
import { connect, createServer } from 'node:net'

const [from = '', to = '', ...ports] = process.argv.slice(2)
for (const port of ports.map(Number)) {
  const server = createServer((near) => {
    const far = connect(port, to)
    for (const socket of [near, far]) socket.setNoDelay(true)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    near.pipe(far)
    far.pipe(near)
  })
  // Few may wait to be let in: while this process stands still, the kernel soon lets nobody in either, as on a cut line.
  await new Promise<void>((resolve) => server.listen({ host: from, port, backlog: 1 }, resolve))
}
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
