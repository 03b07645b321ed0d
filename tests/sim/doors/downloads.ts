// Downloads as door 1 answers them: what a node says beforehand, how many bytes are there, and a removal.
import type { HubAsk, Removal } from '../../../server/app/download-ports.ts'
import type { HubLook } from '../../../server/domain/download-ground.ts'
import { readHubAnswer } from '../../../server/domain/hub-answer.ts'
import type { Machine } from '../../../server/domain/machine.ts'
import { snapshotOf } from '../core/snapshot.ts'
import type { NodeLook, SimModel, World } from '../core/types.ts'

const userName = 'spark'

export function hubLookOf(world: World, look: NodeLook, machine: Machine, ask: HubAsk): HubLook {
  const cachePath = machine.cachePath ?? look.hubPath
  const model = look.models.find((one) => one.repo === ask.repo)
  return {
    cachePath,
    user: userName,
    home: '/home/spark',
    unwritable: look.cacheWritable ? null : { path: cachePath, owner: 'root' },
    freeBytes: look.disk.freeBytes,
    uvx: look.uvx ? '/home/spark/.local/bin/uvx' : null,
    hf: null,
    script: look.launcher === null ? null : `${look.launcher.path}/hf-download.sh`,
    hasToken: false,
    blobs: model === undefined || cachePath !== look.hubPath ? [] : blobsOf(model),
    busy: false,
    hub: ask.hub ? hubOf(world, look, ask) : null,
  }
}

function hubOf(world: World, look: NodeLook, ask: HubAsk): HubLook['hub'] {
  const about = world.hub(look.name, `/api/models/${ask.repo}/revision/main`, ask.token !== null)
  const file = world.hub(look.name, `/${ask.repo}/resolve/main/config.json`, ask.token !== null)
  const answer = about.status === 200 ? readHubAnswer(about.body) : null
  return { endpoint: 'https://huggingface.co', status: about.status, answer, fileStatus: file.status }
}

function blobsOf(model: SimModel): HubLook['blobs'] {
  const { files, unfinished } = snapshotOf(model)
  return [
    ...files.map(({ blob, sizeBytes }) => ({ name: blob, sizeBytes })),
    ...unfinished.map(({ blob, bytes }) => ({ name: `${blob}.incomplete`, sizeBytes: bytes })),
  ]
}

export function folderBytes(look: NodeLook, folder: string): number {
  const model = look.models.find((one) => folder === `${look.hubPath}/${snapshotOf(one).folder}`)
  return model === undefined ? 0 : blobsOf(model).reduce((sum, blob) => sum + blob.sizeBytes, 0)
}

export function removeFrom(world: World, look: NodeLook, repo: string, partsOnly: boolean): Removal {
  const model = look.models.find((one) => one.repo === repo)
  const said = (outcome: Removal['outcome'], bytes = 0): Removal => ({ outcome, bytes, words: '', user: userName, cachePath: look.hubPath })
  if (model === undefined) return said('absent')
  if (model.state === 'downloading') return said('busy')
  if (partsOnly)
    return said(
      'removed',
      snapshotOf(model).unfinished.reduce((sum, one) => sum + one.bytes, 0),
    )
  world.removeModel(look.name, repo)
  return said(
    'removed',
    blobsOf(model).reduce((sum, blob) => sum + blob.sizeBytes, 0),
  )
}
