// hf-download.sh: fetches a model with uvx, then copies it to other nodes.
import { isCacheWritable } from '../look.ts'
import { reachOf, type SimNode } from '../node.ts'
import type { Sim, Tool } from '../sim.ts'
import { arrivedBytes, snapshotOf } from '../snapshot.ts'
import type { SimModel, ToolIo } from '../types.ts'

/** Over the internet, and over the CX7 link. */
const downloadBytesPerSecond = 110_000_000
const copyBytesPerSecond = 310_000_000

interface Order {
  readonly model: string | null
  readonly copy: boolean
  readonly hosts: readonly string[]
  readonly parallel: boolean
}

/** `-c` eats the words after it, so `-c MODEL` has no model. */
function readOrder(argv: readonly string[]): Order {
  let order: Order = { model: null, copy: false, hosts: [], parallel: false }
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (/^(-c|--copy-to|--copy-to-hosts?)$/.test(word)) {
      const hosts: string[] = []
      while (argv[at + 1] !== undefined && !argv[at + 1]?.startsWith('-')) hosts.push(...(argv[++at] ?? '').split(','))
      order = { ...order, copy: true, hosts }
    } else if (word === '--copy-parallel') order = { ...order, parallel: true }
    else if (word === '-u' || word === '--config') at++
    else order = { ...order, model: word }
  }
  return order
}

export const hfDownload: Tool = async (sim, call, io) => {
  const node = sim.node(call.node)
  const order = readOrder(call.argv)
  const startedAt = sim.clock.now()
  const fail = (line: string): number => {
    io.out(`${line}\n`)
    return 1
  }
  if (order.model === null) return fail('Error: Model name is required.')
  if (node.options.uvx === false || sim.faults.strike('F17', node.name) !== null)
    return fail("Error: 'uvx' command not found.\nPlease install uv first.")
  io.out(`Downloading model '${order.model}' using uvx...\n`)
  if ((await download(sim, node, order.model, call.env['HF_TOKEN'], io)) !== 0)
    return fail(`Error: Failed to download model '${order.model}'.`)
  io.out(`Download completed in ${spanText(sim.clock.now() - startedAt)}\n`)
  io.out(`Model directory: ${node.home}/.cache/huggingface/hub/models--${order.model.replace('/', '--')}\n`)
  if (!order.copy) io.out('No host specified, skipping copy.\n')
  else if (!(await copyToHosts(sim, node, order, io))) return fail(order.parallel ? 'One or more copies failed.' : '')
  io.out(`\nTIMING STATISTICS\n  Total: ${spanText(sim.clock.now() - startedAt)}\nDone downloading ${order.model}.\n`)
  return 0
}

const spanText = (ms: number): string => new Date(ms).toISOString().slice(11, 19)

/** Config first, shards last; tqdm's bar on stderr. A second run goes on where the first stopped. */
export async function download(sim: Sim, node: SimNode, repo: string, token: string | undefined, io: ToolIo): Promise<number> {
  const there = node.models.get(repo)
  const model = onHub(sim, repo)
  if (model === undefined || (model.gated === true && token === undefined) || sim.faults.strike('F18', node.name) !== null) {
    await sim.wait(node, 800, io.signal)
    io.err(model === undefined ? repositoryMissing(repo) : gated(repo))
    return 1
  }
  if (!isCacheWritable(sim, node)) {
    await sim.wait(node, 800, io.signal)
    io.err(`PermissionError: [Errno 13] Permission denied: '${node.home}/.cache/huggingface/hub/models--${repo.replace('/', '--')}'\n`)
    return 1
  }
  const isDone = there !== undefined && (there.state ?? 'complete') === 'complete'
  const started = there !== undefined && !isDone ? { ...model, arrivedBytes: arrivedBytes(there) } : model
  if (!isDone && !(await fetchModel(sim, node, started, io))) return 1
  io.out(`${node.home}/.cache/huggingface/hub/models--${repo.replace('/', '--')}/snapshots/${snapshotOf(model).revision}\n`)
  return 0
}

/** A model of the Hub: those it was given, and whatever some node already fetched from it. */
export function onHub(sim: Pick<Sim, 'options' | 'nodes'>, repo: string): SimModel | undefined {
  return (
    sim.options.hub?.find((one) => one.repo === repo) ?? sim.nodes.map((node) => node.models.get(repo)).find((one) => one !== undefined)
  )
}

/** False: the disk is full. A download that is killed stays interrupted. */
async function fetchModel(sim: Sim, node: SimNode, model: SimModel, io: ToolIo): Promise<boolean> {
  put(sim, node, { ...model, state: 'downloading', arrivedBytes: model.arrivedBytes ?? 0 })
  try {
    await fetchFiles(sim, node, model, io)
  } catch (error) {
    put(sim, node, { ...(node.models.get(model.repo) ?? model), state: 'interrupted' })
    if (!(error instanceof DiskFull)) throw error
    io.err('OSError: [Errno 28] No space left on device\n')
    return false
  }
  put(sim, node, whole(model))
  return true
}

