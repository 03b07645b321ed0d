// The machines as the owner manages them: adding, changing, trusting, forgetting.
import { SparkError } from '../contract/errors.ts'
import type { MachineShape, SurveyView } from '../contract/operations/shapes.ts'
import { isIpAddress, sshPort, tidyAddress } from '../domain/address.ts'
import { keyOwner, type Machine, type MachineView } from '../domain/machine.ts'
import type { Swap } from '../domain/swap.ts'
import type { Fleet } from './fleet.ts'
import type { MachineKnowledge } from './machine-facts-view.ts'
import { machineShape } from './machine-view.ts'
import type { Clock, Ids, Log, MachineStore, ModelStore, ServingStore, Sparks, SwapStore } from './ports.ts'
import type { PressureView } from './pressure-use.ts'
import type { EventsUse, MachineEdit, MachinesUse, SettingsUse } from './use-cases.ts'

export interface MachinesNeeds {
  readonly clock: Clock
  readonly ids: Ids
  readonly sparks: Sparks
  readonly store: {
    readonly machines: MachineStore
    readonly swaps: Pick<SwapStore, 'live'>
    readonly serving: Pick<ServingStore, 'find'>
    readonly models: Pick<ModelStore, 'removeListings'>
  }
  readonly fleet: Fleet
  readonly settings: Pick<SettingsUse, 'get' | 'list' | 'change'>
  readonly events: Pick<EventsUse, 'append'>
  readonly log: Log
  /** Makes an ed25519 key pair in OpenSSH form. */
  readonly generateKeyPair: () => { readonly privateKey: string; readonly publicKey: string }
  /** Reads the disks of one machine; its failure is told by the machine's view. */
  readonly scan: (machine: string) => Promise<void>
  /** How short it is of memory; null: nobody follows it. */
  readonly pressureOf: (machine: string) => PressureView | null
  /** The slower look, now. */
  readonly inspect: (machine: string) => Promise<void>
  /** What is known beside the looks. */
  readonly knowledge: (view: MachineView) => MachineKnowledge
  /** The list of models changed because a machine left. */
  readonly forgetModels: () => void
}

const onlyCluster = 'default'
const onlyEngine = 'main'
const containerNameKey = 'engine.containerName'
/** Changes of these make it another connection. */
const ofConnection = ['address', 'port', 'user'] as const
const ofLaunch = [...ofConnection, 'fabricAddress', 'launcherPath', 'cachePath'] as const

