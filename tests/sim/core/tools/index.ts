// Every executable of a simulated node by its name.
import type { Tool } from '../sim.ts'
import { curl } from './curl.ts'
import { df } from './df.ts'
import { docker } from './docker.ts'
import { git } from './git.ts'
import { hfDownload } from './hf-download.ts'
import { launchCluster } from './launch-cluster.ts'
import { nvidiaSmi } from './nvidia-smi.ts'
import { journalctl, last } from './records.ts'
import { rsync } from './rsync.ts'
import { hostname, ibdev2netdev, ip, ping, ssh, uvx } from './small.ts'
import { sudo } from './sudo.ts'

/** What doors put on a node's PATH. */
export const toolTable: Readonly<Record<string, Tool>> = {
  'launch-cluster.sh': launchCluster,
  'hf-download.sh': hfDownload,
  curl,
  df,
  docker,
  'nvidia-smi': nvidiaSmi,
  ibdev2netdev,
  ip,
  ping,
  last,
  journalctl,
  ssh,
  git,
  uvx,
  rsync,
  sudo,
  hostname,
}

export function toolOf(name: string): Tool | undefined {
  return toolTable[name.split('/').at(-1) ?? name]
}
