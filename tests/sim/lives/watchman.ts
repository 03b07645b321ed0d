// Looks over the shoulder of a life: what must hold at every moment, whatever happens.
import type { EngineView } from '../../../server/contract/operations/shapes.ts'
import type { FakeClock } from '../../fakes/clock.ts'
import type { Serve, ToolCall, World } from '../core/types.ts'
import type { JobDesk } from '../doors/job-desk.ts'

export interface Watchman {
  /** Everything that was wrong, in words; empty when nothing was. */
  readonly wrongs: readonly string[]
  wrong(sentence: string): void
  /** Called after every small step. */
  look(engine: EngineView | null): void
  /** Was this name served at this address and port at a moment within the last `ms`? */
  servedLately(url: string, name: string, ms: number): boolean
  servesNow(address: string, port: number, name: string): Serve | undefined
  /** Was the node out of reach, or its state being changed by a setting, within the last `ms`? */
  wasAway(node: string, ms: number): boolean
  /** Something a look needs time to see has just been changed by the story. */
  disturb(): void
  /** A container of someone else: from now on nobody may touch it. */
  guard(node: string, name: string): void
}

/** What status calls "answering" rests on looks every few seconds, believed for three polls; a look itself may take five. */
const believedMs = 21_000

export function createWatchman(
  world: World,
  desk: JobDesk,
  clock: FakeClock,
  ours: ReadonlySet<string>,
  isCut: (node: string) => boolean,
): Watchman {
  const wrongs: string[] = []
  const wrong = (sentence: string): void => void (wrongs.includes(sentence) || wrongs.push(sentence))
  const served = new Map<string, number>()
  const fences = new Map<string, number>()
  const guarded = new Map<string, string>()
  const away = new Map<string, number>()
  let launchers = 0

  const note = (): void => {
    for (const one of world.serving()) for (const name of one.names) served.set(`http://${one.address}:${one.port} ${name}`, clock.now())
  }
  world.onChange(note)

  const run = world.run.bind(world)
  world.run = async (call, io) => {
    checkTouch(call)
    if (!isLaunch(call)) return run(call, io)
    launchers += 1
    if (launchers > 1) wrong('two launchers are alive at once')
    for (const node of nodesOf(call, world)) {
      const name = after(call.argv, '--name')
      if (world.look(node).containers.some((one) => one.name === name)) wrong(`a start began while ${name} was still there on ${node}`)
    }
    try {
      return await run(call, io)
    } finally {
      launchers -= 1
    }
  }

  /** Nothing but containers of our names is ever stopped or removed. */
  function checkTouch(call: ToolCall): void {
    const ends = call.argv.some((word) => ['stop', 'rm', 'kill', 'restart'].includes(word))
    if (!ends) return
    const names = call.tool.endsWith('launch-cluster.sh')
      ? [after(call.argv, '--name')]
      : call.argv.filter((word) => guarded.has(`${call.node} ${word}`))
    for (const name of names) if (!ours.has(name)) wrong(`${name} is not ours and was told to stop on ${call.node}`)
  }

  const lookAtNodes = (): void => {
    for (const { name } of world.options.nodes) {
      if (!world.isReachable(name) || isCut(name)) away.set(name, clock.now())
      const fence = desk.fence(name)?.fence ?? -1
      if (fence < (fences.get(name) ?? -1)) wrong(`the fence on ${name} went back from ${fences.get(name)} to ${fence}`)
      fences.set(name, fence)
    }
  }

  return {
    wrongs,
    wrong,
    look(engine) {
      note()
      lookAtNodes()
      if (engine === null || !['answering', 'busy'].includes(engine.state)) return
      const lately = [...served].some(([key, at]) => key === `${engine.url} ${engine.model}` && clock.now() - at <= believedMs)
      if (!lately) wrong(`status says that ${engine.model} is ${engine.state} at ${engine.url}, and it is not`)
    },
    wasAway: (node, ms) => clock.now() - (away.get(node) ?? Number.NEGATIVE_INFINITY) <= ms,
    disturb: () => {
      for (const { name } of world.options.nodes) away.set(name, clock.now())
    },
    servedLately: (url, name, ms) => clock.now() - (served.get(`${url} ${name}`) ?? Number.NEGATIVE_INFINITY) <= ms,
    servesNow: (address, port, name) =>
      world.serving().find((one) => one.address === address && one.port === port && one.names.includes(name)),
    guard: (node, name) => void guarded.set(`${node} ${name}`, node),
  }
}

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