export function createMachines(needs: MachinesNeeds): MachinesUse {
  const { clock, fleet, settings, events } = needs
  const store = needs.store.machines

  const shape = (view: MachineView): MachineShape =>
    machineShape(view, {
      pressure: needs.pressureOf(view.machine.id),
      now: clock.now(),
      pollMs: settings.get('machines.pollSeconds') * 1000,
      containerName: settings.get('engine.containerName'),
      known: needs.knowledge(view),
    })

  const found = (id: string): Machine => fleet.view(id).machine

  const keyPair = (): { readonly publicKey: string } => {
    const stored = store.keyPair()
    if (stored !== null) return stored
    const made = needs.generateKeyPair()
    store.setKeyPair(made)
    return made
  }

  const usableAddress = (given: string, port: number, self: string | null): string => {
    const address = tidyAddress(given)
    if (!isIpAddress(address)) throw new SparkError('address_not_ip', { address: given.slice(0, 100) })
    const taken = store.list().some((one) => one.id !== self && one.address === address && one.port === port)
    if (taken) throw new SparkError('machine_exists', { address: port === sshPort ? address : `${address}, port ${port}` })
    return address
  }

  /** Two places in the list are never one machine: an order for one would be carried out by the other. */
  const refuseKeyOfAnother = (hostKey: string, self: string | null, { name, address }: Pick<Machine, 'name' | 'address'>): void => {
    const other = keyOwner(store.list(), hostKey, self)
    if (other !== null) throw new SparkError('machine_is_another', { machine: name, other: other.name, address })
  }

  const defaultName = (): string => {
    const names = new Set(store.list().map((one) => one.name))
    let number = names.size + 1
    while (names.has(`spark-${number}`)) number += 1
    return `spark-${number}`
  }

  /** The first look fills what the owner left open: the machine's own name, its address on the fast link. */
  const getAcquainted = async (id: string, given: { name: boolean; fabric: boolean }): Promise<void> => {
    const { machine, observation } = await fleet.look(id)
    if (observation === null) return
    const free = !store.list().some((one) => one.id !== id && one.name === observation.hostname)
    const name = given.name || !free || !/^[\w.-]{1,60}$/.test(observation.hostname) ? machine.name : observation.hostname
    const fabricAddress = given.fabric ? machine.fabricAddress : (machine.fabricAddress ?? observation.fabricAddress)
    if (name !== machine.name || fabricAddress !== machine.fabricAddress) store.update({ ...found(id), name, fabricAddress })
    await needs.scan(id)
  }

  const inBackground = (id: string, work: Promise<unknown>): void => {
    work.catch((error: unknown) => needs.log.info('a machine could not be looked at yet', { machine: id, error }))
  }

  const add: MachinesUse['add'] = async (edit) => {
    const port = edit.port ?? sshPort
    const address = usableAddress(edit.address, port, null)
    keyPair()
    // Pinned at first contact; a machine that is off now is pinned by the first look that reaches it.
    const hostKey = await needs.sparks.hostKey(address, port).catch(() => null)
    const name = edit.name ?? defaultName()
    if (hostKey !== null) refuseKeyOfAnother(hostKey, null, { name: edit.name ?? 'a new machine', address })
    const machine: Machine = {
      id: needs.ids.next(),
      name,
      address,
      port,
      user: edit.user,
      hostKey,
      fabricAddress: edit.fabricAddress ?? null,
      launcherPath: edit.launcherPath ?? null,
      cachePath: edit.cachePath ?? null,
      modelFolders: edit.modelFolders ?? [],
      addedAt: clock.now(),
    }
    store.insert(machine)
    events.append('machine_added', { machine: machine.id, name: machine.name })
    fleet.track(machine.id)
    const given = { name: edit.name !== undefined, fabric: edit.fabricAddress !== undefined }
    inBackground(machine.id, getAcquainted(machine.id, given))
    return shape(fleet.view(machine.id))
  }

  const edit: MachinesUse['edit'] = async (id, change) => {
    const before = found(id)
    const port = change.port ?? before.port
    const address = usableAddress(change.address ?? before.address, port, id)
    const after = changed(before, { ...change, address, port })
    const differs = (key: keyof Machine): boolean => after[key] !== before[key]
    const live = needs.store.swaps.live(onlyCluster)
    if (ofLaunch.some(differs) && live !== null && touches(live, id)) throw new SparkError('machine_in_use', { machine: before.name })
    store.update(after)
    events.append('machine_changed', { machine: id, name: after.name, what: 'its settings were changed' })
    if (ofConnection.some(differs)) fleet.track(id)
    inBackground(
      id,
      fleet.look(id).then(() => needs.scan(id)),
    )
    return shape(fleet.view(id))
  }

  const remove = (id: string): void => {
    const machine = found(id)
    const live = needs.store.swaps.live(onlyCluster)
    const serves = needs.store.serving.find(onlyEngine)?.machines.includes(id) === true
    if (serves || (live !== null && touches(live, id))) throw new SparkError('machine_in_use', { machine: machine.name })
    store.remove(id)
    needs.store.models.removeListings(id)
    fleet.drop(id)
    needs.forgetModels()
    events.append('machine_removed', { machine: id, name: machine.name })
  }

  const acceptHostKey: MachinesUse['acceptHostKey'] = async (id, fingerprint) => {
    const machine = found(id)
    const presented = await needs.sparks.hostKey(machine.address, machine.port)
    if (presented !== fingerprint.trim()) {
      throw new SparkError('host_key_changed', { machine: machine.name, pinned: fingerprint.trim().slice(0, 100), presented })
    }
    refuseKeyOfAnother(presented, id, machine)
    store.update({ ...found(id), hostKey: presented })
    events.append('machine_changed', { machine: id, name: machine.name, what: 'its host key was accepted' })
    fleet.track(id)
    await fleet.look(id).catch(() => undefined)
    return shape(fleet.view(id))
  }

  /** CONTAINER_NAME of the launcher's .env: what runs under it is the owner's own engine. Never over a name that somebody chose. */
  const importContainerName = (machine: Machine, dotenv: Readonly<Record<string, string>>): void => {
    const name = dotenv['CONTAINER_NAME']?.trim() ?? ''
    const now = settings.list().find((one) => one.key === containerNameKey)
    const chosen = now === undefined || now.setBy !== null || now.version !== 0
    const used = needs.store.serving.find(onlyEngine) !== null || needs.store.swaps.live(onlyCluster) !== null
    if (name === '' || chosen || used || name === now.value) return
    try {
      settings.change(containerNameKey, name, 0, `the launcher's .env on ${machine.name}`)
    } catch (error) {
      needs.log.info("the container name in the launcher's .env cannot be used", { machine: machine.id, error })
    }
  }

  const survey = async (id: string): Promise<SurveyView> => {
    const others = store.list().filter((one) => one.id !== id)
    const addresses = others.map((one) => one.fabricAddress ?? one.address)
    const machine = found(id).hostKey === null ? (await fleet.look(id)).machine : found(id)
    const told = await needs.sparks.survey(machine, settings.get('engine.image'), addresses)
    const fabric = found(id).fabricAddress ?? told.fabricAddress ?? localAddress(told.dotenv)
    if (fabric !== found(id).fabricAddress) store.update({ ...found(id), fabricAddress: fabric })
    importContainerName(machine, told.dotenv)
    const known = new Set(store.list().flatMap((one) => [one.address, one.fabricAddress ?? one.address]))
    const peers = [...new Set([...told.peers, ...clusterNodes(told.dotenv)])].filter((peer) => !known.has(peer))
    return { machine: id, rows: told.rows.map((row) => ({ ...row })), peers }
  }

  return {
    list: () => fleet.views().map(shape),
    find: (id) => shape(fleet.view(id)),
    publicKey: () => keyPair().publicKey,
    add,
    edit,
    remove,
    check: async (id) => {
      const view = await fleet.look(id)
      inBackground(id, needs.inspect(id))
      return shape(view)
    },
    survey,
    acceptHostKey,
  }
}

/** Only what was given; undefined leaves a field as it was, null clears it. */
function changed(machine: Machine, edit: MachineEdit): Machine {
  const given = Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined))
  return { ...machine, ...given }
}

function touches(swap: Swap, machine: string): boolean {
  const plans = [swap.plan, ...(swap.wayBack === null ? [] : [swap.wayBack])]
  return plans.some(
    (plan) => plan.starts?.machines.includes(machine) === true || plan.stops.some((stop) => stop.machines.includes(machine)),
  )
}

/** LOCAL_IP of the launcher's .env: the address the launcher calls its own. */
function localAddress(dotenv: Readonly<Record<string, string>>): string | null {
  const address = dotenv['LOCAL_IP']?.trim() ?? ''
  return isIpAddress(address) ? address : null
}

function clusterNodes(dotenv: Readonly<Record<string, string>>): string[] {
  return (dotenv['CLUSTER_NODES'] ?? '').split(/[\s,]+/).filter(isIpAddress)
}
