import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readWebAssets } from '../../server/adapters/files/web-assets.ts'
import { drawExhibit, exhibits } from './gallery.tsx'

const assets = readWebAssets(fileURLToPath(new URL('../../web/', import.meta.url)))
const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`

function zipped(name: string): number {
  const asset = assets[name]
  if (asset === undefined) throw new Error(`no asset ${name}`)
  return asset.gzip.byteLength
}

test('stylesheet, scripts and Home stay within their budgets, compressed', async () => {
  const home = exhibits.find((one) => one.name === 'home-trouble')
  if (home === undefined) throw new Error('no exhibit of Home')
  const page = gzipSync(await drawExhibit(home, 'light')).byteLength
  const own = zipped('app.js')
  const scripts = own + zipped('htmx.js')
  console.log(`css ${kB(zipped('app.css'))}, scripts ${kB(scripts)} (ours ${kB(own)}), Home ${kB(page)}`)
  expect(zipped('app.css')).toBeLessThanOrEqual(12_000)
  expect(own).toBeLessThanOrEqual(3000)
  expect(scripts).toBeLessThanOrEqual(20_000)
  expect(page).toBeLessThanOrEqual(25_000)
})

test('the packed stylesheet begins with the order of its layers and names every one', () => {
  const css = new TextDecoder().decode(assets['app.css']?.body)
  expect(css.startsWith('@layer reset,tokens,base,layout,parts,states;')).toBe(true)
  for (const layer of ['reset', 'tokens', 'base', 'layout', 'parts', 'states']) expect(css).toContain(`@layer ${layer}{`)
  expect(css).not.toContain('/*')
})
