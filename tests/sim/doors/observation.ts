// What the appliance would read of a node, made from the node's look: a probe, a scan, the set-up check.
import type { Survey, SurveyRow } from '../../../server/app/ports.ts'
import { publishedPorts } from '../../../server/domain/container-ports.ts'
import type { FenceRecord, Launcher, Machine, Observation } from '../../../server/domain/machine.ts'
import type { FolderListing } from '../../../server/domain/model.ts'
import { gpuName } from '../core/gpu.ts'
import { snapshotOf } from '../core/snapshot.ts'
import type { NodeLook, SimModel } from '../core/types.ts'

/** Words after `exec` keep their quotes since this day. */
const quotesSince = '2026-03-06'

function launcherOf(look: NodeLook, machine: Machine): Launcher | null {
  const { launcher } = look
  if (launcher === null || (machine.launcherPath !== null && machine.launcherPath !== launcher.path)) return null
  const since = (era: 'E2' | 'E3'): boolean => launcher.era >= era
  const flags = { solo: since('E2'), noRay: since('E2'), ray: since('E3'), env: since('E2'), volume: since('E3'), mod: true }
  return { ...launcher, carriesQuotes: launcher.date >= quotesSince, flags }
}

export function observe(look: NodeLook, machine: Machine, watch: readonly string[], fence: FenceRecord | null, at: number): Observation {
  const { gpu, memory } = look
  return {
    at,
    hostname: look.name,
    bootId: look.bootId,
    uptimeSeconds: look.uptimeSeconds,
    driver: look.driver,
    gpuName,
    gpu: { loadPercent: gpu.loadPercent, temperatureC: gpu.temperatureC, powerW: gpu.powerW, smMHz: gpu.smMHz },
    memory: { ...memory, pressure: look.pressure },
    disk: { path: machine.cachePath ?? look.hubPath, ...look.disk },
    containers: look.dockerAllowed
      ? look.containers.map(({ name, image, state, status, ports, serving }) => ({
          name,
          image,
          state,
          status,
          ports: publishedPorts(ports),
          serving: watch.includes(name) ? serving : null,
        }))
      : null,
    dockerProblem: look.dockerAllowed ? null : 'permission',
    vpnAddress: look.vpnAddress,
    fabricAddress: look.fabricAddress,
    launcher: launcherOf(look, machine),
    cachePath: machine.cachePath ?? look.hubPath,
    fence,
    facts: look.facts,
  }
}

/** Every model folder; another cache folder than the node's holds nothing. */
export function listModels(look: NodeLook, machine: Machine, now: number): readonly FolderListing[] {
  const hubSeen = machine.cachePath === null || machine.cachePath === look.hubPath
  return look.models.flatMap((model) => {
    if (!model.repo.startsWith('local:')) return hubSeen ? [listModel(model, look.hubPath, now)] : []
    const folder = machine.modelFolders[0]
    return folder === undefined
      ? []
      : [{ ...listModel(model, folder, now), kind: 'local' as const, path: `${folder}/${model.repo.slice(6)}`, revision: null }]
  })
}

const threeDaysMs = 3 * 86_400_000

function listModel(model: SimModel, hubPath: string, now: number): FolderListing {
  const snapshot = snapshotOf(model)
  const files = snapshot.files.map((file) => ({ path: file.name, sizeBytes: file.sizeBytes }))
  const texts = Object.fromEntries(
    snapshot.files.flatMap(({ name, text }) => (text === null || name.endsWith('.index.json') ? [] : [[name, text]])),
  )
  const unfinishedBytes = snapshot.unfinished.reduce((sum, one) => sum + one.bytes, 0)
  const newestAt = model.state === 'downloading' ? now : now - threeDaysMs
  return {
    id: model.repo,
    kind: 'hub',
    path: `${hubPath}/${snapshot.folder}/snapshots/${snapshot.revision}`,
    revision: snapshot.revision,
    files,
    texts,
    indexFiles: snapshot.indexFiles,
    unfinished: snapshot.unfinished.length === 0 ? null : { count: snapshot.unfinished.length, bytes: unfinishedBytes, newestAt },
    diskBytes: files.reduce((sum, file) => sum + file.sizeBytes, unfinishedBytes),
    lastUsedAt: null,
  }
}

/** `reaches`: addresses the node gets to by SSH. */
export function surveyOf(look: NodeLook, machine: Machine, image: string, peers: readonly string[], reaches: readonly string[]): Survey {
  const launcher = launcherOf(look, machine)
  const ref = image.includes(':') ? image : `${image}:latest`
  const row = (id: string, title: string, good: boolean, sentence: string, mend: string | null): SurveyRow => ({
    id,
    title,
    state: good ? 'good' : 'missing',
    sentence,
    mend: good ? null : mend,
  })
  const hasImage = look.images.some((one) => one.ref === ref)
  return {
    rows: [
      row(
        'docker',
        'Docker without sudo',
        look.dockerAllowed,
        look.dockerAllowed ? 'Docker answers.' : 'The user may not use docker.',
        'sudo usermod -aG docker $USER',
      ),
      row(
        'launcher',
        'Launcher',
        launcher !== null,
        launcher === null ? 'There is no launcher.' : `${launcher.path}, ${launcher.date}.`,
        'git clone https://github.com/eugr/spark-vllm-docker',
      ),
      row('image', 'Image', hasImage, hasImage ? `${image} is here.` : `${image} is not here.`, './build-and-copy.sh'),
      row(
        'cache',
        'Model folder',
        look.cacheWritable,
        look.cacheWritable
          ? `${machine.cachePath ?? look.hubPath} is here.`
          : `${machine.cachePath ?? look.hubPath} belongs to another user.`,
        'sudo chown -R $USER ~/.cache/huggingface',
      ),
      row(
        'uvx',
        'Downloads',
        look.uvx,
        look.uvx ? 'uvx is here.' : 'uvx is not installed.',
        'curl -LsSf https://astral.sh/uv/install.sh | sh',
      ),
      ...peers.map((peer) =>
        row(
          `ssh-${peer}`,
          `SSH to ${peer}`,
          reaches.includes(peer),
          reaches.includes(peer) ? 'It answers.' : 'It does not answer.',
          `ssh-copy-id ${peer}`,
        ),
      ),
    ],
    dotenv: look.dotenv,
    peers: reaches.filter((one) => one !== look.fabricAddress),
    fabricAddress: look.fabricAddress,
    images: look.images,
  }
}
