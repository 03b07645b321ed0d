// Containers of a node: run, exec, stop, remove. What docker's command line and the launcher both stand on.
import { createLogBuffer, type LogBuffer } from './log-buffer.ts'
import { imageRef, type SimNode } from './node.ts'
import { hexOf } from './prng.ts'
import { createProcess, type SimProcess } from './process.ts'
import { createProgram, unwrapShell } from './program.ts'
import { type SimService, serviceCommand } from './service.ts'
import type { Sim } from './sim.ts'

export interface SimContainer {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly imageId: string
  readonly command: readonly string[]
  readonly env: readonly string[]
  readonly mounts: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly hostNetwork: boolean
  readonly privileged: boolean
  readonly autoRemove: boolean
  /** As `-p` was given: 8880:8880. */
  readonly ports: readonly string[]
  readonly service: SimService | null
  /** `--restart unless-stopped`: docker starts it again when it ends by itself, and after a boot. */
  readonly restarts: boolean
  readonly createdAt: number
  startedAt: number
  finishedAt: number | null
  state: 'running' | 'restarting' | 'exited'
  /** Somebody asked docker to stop it: it stays so. */
  stopAsked: boolean
  /** How often in a row docker started it again. */
  restartCount: number
  oomKilled: boolean
  exitCode: number
  readonly log: LogBuffer
  /** Containers on other nodes that joined this one's Ray cluster. */
  rayPeers: readonly RayPeer[]
  /** PID 1, alive or dead. */
  first: SimProcess | null
  /** Live processes; the first is PID 1. */
  processes: readonly SimProcess[]
}

export interface RayPeer {
  readonly node: SimNode
  readonly container: SimContainer
}

export interface RunOrder {
  readonly name: string
  readonly image: string
  readonly command: readonly string[]
  readonly env?: readonly string[]
  readonly mounts?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly hostNetwork?: boolean
  readonly privileged?: boolean
  readonly autoRemove?: boolean
  readonly ports?: readonly string[]
  readonly service?: SimService
  readonly restarts?: boolean
}

/** What docker said: text for stderr and the exit code, or the thing asked for. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly text: string; readonly exitCode: number }

const refuse = (text: string, exitCode: number): Answer<never> => ({ ok: false, text, exitCode })

/** The daemon's refusals, which hit every docker call alike (F6 and users without the group). */
export function daemonTrouble(sim: Sim, node: SimNode): string | null {
  const denied = node.options.dockerGroup === false || sim.faults.isOn('F6', node.name)
  return denied ? 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock' : null
}

