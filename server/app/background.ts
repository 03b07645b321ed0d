// Work that can come back later gives way when a machine runs short of memory: first of all that is done about it, once in an episode,
// which ends when the machine is calm again. What services do then is theirs (they hear of the same levels).
import { whatFollows } from '../domain/pressure-level.ts'
import type { Log } from './ports.ts'
import type { LevelChange, Pressures } from './pressure.ts'

export interface BackgroundNeeds {
  readonly pressure: Pick<Pressures, 'onChange'>
  /** Asked in this order, with the machine that is short. */
  readonly work: readonly ((machine: string) => void)[]
  readonly log: Log
}

export function shedBackground({ pressure, work, log }: BackgroundNeeds): void {
  /** Machines in an episode in which it gave way already. */
  const asked = new Set<string>()

  const giveWay = (machine: string): void => {
    for (const ask of work) {
      try {
        ask(machine)
      } catch (error) {
        log.error('background work did not give way', { machine, error })
      }
    }
  }

  pressure.onChange(({ machine, to }: LevelChange) => {
    if (to === 'normal') asked.delete(machine)
    if (!whatFollows[to].shedsBackground || asked.has(machine)) return
    asked.add(machine)
    giveWay(machine)
  })
}
