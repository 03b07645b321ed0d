// The simulated cluster as its users see it: tools run on nodes, faults strike, engines serve.
import { endContainer, placeService, startAfterBoot, startContainer } from './container.ts'
import { createFaultBook } from './faults.ts'
import { sysOf } from './links.ts'
import { lookAt } from './look.ts'
import { groupsOf } from './machine-facts.ts'
import { fullOf, meminfo, pressureOf, pressureText, releaseMs } from './memory.ts'
import { thrown } from './moments.ts'
import { createNode, imageRef, memoryOf, processesOf, reachOf, type SimNode, sshReachOf, uuid } from './node.ts'
import { hexOf } from './prng.ts'
import { forever, type SimProcess } from './process.ts'
import { accessLine, answerService } from './service-answers.ts'
import type { Sim } from './sim.ts'
import { answer } from './tools/curl.ts'
import { toolOf } from './tools/index.ts'
import type { ArgvRecord, Fault, Listening, Pulse, Serve, SimOptions, ToolCall, ToolIo, World } from './types.ts'
import { maxModelLen, modelOf, tellDeath } from './vllm.ts'
import type { EngineAnswer, EngineRequest } from './vllm-answers.ts'

/** A cluster at rest: nodes booted a day ago, nothing running. */
export function createWorld(options: SimOptions): World {
  const { clock } = options
  const nodes = options.nodes.map((node, index) => createNode(node, index, options.seed, clock.now()))
  const listeners = new Set<() => void>()
  const argvLog: ArgvRecord[] = []
  const sim = createSim(options, nodes, () => {
    for (const listener of [...listeners]) listener()
  })
  for (const node of nodes) for (const service of node.options.services ?? []) placeService(sim, node, service, true)

  return {
    options,
    argvLog,
    run(call, io) {
      argvLog.push({ at: clock.now(), node: call.node, tool: call.tool, argv: call.argv })
      return runTool(sim, call, io)
    },
    setFault(fault) {
      sim.faults.set(fault)
      strikeServing(sim, fault)
      thrown(sim, fault)
    },
    clearFault(name, node) {
      sim.faults.clear(name, node)
      sim.changed()
    },
    faults: () => sim.faults.list(),
    struck: () => sim.faults.struck(),
    reboot: (name, downMs = 90_000, asked = false) => sim.reboot(sim.node(name), downMs, asked),
    condition(name, change) {
      const node = sim.node(name)
      node.condition = { ...node.condition, ...change }
      for (const [ref, id] of Object.entries(change.images ?? {})) node.images.set(imageRef(ref), { ref: imageRef(ref), id })
      sim.changed()
    },
    sys: (name) => sysOf(sim.node(name)),
    freeze: (name, ms) => sim.freeze(sim.node(name), ms),
    isReachable: (name) => reachOf(sim.node(name), clock.now()) === 'up',
    reach: (name) => reachOf(sim.node(name), clock.now()),
    sshReach: (name) => sshReachOf(sim.node(name), clock.now()),
    proc: (name) => procOf(sim.node(name), clock.now()),
    look: (name) => lookAt(sim, sim.node(name)),
    listening: () => nodes.flatMap((node) => listeningOn(sim, node)),
    ask: (listening, request) => askService(sim, listening, request),
    startService: (name, service) => placeService(sim, sim.node(name), service, false),
    bootId: (name) => sim.node(name).bootId,
    pulse: (name) => pulseOf(sim.node(name), clock.now()),
    serving: () => nodes.flatMap((node) => servesOf(node)),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    startForeign(name, container) {
      const node = sim.node(name)
      startContainer(
        sim,
        node,
        { ...container, autoRemove: false },
        node.images.get(imageRef(container.image))?.id ?? `sha256:${hexOf(container.image, 64)}`,
      )
    },
    addModel(name, model) {
      sim.node(name).models.set(model.repo, model)
      sim.changed()
    },
    hub: (name, path, hasToken) => answer(sim, name, path, hasToken),
    removeModel(name, repo) {
      if (sim.node(name).models.delete(repo)) sim.changed()
    },
    models: (name) => [...sim.node(name).models.values()],
  }
}

function createSim(options: SimOptions, nodes: readonly SimNode[], changed: () => void): Sim {
  const { clock, timeScale } = options
  const sim: Sim = {
    options,
    clock,
    nodes,
    faults: createFaultBook(),
    node(name) {
      const found = nodes.find((node) => node.name === name)
      if (found === undefined) throw new Error(`there is no simulated node "${name}"`)
      return found
    },
    nodeAt: (address) => nodes.find((node) => node.address === address || node.fabricAddress === address),
    async wait(node, ms, signal) {
      signal.throwIfAborted()
      if (ms > 0) await clock.sleep(Math.round(ms * timeScale), signal)
      while (node.frozenUntil > clock.now()) await clock.sleep(node.frozenUntil - clock.now(), signal)
    },
    aborted: forever,
    releaseMs: () => releaseMs * timeScale,
    reboot: (node, downMs, asked = false) => reboot(sim, node, downMs, asked),
    freeze(node, ms) {
      node.frozenUntil = Math.max(node.frozenUntil, clock.now() + Math.round(ms * timeScale))
      announce(sim, node.frozenUntil)
    },
    cutLine(node, ms) {
      node.lineCutUntil = Math.max(node.lineCutUntil, clock.now() + Math.round(ms * timeScale))
      announce(sim, node.lineCutUntil)
    },
    runTool: (call, io) => runTool(sim, call, io),
    changed,
  }
  return sim
}

/** Tells of a change now, and again when its time is over. */
function announce(sim: Sim, until: number): void {
  sim.changed()
  sim.clock.sleep(until - sim.clock.now()).then(sim.changed, () => undefined)
}

