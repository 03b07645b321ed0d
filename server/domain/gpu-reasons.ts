// Why a GPU runs slower than it could: the bits that nvidia-smi shows as clocks_event_reasons.active (before driver 535:
// clocks_throttle_reasons.active). Values: nvml.h, nvmlClocksEventReason*.

export const gpuReasons = ['idle', 'setting', 'power_cap', 'hw_slowdown', 'sync', 'heat', 'hw_heat', 'power_brake', 'display'] as const
export type GpuReason = (typeof gpuReasons)[number]

/** In words of the owner: "held back by ...". */
export const gpuReasonWord: Readonly<Record<GpuReason, string>> = {
  idle: 'nothing to do',
  setting: 'a clock that somebody set',
  power_cap: 'the limit of its power',
  hw_slowdown: 'the hardware, which protects itself',
  sync: 'another GPU it keeps in step with',
  heat: 'heat',
  hw_heat: 'heat, by the hardware itself',
  power_brake: 'the power supply',
  display: 'a display',
}

/** What costs speed and is nobody's choice. An idle GPU names its power cap for a moment, so load decides whether it counts. */
const holdsBack: ReadonlySet<GpuReason> = new Set(['power_cap', 'hw_slowdown', 'heat', 'hw_heat', 'power_brake'])

/** A mask such as 0x0000000000000044; null: not told. A bit nobody knows is left out. */
export function readReasons(mask: string | null): readonly GpuReason[] | null {
  if (mask === null || !/^0x[0-9a-f]{1,16}$/i.test(mask)) return null
  const bits = BigInt(mask)
  return gpuReasons.filter((_, at) => (bits >> BigInt(at)) & 1n)
}

export function heldBackBy(reasons: readonly GpuReason[] | null): readonly GpuReason[] {
  return (reasons ?? []).filter((one) => holdsBack.has(one))
}

/** "heat and the limit of its power". */
export function reasonsInWords(reasons: readonly GpuReason[]): string {
  const words = reasons.map((one) => gpuReasonWord[one])
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
