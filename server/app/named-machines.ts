// The machines of an earlier installation, by the names of its environment: SPARK1_HOST to SPARK9_HOST, SSH_USER, SSH_PORT. Each is
// taken once. With an address and a user it becomes a machine; otherwise it waits in a list until the owner has said what is missing.
import { SparkError } from '../contract/errors.ts'
import { operations } from '../contract/index.ts'
import type { StatusView } from '../contract/operations/shapes.ts'
import { isIpAddress, sshPort, tidyAddress } from '../domain/address.ts'
import { isoTime } from './iso-time.ts'
import type { NamedMachine, NamedMachineStore } from './named-machine-ports.ts'
import type { NamedMachinesUse } from './named-machine-use.ts'
import type { Clock, Ids, Log } from './ports.ts'
import type { Env } from './setting-values.ts'
import type { MachinesUse } from './use-cases.ts'

export interface NamedMachinesNeeds {
  readonly store: NamedMachineStore
  readonly machines: Pick<MachinesUse, 'add' | 'list'>
  readonly env: Env
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Pick<Ids, 'next'>
  readonly log: Log
}

export interface NamedMachines extends NamedMachinesUse {
  attention(): StatusView['attention']
  /** Takes what the environment names and was never taken. Resolves when every address was tried; a machine that is off is added all the same. */
  takeSeeds(): Promise<void>
}

const mostMachines = 9
/** What can stand in a host name or an address; anything else in the variable is a mistake. */
const hostForm = /^[A-Za-z0-9_.:[\]-]{1,253}$/

export function createNamedMachines({ store, machines, env, clock, ids, log }: NamedMachinesNeeds): NamedMachines {
  const found = (id: string): NamedMachine => {
    const one = store.list().find((machine) => machine.id === id)
    if (one === undefined) throw new SparkError('not_found', { what: `machine that needs an address "${id.slice(0, 64)}"` })
    return one
  }

  const wait = (given: Given, value: string): void =>
    store.together(() => {
      const { host, user, port, cameFrom } = given
      store.insert({ id: ids.next(), host, user, port, cameFrom, addedAt: clock.now() })
      store.take(cameFrom, value, clock.now())
    })

  /** An address that is in the list already needs nothing more. */
  const add = async (given: Given, value: string): Promise<void> => {
    try {
      await machines.add({ address: given.host, user: given.user, port: given.port })
    } catch (error) {
      if (!(error instanceof SparkError) || !settled.has(error.code)) throw error
      log.info('a machine of the environment is not added', { from: given.cameFrom, why: error.message })
    }
    store.take(given.cameFrom, value, clock.now())
  }

  const takeOne = async (variable: string, value: string): Promise<void> => {
    const given = readGiven(variable, value, env)
    if (given === null) return log.warn('the environment names a machine that cannot be understood', { variable })
    if (isIpAddress(given.host) && given.user !== '') await add(given, value)
    else wait(given, value)
  }

  return {
    list: () => store.list().map((one) => ({ ...one, sentence: whyItWaits(one), addedAt: isoTime(one.addedAt) })),
    async place(id, { address, user }) {
      const one = found(id)
      const as = user ?? one.user
      if (as === '') throw new SparkError('invalid_request', { why: 'body.user: a user is needed' })
      const name = freeName(one.host, machines.list())
      const machine = await machines.add({ address, user: as, port: one.port, ...(name === null ? {} : { name }) })
      store.remove(id)
      return machine
    },
    forget: (id) => store.remove(found(id).id),
    attention: () =>
      store.list().map((one) => ({
        code: 'machine_needs_address',
        sentence: isIpAddress(one.host)
          ? `${one.host} needs a user before it can be looked at.`
          : `${one.host} needs an IP address before it can be looked at.`,
        link: '/machines',
      })),
    async takeSeeds() {
      for (let number = 1; number <= mostMachines; number += 1) {
        const variable = `SPARK${number}_HOST`
        const value = env[variable]?.trim() ?? ''
        if (value === '' || store.isTaken(variable)) continue
        await takeOne(variable, value).catch((error: unknown) =>
          log.error('a machine of the environment cannot be kept yet', { variable, error }),
        )
      }
    },
  }
}

interface Given {
  readonly host: string
  readonly user: string
  readonly port: number
  readonly cameFrom: string
}

/** Refusals that trying again at each start would not mend. */
const settled: ReadonlySet<string> = new Set(['machine_exists', 'machine_is_another', 'address_not_ip'])

/** `alice@192.0.2.20` says the user, too. Null: no host can be read from it. */
function readGiven(cameFrom: string, value: string, env: Env): Given | null {
  const [, own, rest = value] = /^([^@]*)@(.*)$/.exec(value) ?? []
  const host = tidyAddress(rest)
  if (!hostForm.test(host)) return null
  const user = (own ?? env['SSH_USER'] ?? '').trim()
  const port = Number(env['SSH_PORT']?.trim() || sshPort)
  const { body } = operations['machines.add'].input
  const usable = body.safeParse({ address: host, user }).success
  return { host, user: usable ? user : '', port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : sshPort, cameFrom }
}

function whyItWaits({ host, user }: NamedMachine): string {
  if (isIpAddress(host)) return `No user was given for ${host}, so Spark Control cannot log in.`
  const who = user === '' ? ' No user was given either.' : ''
  return `${host} is a name and not an IP address. Such names are found by multicast, which does not reach into containers, and may lead to another computer tomorrow.${who}`
}

/** spark-1.local is called spark-1, where nobody is yet. */
function freeName(host: string, taken: readonly { readonly name: string }[]): string | null {
  const name = isIpAddress(host) ? '' : (host.split('.')[0] ?? '')
  return name === '' || name.length > 60 || taken.some((one) => one.name === name) ? null : name
}
