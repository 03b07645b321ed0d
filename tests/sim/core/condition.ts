// What of a node a test may change while it runs: its driver, its cable, what its launcher's origin holds, and so on.

export interface SimCommit {
  readonly commit: string
  readonly date: string
  readonly subject: string
}

export interface SimCondition {
  readonly driver: string
  readonly kernel: string
  /** Bits of clocks_event_reasons.active; null: idle or none, by what it does. */
  readonly reasons: number | null
  /** nvidia-smi knows these bits as clocks_throttle_reasons.active alone, as drivers before 535 do. */
  readonly oldReasonName: boolean
  /** False: the CX7 ports of this node are down, although it has them. */
  readonly cable: boolean
  readonly linkErrors: number
  readonly mtu: number
  /** Ids of images that were built anew, by ref. */
  readonly images: Readonly<Record<string, string>>
  readonly storageDriver: string
  /** What the launcher's origin has beyond this checkout, newest first; null: it cannot be reached. */
  readonly origin: readonly SimCommit[] | null
  /** Files of the launcher's checkout that somebody changed. */
  readonly localChanges: readonly string[]
  readonly mayDropCaches: boolean
  readonly diskFreeBytes: number | null
  /** `last` and journalctl can be read. */
  readonly records: boolean
  /** A line of the journal of the boot before. */
  readonly lastWords: string | null
}

export const usualCondition: SimCondition = {
  driver: '580.173.02',
  kernel: '6.11.0-1016-nvidia',
  reasons: null,
  oldReasonName: false,
  cable: true,
  linkErrors: 0,
  mtu: 9000,
  images: {},
  storageDriver: 'overlay2',
  origin: [],
  localChanges: [],
  mayDropCaches: false,
  diskFreeBytes: null,
  records: true,
  lastWords: null,
}

/** A line of wtmp. */
export interface SimRecord {
  readonly kind: 'reboot' | 'shutdown'
  readonly at: number
}
