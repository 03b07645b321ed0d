// The bot of an earlier installation, by the names of its environment. Taken once: what the owner removes does not come back.
import { botFields } from '../contract/operations/bot-shapes.ts'
import type { BotStore } from './bot-ports.ts'
import { freshBot } from './bots.ts'
import type { NamedMachineStore } from './named-machine-ports.ts'
import type { Clock, Ids, Log } from './ports.ts'
import type { Env } from './setting-values.ts'

export interface BotSeedNeeds {
  readonly store: { readonly bots: BotStore; readonly namedMachines: Pick<NamedMachineStore, 'isTaken' | 'take' | 'together'> }
  readonly env: Env
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Pick<Ids, 'next'>
  readonly log: Log
}

const variable = 'MATRIX_BRIDGE_USER'

export function takeBotSeed({ store, env, clock, ids, log }: BotSeedNeeds): void {
  const given = (name: string): string => env[name]?.trim() ?? ''
  const user = given(variable)
  if (user === '' || store.namedMachines.isTaken(variable)) return
  const read = botFields.pick({ user: true, unit: true, folder: true }).safeParse({
    user,
    unit: given('MATRIX_BRIDGE_UNIT') || 'matrix-bridge.service',
    folder: given('MATRIX_BRIDGE_DIR') || null,
  })
  if (!read.success) {
    log.warn('the environment names a bot that cannot be understood', { variable })
    return
  }
  try {
    store.namedMachines.together(() => {
      store.bots.insert({ ...freshBot(ids.next(), clock.now()), ...read.data, name: 'Matrix bridge' })
      store.namedMachines.take(variable, user, clock.now())
    })
    log.info('a bot was taken over from the environment', { from: variable })
  } catch (error) {
    log.error('the bot of the environment cannot be kept yet', { variable, error })
  }
}