function reboot(sim: Sim, node: SimNode, downMs: number, asked: boolean): void {
  const now = sim.clock.now()
  if (asked) node.records.push({ kind: 'shutdown', at: now })
  const dying = node.life
  node.life = new AbortController()
  node.downUntil = now + Math.round(downMs * sim.options.timeScale)
  node.frozenUntil = 0
  node.lineCutUntil = 0
  node.bootId = uuid(node.prng)
  node.bootedAt = node.downUntil
  node.records.push({ kind: 'reboot', at: node.bootedAt })
  for (const container of [...node.containers.values()]) endContainer(sim, node, container, 137)
  node.memory.reset()
  node.nextPid = 2_000
  dying.abort(new Error(`${node.name} lost power`))
  announce(sim, node.downUntil)
  const { life } = node
  if ([...node.containers.values()].some((container) => container.restarts)) {
    sim.clock.sleep(node.downUntil - now, life.signal).then(
      () => startAfterBoot(sim, node),
      () => undefined,
    )
  }
}

/** 137: the caller was killed or the node lost power under it. */
async function runTool(sim: Sim, call: ToolCall, io: ToolIo): Promise<number> {
  const node = sim.node(call.node)
  const tool = toolOf(call.tool)
  if (tool === undefined) {
    io.err(`bash: line 1: ${call.tool}: command not found\n`)
    return 127
  }
  const signal = AbortSignal.any([io.signal, node.life.signal])
  try {
    await sim.wait(node, 0, signal)
    return await tool(sim, call, { out: io.out, err: io.err, signal })
  } catch (error) {
    if (signal.aborted) return 137
    throw error
  }
}

function servesOf(node: SimNode): readonly Serve[] {
  return [...node.containers.values()].flatMap((container) =>
    container.processes.flatMap((process) => serveOf(node, container.name, process)),
  )
}

function serveOf(node: SimNode, container: string, process: SimProcess): readonly Serve[] {
  const engine = process.vllm
  if (engine === null || engine.readySince === null || engine.args.rank !== 0) return []
  const { port, served, model } = engine.args
  return [
    {
      node: node.name,
      address: node.address,
      container,
      port,
      model: served[0] ?? model,
      names: served,
      maxModelLen: maxModelLen(engine.args, modelOf(node, engine.args)),
      wedged: engine.wedged,
      since: engine.readySince,
    },
  ]
}

/** F35: up, and its port closed. */
function listeningOn(sim: Sim, node: SimNode): readonly Listening[] {
  return [...node.containers.values()].flatMap((container) => {
    const face = container.processes[0]?.service ?? null
    if (face === null || face.readySince === null || face.service.port === null) return []
    if (sim.faults.isOn('F35', node.name, container.name)) return []
    const { service, readySince: since } = face
    return [{ node: node.name, address: node.address, container: container.name, port: face.service.port, service, since }]
  })
}

/** F33: how long a slow one takes, unscaled ms. */
const slowMs = 6_000

function askService(sim: Sim, { node, container, service, since }: Listening, request: EngineRequest): EngineAnswer | null {
  const isOn = (name: 'F31' | 'F32' | 'F33'): boolean => sim.faults.isOn(name, node, container)
  if (isOn('F31')) return null
  const usual = answerService({ service, ...request, now: sim.clock.now(), since })
  const answer = isOn('F32') ? { status: 500, contentType: 'text/plain; charset=utf-8', chunks: ['Internal Server Error'] } : usual
  sim.node(node).containers.get(container)?.log.append(accessLine(request, answer.status))
  return isOn('F33') ? { ...answer, delayMs: slowMs } : answer
}

/** F11 and F13 set while something serves strike at once. */
function strikeServing(sim: Sim, fault: Fault): void {
  if (fault.name !== 'F11' && fault.name !== 'F13') return
  for (const node of sim.nodes) {
    for (const container of node.containers.values()) {
      for (const process of container.processes)
        if (isServing(process)) strikeOne(process, () => tellDeath(container, process, sim.clock.now()))
    }
  }
  sim.changed()

  function isServing(process: SimProcess): boolean {
    return process.vllm?.phase === 'ready' && process.vllm.args.rank === 0
  }
  function strikeOne(process: SimProcess, tell: () => void): void {
    const node = sim.nodes.find((one) => processesOf(one).includes(process))
    if (node === undefined || process.vllm === null || sim.faults.strike(fault.name, node.name, process.vllm.args.model) === null) return
    if (fault.name === 'F13') process.vllm.wedged = true
    else {
      tell()
      process.kill(1)
    }
  }
}

function procOf(node: SimNode, now: number): Readonly<Record<string, string>> {
  const look = memoryOf(node, now)
  const up = Math.max(0, (now - node.bootedAt) / 1000)
  return {
    meminfo: meminfo(look),
    'pressure/memory': pressureText(pressureOf(look)),
    vmstat: 'nr_free_pages 150000\noom_kill 0\npgmajfault 4711\n',
    uptime: `${up.toFixed(2)} ${(up * 19.2).toFixed(2)}\n`,
    'sys/kernel/random/boot_id': `${node.bootId}\n`,
    'sys/kernel/osrelease': `${node.condition.kernel}\n`,
    ...groupsOf(node),
  }
}

function pulseOf(node: SimNode, now: number): Pulse {
  const { totalBytes, availableBytes, freeBytes } = memoryOf(node, now)
  const some = pressureOf({ totalBytes, availableBytes, freeBytes, cachedBytes: 0 })
  const uptimeMs = Math.max(0, now - node.bootedAt)
  return { bootId: node.bootId, uptimeMs, totalBytes, availableBytes, freeBytes, some, full: fullOf(some), kills: 0 }
}
