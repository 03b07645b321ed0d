// Stands in the world, not in the appliance: sees every launch, every stop, what serves and who can be reached, whatever is said of it.
import type { JobOrder } from '../../../server/app/ports.ts'
import type { Serve, ToolCall, World } from '../core/types.ts'
import type { MemorySparks } from '../doors/memory.ts'

export interface Launch {
  readonly call: ToolCall
  readonly nodes: readonly string[]
  readonly containerName: string
  /** Launchers alive, this one counted. */
  readonly alive: number
}

export interface Told {
  /** A launcher begins. */
  launch(launch: Launch): void
  /** A tool that ends containers is called with these names. */
  touch(call: ToolCall, names: readonly string[]): void
  /** A job of an appliance begins its tool on a node. */
  job(node: string, order: JobOrder): void
}

export interface Watchman {
  /** Called after every small step. */
  look(): void
  /** Was this name served at this address and port at a moment within the last `ms`? */
  servedLately(url: string, name: string, ms: number): boolean
  servesNow(address: string, port: number, name: string): Serve | undefined
  /** How long the node has been out of reach without a break, ms; 0 when it can be reached. */
  awayFor(node: string): number
  /** How long it could be reached, and nothing disturbed what is known of it, ms. */
  calmFor(node: string): number
  /** The story has just changed something that a look needs time to see. */
  disturb(node?: string): void
  /** A container of someone else: from now on nobody may touch it. */
  guard(node: string, name: string): void
  isGuarded(node: string, name: string): boolean
  /** Somebody else took memory on the node at this time. */
  foreignAt(node: string): number
  /** The story has just done something that may end an engine. */
  harm(): void
  harmedAt(): number
  /** Highest fence seen on each node so far, and the one there now. */
  fences(): readonly { readonly node: string; readonly before: number; readonly now: number }[]
}

export function createWatchman(world: World, sparks: MemorySparks, told: Told): Watchman {
  const { clock } = world.options
  const served = new Map<string, number>()
  const highest = new Map<string, number>()
  const guarded = new Set<string>()
  const foreign = new Map<string, number>()
  const awaySince = new Map<string, number>()
  const calmSince = new Map<string, number>()
  const nodes = world.options.nodes.map((node) => node.name)
  const orders: { readonly words: string; readonly order: JobOrder }[] = []
  let alive = 0
  let harmed = Number.NEGATIVE_INFINITY

  const note = (): void => {
    for (const one of world.serving()) for (const name of one.names) served.set(`http://${one.address}:${one.port} ${name}`, clock.now())
  }
  world.onChange(note)

  const start = sparks.desk.start.bind(sparks.desk)
  sparks.desk.start = (node, order, home) => {
    orders.unshift({ words: wordsOf(node, order.argv), order })
    orders.length = Math.min(orders.length, 20)
    return start(node, order, home)
  }

  const run = world.run.bind(world)
  world.run = async (call, io) => {
    const known = orders.find((one) => one.words === wordsOf(call.node, [call.tool, ...call.argv]))
    if (known !== undefined) told.job(call.node, known.order)
    if (call.argv.some((word) => ending.has(word))) told.touch(call, namesOf(call))
    if (!isLaunch(call)) return run(call, io)
    alive += 1
    told.launch({ call, nodes: nodesOf(call, world), containerName: after(call.argv, '--name'), alive })
    try {
      return await run(call, io)
    } finally {
      alive -= 1
    }
  }

  /** Words of a call to end something that name a guarded container, or the container the launcher is told to stop. */
  const namesOf = (call: ToolCall): readonly string[] =>
    call.tool.endsWith('launch-cluster.sh') ? [after(call.argv, '--name')] : call.argv.filter((word) => guarded.has(`${call.node} ${word}`))

  return {
    look() {
      note()
      for (const node of nodes) {
        const away = !world.isReachable(node) || world.sshReach(node) !== 'up' || sparks.isCut(node)
        if (!away) awaySince.delete(node)
        else if (!awaySince.has(node)) awaySince.set(node, clock.now())
        if (away) calmSince.delete(node)
        else if (!calmSince.has(node)) calmSince.set(node, clock.now())
      }
    },
    awayFor: (node) => clock.now() - (awaySince.get(node) ?? clock.now()),
    calmFor: (node) => clock.now() - (calmSince.get(node) ?? clock.now()),
    disturb: (node) => {
      if (node !== undefined) calmSince.delete(node)
      else calmSince.clear()
    },
    servedLately: (url, name, ms) => clock.now() - (served.get(`${url} ${name}`) ?? Number.NEGATIVE_INFINITY) <= ms,
    servesNow: (address, port, name) =>
      world.serving().find((one) => one.address === address && one.port === port && one.names.includes(name)),
    guard: (node, name) => {
      guarded.add(`${node} ${name}`)
      foreign.set(node, clock.now())
    },
    isGuarded: (node, name) => guarded.has(`${node} ${name}`),
    foreignAt: (node) => foreign.get(node) ?? Number.NEGATIVE_INFINITY,
    harm: () => {
      harmed = clock.now()
    },
    harmedAt: () => harmed,
    fences: () =>
      nodes.map((node) => {
        const now = sparks.desk.fence(node)?.fence ?? -1
        const before = highest.get(node) ?? -1
        highest.set(node, Math.max(now, before))
        return { node, before, now }
      }),
  }
}

const ending: ReadonlySet<string> = new Set(['stop', 'rm', 'kill', 'restart'])

const wordsOf = (node: string, words: readonly string[]): string => JSON.stringify([node, ...words])

function isLaunch(call: ToolCall): boolean {
  return call.tool.endsWith('launch-cluster.sh') && call.argv.includes('exec')
}

function after(argv: readonly string[], flag: string): string {
  return argv[argv.indexOf(flag) + 1] ?? ''
}

/** The nodes a launch is told to use. */
function nodesOf(call: ToolCall, world: World): readonly string[] {
  if (call.argv.includes('--solo')) return [call.node]
  const addresses = after(call.argv, '-n').split(',')
  return world.options.nodes
    .map((node) => world.look(node.name))
    .filter((look) => addresses.includes(look.fabricAddress ?? look.address))
    .map((look) => look.name)
}
