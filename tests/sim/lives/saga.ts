// One life while it is lived: the appliance that lives now, what it has accepted, what was seen of the world, what went wrong.
import type { Life } from '../../fakes/appliance.ts'
import type { Ledger } from './ledger.ts'
import type { Watchman } from './watchman.ts'

export interface Broken {
  /** Name of the invariant. */
  readonly invariant: string
  readonly sentence: string
}

export interface Saga {
  life: Life
  /** Between a death and the next rising there is no appliance to ask. */
  down: boolean
  readonly watchman: Watchman
  ledger: Ledger
  /** Asked for and not answered yet: switches that may break a reservation at any moment. */
  breaking: number
  readonly broken: Broken[]
  readonly outcomes: string[]
  /** How often each kind of step and fault was really met, by what was going on. */
  readonly met: Map<string, number>
  /** Small steps of time so far. */
  slices: number
  tell(line: string): void
  break(invariant: string, sentence: string): void
}

/** Container names an appliance of this house may use. */
export const ourNames: ReadonlySet<string> = new Set(['vllm_node', 'vllm_other'])
/** What a launcher's .env holds and nobody may ever store. */
export const secret = 'hf_TheSecretOfThisHouse0123456789'
export const finals = ['swap_complete', 'swap_failed', 'swap_cancelled']

export function meet(saga: Saga, what: string): void {
  saga.met.set(what, (saga.met.get(what) ?? 0) + 1)
}

/** The phase of the live switch, or what else is going on. */
export function going(saga: Saga): string {
  if (saga.down) return 'down'
  return saga.life.stores.swaps.live('default')?.phase ?? 'idle'
}
