// How old a container is, from docker's words for it: docker tells ages in ever coarser steps.
const unitMs: Readonly<Record<string, number>> = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 }

/** Least time that docker's "Up ..." can mean; 0 when it is not understood. Docker rounds hours to the nearest, all else down. */
export function upAtLeastMs(status: string): number {
  const found = /^Up (\d+|About an?) (second|minute|hour|day|week)s?\b/.exec(status)
  const count = found?.[1]?.startsWith('About') === true ? 1 : Number(found?.[1])
  const unit = found?.[2] ?? ''
  const least = unit === 'hour' ? count - 0.5 : count
  return found === null ? 0 : least * (unitMs[unit] ?? 0)
}
