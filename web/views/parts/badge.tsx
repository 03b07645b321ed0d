import { type ServiceState, serviceStateWord } from '../../../server/domain/words.ts'

/** Shapes differ so that no state is told by colour alone. */
const shapes = {
  answering: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  busy: (
    <>
      <circle cx="6" cy="6" r="5" class="stroke" />
      <circle cx="6" cy="6" r="2.4" fill="currentColor" />
    </>
  ),
  switching: (
    <>
      <circle cx="6" cy="6" r="5" class="stroke" />
      <path d="M6 1a5 5 0 0 1 0 10z" fill="currentColor" />
    </>
  ),
  starting: (
    <>
      <circle cx="6" cy="6" r="5" class="stroke" />
      <path d="M6 6V1a5 5 0 0 1 5 5z" fill="currentColor" />
    </>
  ),
  degraded: <path d="M6 .5 11.5 6 6 11.5.5 6z" fill="currentColor" />,
  stopped: <circle cx="6" cy="6" r="4.6" class="stroke" />,
  unreachable: <path d="M6 .8 11.6 11H.4z" fill="currentColor" />,
  unknown: <circle cx="6" cy="6" r="4.6" class="stroke" stroke-dasharray="2.4 2.4" />,
  reachable: <path d="M3.5 1v4M8.5 1v4M1.5 5h9v1.5a4.5 4.5 0 0 1-9 0zM6 11v1" class="stroke" />,
  done: <path d="m1.5 6.5 3 3 6-7" class="stroke thick" />,
  failed: <path d="m2 2 8 8M10 2l-8 8" class="stroke thick" />,
  cancelled: <path d="M1.5 6h9" class="stroke thick" />,
} as const

export type BadgeShape = keyof typeof shapes

export function Badge({ shape, word }: { readonly shape: BadgeShape; readonly word: string }) {
  return (
    <span class="badge" data-state={shape}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        {shapes[shape]}
      </svg>
      {word}
    </span>
  )
}

/** One of the eight words for anything that serves. */
export function StateBadge({ state }: { readonly state: ServiceState }) {
  return <Badge shape={state} word={serviceStateWord[state]} />
}

/** A machine is reached or not; "Answering" is said only of a model. */
const machineStates = {
  reachable: { shape: 'reachable', word: 'Reachable' },
  unreachable: { shape: 'unreachable', word: 'Unreachable' },
  unknown: { shape: 'unknown', word: 'Not seen yet' },
} as const

interface Seen {
  readonly state: string
  readonly stale: boolean
  /** What the last look met, when it met trouble. */
  readonly trouble: { readonly code: string } | null
}

const lockedOut: ReadonlySet<string> = new Set(['machine_refused_key', 'host_key_changed', 'machine_is_another'])

/** One silent look is not "Unreachable" yet, but it is not "Reachable" either. */
export function MachineBadge({ machine }: { readonly machine: Seen }) {
  if (machine.trouble !== null && lockedOut.has(machine.trouble.code)) return <Badge shape="degraded" word="Locked out" />
  if (machine.state === 'reachable' && (machine.stale || machine.trouble !== null)) return <Badge shape="degraded" word="Silent" />
  return <Badge {...(machineStates[machine.state as keyof typeof machineStates] ?? machineStates.unknown)} />
}