function whole({ arrivedBytes: _, ...model }: SimModel): SimModel {
  return { ...model, state: 'complete' }
}

class DiskFull extends Error {}

function put(sim: Sim, node: SimNode, model: SimModel): void {
  node.models.set(model.repo, model)
  sim.changed()
}

/** Looks at the disk see it grow in so many steps. */
const steps = 40

async function fetchFiles(sim: Sim, node: SimNode, model: SimModel, io: ToolIo): Promise<void> {
  const total = snapshotOf({ ...model, state: 'complete' }).files.length
  const before = model.arrivedBytes ?? 0
  const seconds = (model.weightsBytes - before) / downloadBytesPerSecond
  for (let step = 0; step <= steps; step++) {
    const percent = Math.floor((100 * step) / steps)
    const done = Math.floor((total * step) / steps)
    const spent = (seconds * step) / steps
    io.err(
      `\rFetching ${total} files: ${String(percent).padStart(3)}%|${'█'.repeat(Math.floor(percent / 10)).padEnd(10)}| ${done}/${total} [${clockText(spent)}<${clockText(seconds - spent)}, ${(seconds / total).toFixed(2)}s/it]`,
    )
    if (step === steps / 2 && sim.faults.strike('F19', node.name) !== null) throw new DiskFull()
    if (step === steps - 1 && sim.faults.strike('F21', node.name) !== null) await sim.aborted(io.signal)
    if (step === steps) break
    await sim.wait(node, (seconds * 1000) / steps, io.signal)
    put(sim, node, { ...model, state: 'downloading', arrivedBytes: before + ((model.weightsBytes - before) * (step + 1)) / (steps + 1) })
  }
  io.err('\n')
}

const clockText = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(14, 19)

const repositoryMissing = (repo: string): string =>
  `huggingface_hub.errors.RepositoryNotFoundError: 404 Client Error. Repository Not Found for url: https://huggingface.co/api/models/${repo}/revision/main.\n`
const gated = (repo: string): string =>
  `huggingface_hub.errors.GatedRepoError: 401 Client Error. Cannot access gated repo for url https://huggingface.co/${repo}/resolve/main/config.json. Access to model ${repo} is restricted.\n`

async function copyToHosts(sim: Sim, node: SimNode, order: Order, io: ToolIo): Promise<boolean> {
  const listed = order.hosts.length > 0 ? order.hosts : (node.options.dotenv?.['COPY_HOSTS'] ?? '').split(',')
  const hosts = listed.filter((host) => host !== '')
  const model = node.models.get(order.model ?? '')
  if (model === undefined) return false
  io.out(`Copying model to ${hosts.length} host(s): ${hosts.join(' ')}\n${order.parallel ? 'Parallel copy enabled.\n' : ''}`)
  if (order.parallel) return (await Promise.all(hosts.map((host) => copyTo(sim, node, model, host, io)))).every((done) => done)
  for (const host of hosts) if (!(await copyTo(sim, node, model, host, io))) return false
  return true
}

export async function copyTo(sim: Sim, node: SimNode, model: SimModel, host: string, io: ToolIo): Promise<boolean> {
  io.out(`Copying model '${model.repo}' to spark@${host}...\n`)
  const target = sim.nodeAt(host)
  if (target === undefined || reachOf(target, sim.clock.now()) !== 'up') {
    await sim.wait(node, 3_000, io.signal)
    io.err(`ssh: connect to host ${host} port 22: No route to host\n`)
    io.out(`Copy to ${host} failed.\n`)
    return false
  }
  const seconds = model.weightsBytes / copyBytesPerSecond
  for (const percent of [20, 40, 60, 80, 100]) {
    put(sim, target, { ...model, state: 'downloading', arrivedBytes: (model.weightsBytes * (percent - 10)) / 100 })
    await sim.wait(node, seconds * 200, io.signal)
    io.out(
      `\r  ${Math.floor((model.weightsBytes * percent) / 100).toLocaleString('en-US')}  ${percent}%  310.22MB/s    ${spanText(seconds * 10 * (100 - percent)).slice(1)}`,
    )
  }
  const isCut = sim.faults.strike('F22', target.name) !== null
  put(sim, target, isCut ? { ...model, state: 'interrupted', arrivedBytes: model.weightsBytes / 2 } : whole(model))
  io.out(`\nCopy to ${host} completed in ${spanText(seconds * 1000)}\n`)
  return true
}
