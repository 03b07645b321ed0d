// Many simulated Sparks as a process of their own, so that their work is not taken for the appliance's. Told what to do over IPC.
import { createSystemClock } from '../../server/adapters/system/clock.ts'
import { gptOss, qwen3Small } from '../sim/core/demo-models.ts'
import { createWorld } from '../sim/core/world.ts'
import { loopbackAddresses } from '../sim/doors/addresses.ts'
import type { Door } from '../sim/doors/node-site.ts'
import { openReplayDoor } from './replay-door.ts'

export type FleetOrder = 'count' | 'stop' | { readonly authorize: string }
export type FleetSaid = { readonly machines: Door['machines'] } | { readonly answered: number }

/** Something serves on every so many, as it would where each has its own work. */
const servingEach = 10

const [count = '', dir = ''] = process.argv.slice(2)
const clock = createSystemClock({ onError: (error) => console.error(error) })
const nodes = loopbackAddresses(Number(count)).map((address, at) => ({
  name: `spark-${at + 1}`,
  address,
  era: 'E3' as const,
  images: ['vllm-node'],
  models: [qwen3Small, gptOss],
  isServing: at % servingEach === 0,
}))
const world = createWorld({ nodes, clock, timeScale: 0.01, seed: 5 })
for (const node of nodes.filter((one) => one.isServing)) {
  const command = ['vllm', 'serve', qwen3Small.repo, '--port', '8000']
  world.startForeign(node.name, { name: 'by-hand', image: 'vllm-node', command })
}
const say = (said: FleetSaid): void => void process.send?.(said)
const door = await openReplayDoor(world, dir)

process.on('message', (order: FleetOrder) => {
  if (order === 'count') say({ answered: door.answered() })
  else if (order === 'stop') void door.stop().then(() => process.disconnect())
  else door.authorize(order.authorize)
})
// Whoever started us is gone: nobody would end us later.
process.on('disconnect', () => process.exit(0))
say({ machines: door.machines })
