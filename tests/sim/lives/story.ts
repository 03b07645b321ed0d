// A life in plain words, and as the code of a test.
import type { Fault } from '../core/types.ts'
import type { Schedule, Step } from './schedule.ts'

const faultWords = ({ name, node, times, forMs, at, percent, ...more }: Fault): string =>
  [
    name,
    node === undefined ? '' : ` on ${node}`,
    times === undefined ? '' : `, ${times} time(s)`,
    forMs === undefined ? '' : ` for ${forMs / 1000} s`,
    at === undefined ? '' : `, at the moment "${at}"`,
    percent === undefined ? '' : ` (${percent} %)`,
    Object.keys(more).length === 0 ? '' : ` ${JSON.stringify(more)}`,
  ].join('')

/** The step as a line of the story. */
export function tellStep(step: Step): string {
  switch (step.kind) {
    case 'wait':
      return `${step.ms} ms pass`
    case 'switch':
      return [
        `the owner switches to ${step.model}`,
        step.maxLen === undefined ? '' : `, with a context of ${step.maxLen} this once`,
        step.withToken ? ', with the token' : '',
        step.breakLock ? ', breaking a lock' : '',
      ].join('')
    case 'race':
      return `two ask at once: ${step.models.join(' and ')}`
    case 'stop':
      return `the owner stops the model${step.breakLock ? ', breaking a lock' : ''}`
    case 'cancel':
      return 'the owner cancels'
    case 'swarm':
      return 'six clicks at once: switch, stop, cancel, switch, cancel, stop'
    case 'reserve':
      return `recap reserves the cluster for ${step.seconds} s`
    case 'renew':
      return `recap renews its reservation for ${step.seconds} s`
    case 'release':
      return step.how === 'token' ? 'recap releases it' : 'the owner breaks the reservation'
    case 'recipe':
      return `the owner writes a recipe for ${step.model} with a context of ${step.maxLen}`
    case 'unrecipe':
      return `the owner takes the recipe for ${step.model} away`
    case 'confirm':
      return `the owner says yes to the recipe of ${step.model}`
    case 'setting':
      return `${step.key} is set to ${JSON.stringify(step.value)}`
    case 'remove':
      return `${step.node} is taken off the list`
    case 'add':
      return `${step.node} is put on the list`
    case 'fault':
      return `fault ${faultWords(step.fault)}`
    case 'heal':
      return `no more ${step.fault.name}`
    case 'cut':
      return `the line to ${step.node} is cut (${step.how}) for ${step.ms / 1000} s`
    case 'mend':
      return `the line to ${step.node} is whole`
    case 'lose':
      return `${step.times} answer(s) of ${step.node} get lost`
    case 'freeze':
      return `${step.node} freezes for ${step.ms / 10_000} s`
    case 'reboot':
      return `${step.node} loses power for ${step.ms / 10_000} s`
    case 'crash':
      return `the appliance is killed ${step.after === 0 ? 'now' : `at its ${step.after}. point from now`} and rises ${step.downMs / 1000} s later`
    case 'backup':
      return 'a backup of the database is made'
    case 'restore':
      return 'the appliance is killed and rises from the backup'
    case 'rival':
      return `a second appliance comes and switches to ${step.model}`
    case 'foreign':
      return `someone else's engine starts on ${step.node}, port ${step.port}`
    case 'by-hand':
      return `a container of our name is started by hand on ${step.node}`
  }
}

/** Ready to paste into tests/app/lives-found.test.ts. */
export function testCode(schedule: Schedule, name: string): string {
  const steps = schedule.steps.map((step) => `    ${literal(step)},`).join('\n')
  return [
    `test('${name.replaceAll("'", '’')}', async () => {`,
    `  const lived = await live({ seed: ${schedule.seed}, startAfterReboot: ${schedule.startAfterReboot}, steps: [`,
    steps,
    '  ] })',
    "  expect(lived.broken.length === 0 ? '' : lived.story).toBe('')",
    '})',
  ].join('\n')
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const fields = Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [`${key}: ${literal(inner)}`]))
  return `{ ${fields.join(', ')} }`
}
