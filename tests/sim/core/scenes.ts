// What switches do to the cluster when their moment comes: freeze it, cut it off, or leave behind what others leave behind.

import { removeContainer, type SimContainer, spawn, startContainer } from './container.ts'
import type { Passage } from './faults.ts'
import { imageRef, processesOf, type SimNode } from './node.ts'
import { hexOf } from './prng.ts'
import { serviceDeeds } from './service-scenes.ts'
import type { Sim } from './sim.ts'
import type { Fault, FaultName, SimModel } from './types.ts'

export interface Scene {
  readonly sim: Sim
  readonly fault: Fault
  /** The node that was named, else the head of the start, else the first. */
  readonly node: SimNode
  readonly passage: Passage
}

export type Deed = (scene: Scene) => void | Promise<void>

export const deeds: Readonly<Partial<Record<FaultName, Deed>>> = {
  F14: ({ sim, fault, node }) => sim.freeze(node, fault.forMs ?? 60_000),
  F15: ({ sim, fault, node }) => sim.reboot(node, fault.forMs ?? 90_000),
  F16({ node }) {
    for (const { vllm } of processesOf(node)) vllm?.killBySystem()
  },
  F23({ sim, fault, node, passage }) {
    sim.cutLine(node, fault.forMs ?? 30_000)
    passage.hangUp?.()
  },
  F1: staleWorker,
  F2: staleCluster,
  F22: missingShard,
  F24: secondController,
  F29: strangers,
  ...serviceDeeds,
}

const ourName = 'vllm_node'
const idle = ['sleep', 'infinity']

function put(sim: Sim, node: SimNode, name: string, image: string, command: readonly string[]): SimContainer {
  const there = node.containers.get(name)
  if (there !== undefined) removeContainer(sim, node, there)
  const id = node.images.get(imageRef(image))?.id ?? `sha256:${hexOf(image, 64)}`
  return startContainer(sim, node, { name, image, command, autoRemove: name === ourName }, id)
}

/** Only what was put there goes: a container of the same name that came later stays. */
function takeAwayLater({ sim, fault }: Scene, placed: readonly { readonly node: SimNode; readonly container: SimContainer }[]): void {
  sim.faults.keep(fault, () => {
    for (const { node, container } of placed) if (node.containers.get(container.name) === container) removeContainer(sim, node, container)
  })
}

/** F1: on a worker, when none is named. */
function staleWorker(scene: Scene): void {
  const { sim, fault, passage } = scene
  const node = sim.node(fault.node ?? passage.nodes.at(-1) ?? scene.node.name)
  takeAwayLater(scene, [{ node, container: put(sim, node, ourName, 'vllm-node', idle) }])
}

/** F2: on every node, when none is named; the model that answers is one that nobody asked for. */
function staleCluster(scene: Scene): void {
  const { sim, fault, passage } = scene
  const nodes = fault.node === undefined ? sim.nodes : [sim.node(fault.node)]
  const model = otherModel(nodes, passage.model)
  const head = nodes[0]
  if (model === undefined || head === undefined) return
  const serve = ['vllm', 'serve', model.repo, '--port', '8000', '--gpu-memory-utilization', '0.7']
  const master = head.fabricAddress ?? head.address
  const placed = nodes.map((node, rank) => {
    const container = put(sim, node, ourName, 'vllm-node', idle)
    const ranks = ['-tp', String(nodes.length), '--nnodes', String(nodes.length), '--node-rank', String(rank), '--master-addr', master]
    const words = nodes.length === 1 ? serve : [...serve, ...ranks, ...(rank === 0 ? [] : ['--headless'])]
    spawn(sim, node, container, words, { grown: true })
    return { node, container }
  })
  takeAwayLater(scene, placed)
}

/** The smallest whole one that can talk, is on all these nodes, and is not `wanted`. */
function otherModel(nodes: readonly SimNode[], wanted: string): SimModel | undefined {
  const talks = ({ config, state }: SimModel): boolean =>
    (state ?? 'complete') === 'complete' && /ForCausalLM|ForConditionalGeneration/.test(JSON.stringify(config['architectures'] ?? ''))
  const shared = [...(nodes[0]?.models.values() ?? [])].filter((model) => nodes.every((node) => node.models.has(model.repo)))
  return shared.filter((model) => talks(model) && model.repo !== wanted).toSorted((one, two) => one.weightsBytes - two.weightsBytes)[0]
}

/** F22: of the model that is named or being started, else of every model that has more than one part. */
function missingShard({ sim, fault, passage, ...scene }: Scene): void {
  const node = sim.node(fault.node ?? passage.nodes.at(-1) ?? scene.node.name)
  const wanted = fault.model ?? passage.model
  const hit = [...node.models.values()].filter(
    (model) => (model.state ?? 'complete') === 'complete' && (wanted === '' ? !model.repo.startsWith('local:') : model.repo === wanted),
  )
  for (const model of hit) node.models.set(model.repo, { ...model, state: 'interrupted' })
  sim.faults.keep(fault, () => {
    for (const model of hit) if (node.models.get(model.repo)?.state === 'interrupted') node.models.set(model.repo, model)
  })
}

/** F24: its launcher is through before ours goes on. */
async function secondController({ sim, fault, node, passage }: Scene): Promise<void> {
  const model = otherModel([node], passage.model)
  if (model === undefined) return
  const before = node.containers.get(ourName)
  const argv = ['--solo', '-t', 'vllm-node', '-d', 'exec', 'vllm', 'serve', model.repo, '--port', '8000']
  const io = { out: () => undefined, err: () => undefined, signal: node.life.signal }
  await sim.runTool({ node: node.name, tool: 'launch-cluster.sh', argv, env: {}, cwd: node.home }, io)
  const container = node.containers.get(ourName)
  if (container === undefined || container === before) return
  sim.faults.keep(fault, () => {
    if (node.containers.get(ourName) === container) removeContainer(sim, node, container)
  })
}

/** F29: what sparkrun and others leave running. */
function strangers(scene: Scene): void {
  const { sim, fault } = scene
  const nodes = fault.node === undefined ? sim.nodes : [sim.node(fault.node)]
  const hash = hexOf('sparkrun', 12)
  const placed = nodes.flatMap((node, at) =>
    [at === 0 ? `sparkrun_${hash}_head` : `sparkrun_${hash}_node_${at}`, `sparkrun_${hexOf(node.name, 12)}_solo`, 'comfyui'].map(
      (name) => ({
        node,
        container: put(sim, node, name, name === 'comfyui' ? 'comfyui' : 'sparkrun-vllm', ['python3', 'main.py']),
      }),
    ),
  )
  takeAwayLater(scene, placed)
}
