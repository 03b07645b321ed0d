// What looks like a service and is in no row: containers by their name and image, and doors that answer at the usual ports. Only looked
// at: whether it is one, and whose, is for the owner to say.
import type { ServiceCandidateView } from '../contract/operations/service-shapes.ts'
import type { SettingKey } from '../contract/settings.ts'
import type { Container, MachineView } from '../domain/machine.ts'
import { kindOfWord, type Service, type ServiceKind, serviceKindRows, serviceKinds } from '../domain/service.ts'
import type { Fleet } from './fleet.ts'
import type { ServiceDoors, ServiceStore } from './service-ports.ts'
import type { SettingsUse } from './use-cases.ts'

export interface CandidateNeeds {
  readonly doors: ServiceDoors
  readonly fleet: Pick<Fleet, 'views'>
  readonly store: Pick<ServiceStore, 'list'>
  readonly settings: Pick<SettingsUse, 'get'>
}

const knockMs = 2000
const mostCandidates = 40

/** Settings that say the usual port of a kind. */
export const portSettings = {
  stt: 'services.speechPort',
  tts: 'services.voicePort',
  embed: 'services.embeddingPort',
  qdrant: 'services.vectorPort',
} as const satisfies Partial<Record<ServiceKind, SettingKey>>
export type PortKind = keyof typeof portSettings

export const isPortKind = (kind: string): kind is PortKind => Object.hasOwn(portSettings, kind)

function usualPort(settings: Pick<SettingsUse, 'get'>, kind: ServiceKind): number {
  return isPortKind(kind) ? settings.get(portSettings[kind]) : serviceKindRows[kind].port
}

/** What a machine shows of a service that is looked for: something is at its port, or a container has its name. */
export interface Found {
  /** Null: none that has the kind's name. */
  readonly box: Container | null
  /** Its port answers as its kind does. */
  readonly open: boolean
}

export type ServiceCandidates = ReturnType<typeof createServiceCandidates>

/** Kinds that may be proposed. Model servers are found by looks at machines already. */
export function wantedKinds(settings: Pick<SettingsUse, 'get'>): readonly ServiceKind[] {
  const not = new Set(settings.get('services.notWanted').map(kindOfWord))
  return serviceKinds.filter((kind) => kind !== 'vllm' && !not.has(kind))
}

/** The kind whose hint stands in the container's name, else in its image. */
export function kindOfContainer({ name, image }: Pick<Container, 'name' | 'image'>, kinds: readonly ServiceKind[]): ServiceKind | null {
  for (const text of [name.toLowerCase(), image.toLowerCase()]) {
    const found = kinds.find((kind) => serviceKindRows[kind].hints.some((hint) => text.includes(hint)))
    if (found !== undefined) return found
  }
  return null
}

export function createServiceCandidates({ doors, fleet, store, settings }: CandidateNeeds) {
  const answers = async (address: string, kind: ServiceKind, port: number): Promise<boolean> => {
    const { path } = serviceKindRows[kind]
    const answer = await doors.ask({ address, port, secure: false, foreign: false, method: 'GET', path, timeoutMs: knockMs })
    return answer.status !== null && answer.status < 400
  }

  const rowAt = (machine: string, test: (row: Service) => boolean): boolean =>
    store.list().some((row) => row.machine === machine && test(row))

  /** The first container of each kind that no row has. */
  const boxesOf = (view: MachineView, kinds: readonly ServiceKind[]): ReadonlyMap<ServiceKind, Container> => {
    const engine = settings.get('engine.containerName')
    const found = new Map<ServiceKind, Container>()
    for (const box of view.observation?.containers ?? []) {
      const kind = kindOfContainer(box, kinds)
      const isTaken = box.name === engine || rowAt(view.machine.id, (row) => row.container === box.name)
      if (kind !== null && !isTaken && !found.has(kind)) found.set(kind, box)
    }
    return found
  }

  const candidate = async (
    { machine, reach }: MachineView,
    kind: ServiceKind,
    box: Container | null,
  ): Promise<ServiceCandidateView | null> => {
    const port = box?.ports?.[0] ?? usualPort(settings, kind)
    if (rowAt(machine.id, (row) => row.port === port)) return null
    const open = reach !== 'unreachable' && (await answers(machine.address, kind, port))
    if (box === null && !open) return null
    const { word } = serviceKindRows[kind]
    return {
      kind,
      kindWord: word,
      name: word,
      machine: { id: machine.id, name: machine.name },
      port,
      container: box?.name ?? null,
      image: box?.image ?? null,
      why: whyOf(box, port, open),
    }
  }

  const ofMachine = async (view: MachineView, kinds: readonly ServiceKind[]): Promise<ServiceCandidateView[]> => {
    const boxes = boxesOf(view, kinds)
    const found = await Promise.all(kinds.map((kind) => candidate(view, kind, boxes.get(kind) ?? null)))
    return found.filter((one) => one !== null)
  }

  return {
    async find(): Promise<ServiceCandidateView[]> {
      const kinds = wantedKinds(settings)
      const all = await Promise.all(fleet.views().map((view) => ofMachine(view, kinds)))
      return all.flat().slice(0, mostCandidates)
    },
    /** One of a kind at a port of a machine: its container by the kind's name, where that publishes the port or tells none. */
    async lookFor({ machine, observation }: MachineView, kind: ServiceKind, port: number): Promise<Found | null> {
      const engine = settings.get('engine.containerName')
      const boxes = (observation?.containers ?? []).filter(({ name }) => name !== engine)
      const tellsNone = ({ ports }: Container): boolean => ports === undefined || ports.length === 0
      const publishes = boxes.find(({ ports }) => ports?.includes(port) === true)
      const named = (publishes === undefined ? boxes.filter(tellsNone) : [publishes]).find((one) => kindOfContainer(one, [kind]) !== null)
      // What only publishes the port is shown, and is nobody's to start or stop.
      const box = named ?? null
      const open = await answers(machine.address, kind, port)
      return box === null && publishes === undefined && !open ? null : { box, open }
    },
  }
}

function whyOf(box: Container | null, port: number, open: boolean): string {
  if (box === null) return `Port ${port} answers there.`
  const there = `The container ${box.name} ${box.state === 'running' ? 'runs' : 'is'} there`
  return `${there}, and port ${port} ${open ? 'answers' : 'does not answer'}.`
}
