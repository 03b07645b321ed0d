// A line over time, drawn on the server. It says in words what it shows; where nothing was seen there is a gap, never a line.
import { counted } from './time.tsx'

interface Point {
  readonly at: string
  readonly least: number
  readonly mean: number
  readonly most: number
}

export interface ChartProps {
  readonly title: string
  /** What it is of and over which time: "spark-1 in the last hour". */
  readonly of: string
  readonly line: readonly (readonly Point[])[]
  readonly from: string
  readonly to: string
  /** Points further apart than some of these have a gap between them, s. */
  readonly stepSeconds: number
  readonly words: (value: number) => string
  /** Of the upper edge; absent: a little above the most there was. */
  readonly top?: number | undefined
}

const width = 600
const height = 120
/** Points closer together than this are drawn as one, units of the picture. */
const grain = 2
const gapSteps = 2.5

interface Drawn {
  readonly x: number
  readonly least: number
  readonly mean: number
  readonly most: number
}

export function Chart({ title, of, line, from, to, stepSeconds, words, top: given }: ChartProps) {
  const points = line.flat()
  const last = points.at(-1)
  if (last === undefined) {
    return (
      <figure class="chart">
        <ChartHead title={title} figure="not seen" />
        <p class="quiet">Nothing was seen in this time.</p>
      </figure>
    )
  }
  const [begin, end] = [Date.parse(from), Date.parse(to)]
  const least = Math.min(...points.map((point) => point.least))
  const most = Math.max(...points.map((point) => point.most))
  const top = given ?? Math.max(most * 1.1, 1)
  const xOf = (at: string): number => ((Date.parse(at) - begin) / (end - begin)) * width
  const yOf = (value: number): number => height - (Math.min(value, top) / top) * height
  const drawn = line.map((piece) => thinned(piece.map((point) => ({ ...point, x: xOf(point.at) }))))
  const gaps = gapsOf(drawn, (stepSeconds * gapSteps * 1000 * width) / (end - begin))
  const range = least === most ? `always ${words(most)}` : `between ${words(least)} and ${words(most)}`
  const unseen = gaps.length === 0 ? '' : ` Not seen in ${counted(gaps.length, 'stretch').replace('stretchs', 'stretches')} of it.`
  const isNow = width - xOf(last.at) < (gaps.at(-1)?.until === width ? 0 : width)
  return (
    <figure class="chart">
      <ChartHead title={title} figure={`${words(last.mean)}${isNow ? '' : ', when last seen'}`} />
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title} of ${of}: ${range}, ${words(last.mean)} at the end.${unseen}`}
      >
        {[0.25, 0.5, 0.75].map((share) => (
          <line class="grid" x1="0" x2={width} y1={height * share} y2={height * share} />
        ))}
        {gaps.map((gap) => (
          <rect class="gap" x={gap.from.toFixed(1)} width={(gap.until - gap.from).toFixed(1)} y="0" height={height} />
        ))}
        {drawn.map((piece) => (
          <>
            <path class="band" d={bandOf(piece, yOf)} />
            <path class="line" d={pathOf(piece, (point) => yOf(point.mean))} />
          </>
        ))}
      </svg>
      <p class="between quiet ends" aria-hidden="true">
        <span>{endWords(end - begin)}</span>
        <span>
          up to {words(most)}
          {least === most ? '' : `, down to ${words(least)}`}
        </span>
        <span>now</span>
      </p>
    </figure>
  )
}

function ChartHead({ title, figure }: { readonly title: string; readonly figure: string }) {
  return (
    <figcaption class="between">
      <span>{title}</span> <span class="figure">{figure}</span>
    </figcaption>
  )
}

const endWords = (ms: number): string => (ms > 7_200_000 ? 'a day ago' : 'an hour ago')

/** Neighbours in one grain become one point with the least, the mean and the most of them. */
function thinned(points: readonly Drawn[]): readonly Drawn[] {
  const groups = new Map<number, Drawn[]>()
  for (const point of points) {
    const place = Math.floor(point.x / grain)
    groups.set(place, [...(groups.get(place) ?? []), point])
  }
  return [...groups.values()].map((group) => ({
    x: group[0]?.x ?? 0,
    least: Math.min(...group.map((one) => one.least)),
    mean: group.reduce((sum, one) => sum + one.mean, 0) / group.length,
    most: Math.max(...group.map((one) => one.most)),
  }))
}

/** Before the first piece, between two, and after the last. */
function gapsOf(drawn: readonly (readonly Drawn[])[], leastWide: number): readonly { readonly from: number; readonly until: number }[] {
  const edges = drawn.flatMap((piece) => [piece[0]?.x ?? 0, piece.at(-1)?.x ?? 0])
  const all = [0, ...edges, width]
  const pairs = all.flatMap((from, index) => (index % 2 === 0 ? [{ from, until: all[index + 1] ?? width }] : []))
  return pairs.filter(({ from, until }) => until - from > leastWide)
}

function pathOf(piece: readonly Drawn[], yOf: (point: Drawn) => number): string {
  const [first] = piece
  const steps = piece.map((point, index) => `${index === 0 ? 'M' : 'L'}${point.x.toFixed(1)} ${yOf(point).toFixed(1)}`)
  // One point alone is a short stroke, so that it is seen.
  return first !== undefined && piece.length === 1 ? `${steps.join('')}h1` : steps.join('')
}

function bandOf(piece: readonly Drawn[], yOf: (value: number) => number): string {
  const back = [...piece].reverse().map((point) => `L${point.x.toFixed(1)} ${yOf(point.least).toFixed(1)}`)
  return `${pathOf(piece, (point) => yOf(point.most))}${back.join('')}Z`
}