/** `docker run -d`. A missing image is looked for in the registry, which refuses (F3). */
export async function runContainer(sim: Sim, node: SimNode, order: RunOrder, signal: AbortSignal): Promise<Answer<SimContainer>> {
  const trouble = daemonTrouble(sim, node)
  if (trouble !== null) return refuse(`docker: ${trouble}`, 126)
  const ref = imageRef(order.image)
  const image = node.images.get(ref)
  if (image === undefined || sim.faults.strike('F3', node.name) !== null) {
    await sim.wait(node, 1_500, signal)
    const repo = ref.replace(/:[^/]+$/, '')
    return refuse(
      `Unable to find image '${ref}' locally\ndocker: Error response from daemon: pull access denied for ${repo}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
      125,
    )
  }
  const other = node.containers.get(order.name)
  if (other !== undefined) {
    return refuse(
      `docker: Error response from daemon: Conflict. The container name "/${order.name}" is already in use by container "${other.id}". You have to remove (or rename) that container to be able to reuse that name.`,
      125,
    )
  }
  await sim.wait(node, 400, signal)
  return { ok: true, value: startContainer(sim, node, order, image.id) }
}

/** Brings a container to life in an instant, without the checks. */
export function startContainer(sim: Sim, node: SimNode, order: RunOrder, imageId: string): SimContainer {
  const container = createContainer(sim, node, order, imageId)
  begin(sim, node, container, false)
  return container
}

function createContainer(sim: Sim, node: SimNode, order: RunOrder, imageId: string): SimContainer {
  const now = sim.clock.now()
  const container: SimContainer = {
    id: node.prng.hex(64),
    name: order.name,
    image: order.image,
    imageId,
    command: order.command,
    env: order.env ?? [],
    mounts: order.mounts ?? [],
    labels: order.labels ?? {},
    hostNetwork: order.hostNetwork ?? true,
    privileged: order.privileged ?? true,
    autoRemove: order.autoRemove ?? true,
    ports: order.ports ?? [],
    service: order.service ?? null,
    restarts: order.restarts ?? false,
    createdAt: now,
    startedAt: now,
    finishedAt: null,
    state: 'exited',
    stopAsked: false,
    restartCount: 0,
    oomKilled: false,
    exitCode: 0,
    log: createLogBuffer(() => sim.clock.now()),
    rayPeers: [],
    first: null,
    processes: [],
  }
  node.containers.set(order.name, container)
  return container
}

/** PID 1 of a container that is not running. */
function begin(sim: Sim, node: SimNode, container: SimContainer, grown: boolean): void {
  container.state = 'running'
  container.startedAt = sim.clock.now()
  container.finishedAt = null
  container.stopAsked = false
  container.oomKilled = false
  const first = spawn(sim, node, container, container.command, { grown })
  container.first = first
  void first.ended.then((code) => endContainer(sim, node, container, code, first))
  sim.changed()
}

/**
 * A new process in a running container; its output goes to the container's log unless someone else listens.
 * `grown`: an engine that has long been loaded.
 */
export function spawn(
  sim: Sim,
  node: SimNode,
  container: SimContainer,
  asGiven: readonly string[],
  { write = container.log.append, grown = false }: { readonly write?: ((text: string) => void) | undefined; readonly grown?: boolean } = {},
): SimProcess {
  const { words, viaShell } = unwrapShell(asGiven)
  const process = createProcess({
    pid: node.nextPid++,
    title: words.join(' '),
    now: sim.clock.now(),
    program: createProgram({ sim, node, container, words, viaShell, write, grown }),
    onEnd: (self) => {
      container.processes = container.processes.filter((one) => one !== self)
      giveBack(sim, node, self)
      sim.changed()
    },
  })
  container.processes = [...container.processes, process]
  return process
}

const isSleep = (words: readonly string[]): boolean => words[0] === 'sleep' && words[1] === 'infinity'

function giveBack(sim: Sim, node: SimNode, process: SimProcess): void {
  const bytes = process.heldBytes
  process.heldBytes = 0
  if (bytes === 0) return
  const now = sim.clock.now()
  if (sim.faults.strike('F12', node.name) !== null) node.memory.pin(bytes)
  else node.memory.release(bytes, now, now + sim.releaseMs())
  void sim.clock.sleep(sim.releaseMs()).then(sim.changed)
}

/** PID 1 is gone: everything inside goes with it. `first`: the PID 1 that ended; another one runs by now, and nothing is done. */
export function endContainer(sim: Sim, node: SimNode, container: SimContainer, exitCode: number, first?: SimProcess): void {
  if (container.state !== 'running' || (first !== undefined && container.first !== first)) return
  container.state = 'exited'
  container.exitCode = exitCode
  container.finishedAt = sim.clock.now()
  for (const process of container.processes) process.kill(137)
  if (container.autoRemove) node.containers.delete(container.name)
  else if (container.restarts && !container.stopAsked && first !== undefined) void bringBack(sim, node, container)
  sim.changed()
}

/** Docker starts it again after 100 ms, twice as long each time up to a minute; ten good seconds are forgiven. */
async function bringBack(sim: Sim, node: SimNode, container: SimContainer): Promise<void> {
  const ended = container.finishedAt
  if ((ended ?? 0) - container.startedAt > 10_000 * sim.options.timeScale) container.restartCount = 0
  container.state = 'restarting'
  container.restartCount += 1
  try {
    await sim.wait(node, Math.min(60_000, 100 * 2 ** (container.restartCount - 1)), node.life.signal)
  } catch {
    return
  }
  const still = container.state === 'restarting' && container.finishedAt === ended && node.containers.get(container.name) === container
  if (still) begin(sim, node, container, false)
}

/** After a boot: docker starts what ran before and may be started again. */
export function startAfterBoot(sim: Sim, node: SimNode): void {
  for (const container of node.containers.values())
    if (container.restarts && !container.stopAsked && container.state !== 'running') begin(sim, node, container, false)
}

/** `docker start`. */
export async function startAgain(sim: Sim, node: SimNode, name: string, signal: AbortSignal): Promise<Answer<null>> {
  const trouble = daemonTrouble(sim, node)
  if (trouble !== null) return refuse(trouble, 1)
  await sim.wait(node, 300, signal)
  const container = findContainer(node, name)
  if (container === undefined)
    return refuse(`Error response from daemon: No such container: ${name}\nError: failed to start containers: ${name}`, 1)
  if (container.state !== 'running') {
    container.restartCount = 0
    begin(sim, node, container, false)
  }
  return { ok: true, value: null }
}

/** A service of a node: its container, as compose made it. `grown`: it has been there since the boot. */
export function placeService(sim: Sim, node: SimNode, service: SimService, grown: boolean): void {
  const { name, image, port } = service
  const host = service.hostNetwork === true
  const ports = port === null || host ? [] : [`${port}:${port}`]
  const order = { name, image, command: serviceCommand(service), autoRemove: false, hostNetwork: host, privileged: false, ports, service }
  const imageId = node.images.get(imageRef(image))?.id ?? `sha256:${hexOf(image, 64)}`
  const container = createContainer(sim, node, { ...order, restarts: service.restarts !== false }, imageId)
  if (service.state === 'exited') {
    container.stopAsked = true
    container.finishedAt = sim.clock.now()
    return
  }
  begin(sim, node, container, grown)
  if (grown) container.startedAt = node.bootedAt
}

/** `docker stop`: sleep as PID 1 ignores TERM, so the whole grace passes; a real program ends sooner. */
export async function stopContainer(sim: Sim, node: SimNode, name: string, graceMs: number, signal: AbortSignal): Promise<Answer<null>> {
  const trouble = daemonTrouble(sim, node)
  if (trouble !== null) return refuse(trouble, 1)
  const container = node.containers.get(name)
  if (container === undefined) return refuse(`Error response from daemon: No such container: ${name}`, 1)
  container.stopAsked = true
  if (container.state !== 'running') {
    container.state = 'exited'
    return { ok: true, value: null }
  }
  const hangs = sim.faults.strike('F28', node.name)
  if (hangs !== null) {
    await sim.wait(node, hangs.forMs ?? graceMs + 60_000, signal)
    return refuse(
      `Error response from daemon: cannot stop container: ${name}: tried to kill container, but did not receive an exit event`,
      1,
    )
  }
  const deaf = isSleep(container.command) || container.service?.deaf === true
  // The daemon goes on by itself even if the docker client that asked is killed meanwhile.
  const stopping = sim.wait(node, deaf ? graceMs : Math.min(graceMs, 2_500), node.life.signal).then(
    () => killContainer(container, deaf ? 137 : 0),
    () => undefined,
  )
  await Promise.race([stopping, sim.aborted(signal)])
  return { ok: true, value: null }
}

/** KILL to PID 1. */
export function killContainer(container: SimContainer, exitCode = 137): void {
  container.processes[0]?.kill(exitCode)
}

/** `docker rm -f`. */
export function removeContainer(sim: Sim, node: SimNode, container: SimContainer): void {
  container.stopAsked = true
  killContainer(container)
  endContainer(sim, node, container, 137)
  node.containers.delete(container.name)
  sim.changed()
}

/** The running container of that name, or docker's refusal to exec in it. */
export function containerForExec(sim: Sim, node: SimNode, name: string): Answer<SimContainer> {
  const trouble = daemonTrouble(sim, node)
  if (trouble !== null) return refuse(trouble, 1)
  const container = findContainer(node, name)
  if (container === undefined) return refuse(`Error response from daemon: No such container: ${name}`, 1)
  if (container.state !== 'running') return refuse(`Error response from daemon: container ${container.id} is not running`, 1)
  return { ok: true, value: container }
}

/** By name, or by an id or its beginning. */
export function findContainer(node: SimNode, name: string): SimContainer | undefined {
  const bare = name.replace(/^\//, '')
  return node.containers.get(bare) ?? [...node.containers.values()].find((one) => bare.length >= 4 && one.id.startsWith(bare))
}
