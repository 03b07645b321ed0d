// Unified memory of a node, as /proc/meminfo tells it. Held by live processes, given back over a few seconds, or pinned for good (F12).

/** MemTotal of a 128 GB unit. */
export const defaultTotalBytes = 127_600_748 * 1024
/** What the idle system uses: MemTotal less MemAvailable of the reference. */
const idleBytes = (127_600_748 - 118_566_368) * 1024
const idleCachedBytes = 4_200_000 * 1024
/** The kernel keeps some pages free whatever the cache would like. */
const floorFreeBytes = 600_000 * 1024
/** Given back within 5 s of the end of a process. */
export const releaseMs = 4_000

interface Release {
  readonly bytes: number
  readonly from: number
  readonly until: number
}

export interface MemoryLook {
  readonly totalBytes: number
  readonly availableBytes: number
  readonly freeBytes: number
  readonly cachedBytes: number
}

export interface Memory {
  readonly totalBytes: number
  /** Files read into the page cache. */
  read(bytes: number): void
  /** A process that held `bytes` ended: they come back until `until`. */
  release(bytes: number, from: number, until: number): void
  /** They never come back before a restart of the node. */
  pin(bytes: number): void
  /** drop_caches: what was read leaves the cache. */
  letGo(): void
  reset(): void
  /** `held`: what live processes hold now. */
  look(held: number, now: number): MemoryLook
}

export function createMemory(totalBytes: number): Memory {
  let cached = idleCachedBytes
  let pinned = 0
  let releases: readonly Release[] = []

  const stillHeld = (now: number): number =>
    releases.reduce((sum, one) => {
      const left = one.until <= now ? 0 : (one.until - now) / Math.max(1, one.until - one.from)
      return sum + one.bytes * Math.min(1, left)
    }, 0)

  return {
    totalBytes,
    read(bytes) {
      cached += bytes
    },
    release(bytes, from, until) {
      releases = [...releases.filter((one) => one.until > from), { bytes, from, until }]
    },
    pin(bytes) {
      pinned += bytes
    },
    letGo() {
      cached = Math.min(cached, idleCachedBytes)
    },
    reset() {
      cached = idleCachedBytes
      pinned = 0
      releases = []
    },
    look(held, now) {
      const used = Math.min(totalBytes - floorFreeBytes, idleBytes + held + pinned + stillHeld(now))
      const available = Math.max(floorFreeBytes, totalBytes - used)
      // Pressed pages leave the cache first and do not come back by themselves.
      cached = Math.min(cached, Math.max(0, available - floorFreeBytes))
      return { totalBytes, availableBytes: available, freeBytes: available - cached, cachedBytes: cached }
    },
  }
}

/** PSI `some avg10`: nothing until memory gets scarce, then steep. */
export function pressureOf(look: MemoryLook): number {
  const share = look.availableBytes / look.totalBytes
  return share > 0.02 ? 0 : Math.round((0.02 - share) * 200_000) / 100
}

/** PSI `full avg10`: every other stall is one of everybody. */
export const fullOf = (percent: number): number => percent / 2

const row = (label: string, bytes: number): string => `${`${label}:`.padEnd(16)}${String(Math.round(bytes / 1024)).padStart(8)} kB\n`

/** The text of /proc/meminfo. */
export function meminfo(look: MemoryLook): string {
  return [
    row('MemTotal', look.totalBytes),
    row('MemFree', look.freeBytes),
    row('MemAvailable', look.availableBytes),
    row('Buffers', 180_000 * 1024),
    row('Cached', look.cachedBytes),
    row('SwapCached', 0),
    row('SwapTotal', 16_777_212 * 1024),
    row('SwapFree', 16_777_212 * 1024),
    row('Dirty', 96 * 1024),
    row('Shmem', 41_000 * 1024),
  ].join('')
}

/** The text of /proc/pressure/memory. */
export function pressureText(percent: number): string {
  const some = percent.toFixed(2)
  const full = fullOf(percent).toFixed(2)
  return `some avg10=${some} avg60=${some} avg300=0.00 total=${Math.round(percent * 100_000)}\nfull avg10=${full} avg60=${full} avg300=0.00 total=${Math.round(percent * 50_000)}\n`
}
