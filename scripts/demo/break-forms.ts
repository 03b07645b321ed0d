// What the forms of the page to break things on ask for, as orders. A field that is empty was not chosen.
import { switchOf } from '../../tests/sim/core/switches.ts'
import type { FaultName } from '../../tests/sim/core/types.ts'
import type { Order } from './orders.ts'

/** Throws a sentence when the form is none of ours. */
export function orderOfForm(path: string, form: URLSearchParams): Order {
  const text = (name: string): string | null => form.get(name) || null
  const node = text('node')
  if (path === '/mend') return { act: 'mend', fault: text('fault') === null ? null : faultOf(text('fault')), node }
  if (path === '/freeze' || path === '/reboot') {
    if (node === null) throw new Error('Say which Spark.')
    return { act: path === '/freeze' ? 'freeze' : 'reboot', node, seconds: numberOf(text('seconds')) ?? 30 }
  }
  if (path !== '/break') throw new Error('There is no such act.')
  const fault = faultOf(text('fault'))
  const at = switchOf(fault)?.moments.find((moment) => moment === text('at')) ?? null
  const percent = at === 'weights' ? numberOf(text('percent')) : null
  const container = text('container')
  return {
    act: 'break',
    fault,
    node,
    model: null,
    container,
    times: numberOf(text('times')),
    seconds: numberOf(text('seconds')),
    at,
    percent,
  }
}

function faultOf(text: string | null): FaultName {
  const found = switchOf((text ?? '') as FaultName)
  if (found === undefined) throw new Error(`There is no switch "${text ?? ''}".`)
  return found.name
}

function numberOf(text: string | null): number | null {
  if (text === null) return null
  const value = Number(text)
  if (!(value >= 0 && value <= 3600)) throw new Error(`"${text}" is not a number from 0 to 3600.`)
  return value
}
