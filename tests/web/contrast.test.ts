// WCAG 2.2 contrast of every pair of tokens that meets on a page, computed from the stylesheet itself.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

type Rgb = readonly [number, number, number]

const css = readFileSync(new URL('../../web/styles/tokens.css', import.meta.url), 'utf8')

/** OKLCH to linear sRGB, as CSS Color 4 gives it; out of gamut is clipped as browsers nearly do. */
function linearOf(l: number, c: number, h: number): Rgb {
  const a = c * Math.cos((h * Math.PI) / 180)
  const b = c * Math.sin((h * Math.PI) / 180)
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  const clip = (value: number): number => Math.min(1, Math.max(0, value))
  return [
    clip(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    clip(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    clip(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ]
}

function colour(text: string): Rgb {
  const match = /oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)/.exec(text)
  if (match === null) throw new Error(`not an oklch colour: ${text}`)
  return linearOf(Number(match[1]) / 100, Number(match[2]), Number(match[3]))
}

const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b

function ratio(one: Rgb, two: Rgb): number {
  const [light, dark] = [luminance(one), luminance(two)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** A token in both themes. */
function token(name: string): { light: Rgb; dark: Rgb } {
  const value = new RegExp(`--${name}:\\s*([^;]+);`).exec(css)?.[1]
  if (value === undefined) throw new Error(`no token --${name}`)
  const both = value.match(/oklch\([^)]*\)/g) ?? []
  const [light, dark = light] = both
  if (light === undefined || dark === undefined) throw new Error(`--${name} is no colour`)
  return { light: colour(light), dark: colour(dark) }
}

const grounds = ['paper', 'sunk', 'card', 'raised']
const text: readonly (readonly [string, readonly string[]])[] = [
  ['ink', [...grounds, 'glow', 'good-bg', 'warn-bg', 'bad-bg']],
  ['quiet', [...grounds, 'glow', 'good-bg', 'warn-bg', 'bad-bg']],
  ['paper', ['ink']],
  ['on-accent', ['accent', 'accent-hover']],
  ['good', ['card', 'good-bg']],
  ['warn', ['card', 'warn-bg']],
  ['bad', ['card', 'bad-bg']],
  ['on-term', ['term']],
  ['term-quiet', ['term']],
  ['on-mark', ['mark']],
]
const shapes: readonly (readonly [string, readonly string[]])[] = [
  ['accent', [...grounds, 'glow']],
  ['edge', ['card', 'paper']],
  ['quiet', ['sunk']],
]

const pairs = (table: typeof text, least: number) =>
  table.flatMap(([front, backs]) => backs.flatMap((back) => (['light', 'dark'] as const).map((theme) => ({ front, back, theme, least }))))

test.each([...pairs(text, 4.5), ...pairs(shapes, 3)])(
  '$front on $back in the $theme theme has at least $least to 1',
  ({ front, back, theme, least }) => {
    expect(ratio(token(front)[theme], token(back)[theme])).toBeGreaterThanOrEqual(least)
  },
)

test('the measure knows black on white and a pair that is too weak', () => {
  expect(ratio(linearOf(0, 0, 0), linearOf(1, 0, 0))).toBeCloseTo(21, 1)
  expect(ratio(token('line').light, token('card').light)).toBeLessThan(3)
})
