// Bots on machines, in memory: what runs, and the jobs of each. A test says what a machine does; the house looks and orders.
import type { BotSparks } from '../../server/app/bot-ports.ts'
import { SparkError } from '../../server/contract/errors.ts'
import type { Bot, BotJob, BotLook } from '../../server/domain/bot.ts'
import type { Machine } from '../../server/domain/machine.ts'
import type { Adapters } from '../../server/world.ts'

export interface FakeBot {
  look: Omit<BotLook, 'job'>
  job: BotJob | null
  /** Silence: the machine does not answer this user. */
  trouble: SparkError | null
  /** What a restart leaves behind. */
  afterRestart: Omit<BotLook, 'job'>
  /** What becomes of the next order: it arrives, it arrives and nobody hears of it, or it is lost on the way. */
  orders: 'heard' | 'unheard' | 'lost'
}

export const runs: FakeBot['look'] = { state: 'running', seen: 'active (running)', crashed: false, version: null }
export const failed: FakeBot['look'] = { state: 'stopped', seen: 'failed (failed)', crashed: true, version: null }
export const silence = (): SparkError => new SparkError('machine_unreachable', { machine: 'spark-1', why: 'no answer' })

export function createBotMachines() {
  const all = new Map<string, FakeBot>()
  const looks: { readonly machine: Machine; readonly bot: Bot }[] = []
  const orders: string[] = []
  const of = (user: string): FakeBot => {
    const found = all.get(user) ?? { look: runs, job: null, trouble: null, afterRestart: runs, orders: 'heard' as const }
    all.set(user, found)
    return found
  }
  const sparks: BotSparks = {
    async lookAtBot(machine, bot) {
      looks.push({ machine, bot })
      const { look, job, trouble } = of(machine.user)
      if (trouble !== null) throw trouble
      return { ...look, job }
    },
    async startBotJob(machine, _bot, { id, kind }) {
      const one = of(machine.user)
      orders.push(`${machine.user} ${kind}`)
      if (one.trouble !== null) throw one.trouble
      if (one.orders !== 'lost') one.job = { id, kind, state: 'running', exitCode: null, text: '' }
      if (one.orders !== 'heard') throw silence()
    },
  }
  /** The job under way ends like that. */
  const end = (user: string, exitCode: number, text = ''): void => {
    const one = of(user)
    if (one.job === null) throw new Error(`${user} has no job`)
    one.look = one.afterRestart
    one.job = { ...one.job, state: 'ended', exitCode, text }
  }
  /** Connections of bots that were closed. */
  const closed: string[] = []
  let isSilent = false
  const beside = (rest: Adapters['sparks']): Adapters['sparks'] => ({
    ...rest,
    ...sparks,
    probe: (...asked) => (isSilent ? Promise.reject(silence()) : rest.probe(...asked)),
    forget(id) {
      if (looks.some(({ machine }) => machine.id === id)) closed.push(id)
      rest.forget(id)
    },
  })
  /** The machines themselves answer nobody any more. */
  const silent = (): void => {
    isSilent = true
  }
  return { of, beside, looks, orders, end, closed, silent }
}
