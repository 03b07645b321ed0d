// What repeats with the period of a setting.
import type { SettingKey } from '../contract/settings.ts'
import type { Clock } from './ports.ts'
import type { SettingsUse } from './use-cases.ts'
import { whenAborted } from './when-aborted.ts'

interface Needs {
  readonly clock: Clock
  readonly settings: Pick<SettingsUse, 'get' | 'watch'>
}

/** Settings whose value is a number of seconds between two rounds. */
type PeriodKey = Extract<SettingKey, 'machines.pollSeconds' | 'models.scanSeconds' | 'services.pollSeconds'>

/**
 * Calls `fn` again and again until aborted, first after one period. `atMostMs`, read before each wait, may make a wait shorter. A changed setting counts at once: the wait that was begun with
 * the old period (which may be a day) ends, and one of the new period begins.
 */
export function everyBySetting(
  { clock, settings, atMostMs = () => Number.POSITIVE_INFINITY }: Needs & { readonly atMostMs?: () => number },
  key: PeriodKey,
  fn: () => Promise<void>,
  signal: AbortSignal,
): void {
  let round = new AbortController()
  const begin = (): void => {
    round.abort()
    round = new AbortController()
    clock.every(() => Math.min(settings.get(key) * 1000, atMostMs()), fn, AbortSignal.any([signal, round.signal]))
  }
  if (signal.aborted) return
  begin()
  whenAborted(signal, settings.watch(key, begin))
}
