// GPU drivers that are known to harm models on a Spark. A row needs a source.

interface KnownDriver {
  /** The number before the first dot. */
  readonly series: number
  readonly why: string
  readonly instead: string
}

export const badDrivers: readonly KnownDriver[] = [
  // spark-vllm-docker, README of 2026-03-12: with 590.x CUDA graphs deadlock; use 580.x.
  { series: 590, why: 'models hang while they start or answer (a deadlock in CUDA graphs)', instead: '580' },
]

export function badDriver(version: string | null): KnownDriver | null {
  const series = /^(\d{1,4})\./.exec(version ?? '')?.[1]
  return series === undefined ? null : (badDrivers.find((one) => one.series === Number(series)) ?? null)
}
