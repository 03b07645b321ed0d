// A machine as the contract shows it.
import type { MachineShape } from '../contract/operations/shapes.ts'
import { isStale, type MachineView, type Observation } from '../domain/machine.ts'
import { isoTimeOrNull } from './iso-time.ts'
import { type MachineKnowledge, machineFactsShape } from './machine-facts-view.ts'

export interface MachineViewFacts {
  readonly now: number
  readonly pollMs: number
  readonly pressure: MachineShape['pressure']
  /** Containers of this name are ours. */
  readonly containerName: string
  readonly known: MachineKnowledge
}

export function machineShape(view: MachineView, facts: MachineViewFacts): MachineShape {
  const { machine, observation: seen } = view
  return {
    id: machine.id,
    name: machine.name,
    address: machine.address,
    port: machine.port,
    user: machine.user,
    hostKey: machine.hostKey,
    state: view.reach,
    trouble: view.trouble === null ? null : { ...view.trouble },
    observedAt: isoTimeOrNull(seen?.at ?? null),
    stale: isStale(view, facts.now, facts.pollMs),
    rebootedAt: isoTimeOrNull(view.rebootedAt),
    fabricAddress: machine.fabricAddress ?? seen?.fabricAddress ?? null,
    cachePath: machine.cachePath ?? seen?.cachePath ?? null,
    modelFolders: [...machine.modelFolders],
    pressure: facts.pressure,
    ...readings(seen),
    ...software(seen, facts),
    ...machineFactsShape(view, facts.known, facts),
  }
}

function readings(seen: Observation | null): Pick<MachineShape, 'memory' | 'gpu' | 'gpuName' | 'disk' | 'bootId' | 'uptimeSeconds'> {
  return {
    memory: seen === null ? null : { ...seen.memory },
    gpu: seen === null ? null : { ...seen.gpu },
    gpuName: seen?.gpuName ?? null,
    disk: seen?.disk == null ? null : { ...seen.disk },
    bootId: seen?.bootId ?? null,
    uptimeSeconds: seen?.uptimeSeconds ?? null,
  }
}

function software(
  seen: Observation | null,
  { containerName, known }: MachineViewFacts,
): Pick<MachineShape, 'driver' | 'vpnAddress' | 'launcher' | 'containers' | 'dockerProblem'> {
  const launcher = seen?.launcher ?? null
  return {
    driver: seen?.driver ?? null,
    vpnAddress: seen?.vpnAddress ?? null,
    launcher: launcher === null ? null : { path: launcher.path, era: launcher.era, commit: launcher.commit, date: launcher.date },
    containers:
      seen?.containers?.map(({ name, image, state, status }) => {
        return { name, image, state, status, ours: name === containerName, service: known.serviceIn(name) }
      }) ?? null,
    dockerProblem: seen?.dockerProblem ?? null,
  }
}
