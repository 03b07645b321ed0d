// Sums of memory as sentences.
import type { Fit } from './memory-fit.ts'
import type { StartMemory } from './start-memory.ts'
import { bytesInWords } from './words.ts'

const thousands = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')
const sparks = (nodes: number): string =>
  nodes === 1 ? 'one Spark' : `${['', '', 'two', '', 'four', '', '', '', 'eight'][nodes] ?? nodes} Sparks`

/** "Weights 35 GB + cache 43 GB (8 requests of 262,144 tokens) + start-up 6 GB + kept free 8 GB = 92 GB". */
export function sumWords(sum: Omit<StartMemory, 'weightsFrom'>): string {
  const requests = sum.requests === 1 ? 'one request' : `${sum.requests} requests`
  const cache =
    sum.formula === null ? 'cache not counted' : `cache ${bytesInWords(sum.cacheBytes)} (${requests} of ${thousands(sum.context)} tokens)`
  return `Weights ${bytesInWords(sum.weightsBytes)} + ${cache} + start-up ${bytesInWords(sum.startUpBytes)} + kept free ${bytesInWords(sum.headroomBytes)} = ${bytesInWords(sum.needBytes)}`
}

/** "Measured here in 3 starts." or "Worked out from its files; the first start here measures it." */
export function sumSource({ measuredStarts }: Pick<StartMemory, 'measuredStarts'>): string {
  if (measuredStarts === 0) return 'Worked out from its files; the first start here measures it.'
  return measuredStarts === 1 ? 'Measured here in one start.' : `Measured here in ${measuredStarts} starts.`
}

const context = (fit: Fit): string =>
  fit.longest === null ? '' : ` The longest conversation that fits is ${thousands(fit.longest)} tokens.`

/** Where a model fits, or by how much it does not. */
export function fitSentence(ladder: readonly Fit[]): string {
  const fit = ladder.find((one) => one.fits)
  const last = ladder.at(-1)
  if (fit === undefined) {
    if (last === undefined) return 'It cannot be spread over Sparks.'
    return `It does not fit, not even on ${sparks(last.nodes)}: each would lack ${bytesInWords(last.needBytes - last.roomBytes)}.`
  }
  const before = ladder.filter((one) => one.nodes < fit.nodes).at(-1)
  const lacks =
    before === undefined
      ? ''
      : ` On ${sparks(before.nodes)} it lacks ${bytesInWords(before.needBytes - before.roomBytes)}${before.nodes === 1 ? '' : ' each'}.`
  return `It fits on ${sparks(fit.nodes)}.${context(fit)}${lacks}`
}
