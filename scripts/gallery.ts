// `npx tsx scripts/gallery.ts [folder]`: every page in every state, both themes, as files to open in a browser.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readWebAssets } from '../server/adapters/files/web-assets.ts'
import { drawExhibit, exhibits } from '../tests/web/gallery.tsx'

const folder = process.argv[2] ?? 'tmp/gallery'
const assets = readWebAssets(fileURLToPath(new URL('../web/', import.meta.url)))

mkdirSync(join(folder, 'assets'), { recursive: true })
for (const [name, asset] of Object.entries(assets)) writeFileSync(join(folder, 'assets', name), asset.body)
for (const theme of ['light', 'dark'] as const) {
  for (const exhibit of exhibits) {
    const html = await drawExhibit(exhibit, theme)
    writeFileSync(join(folder, `${exhibit.name}.${theme}.html`), html.replaceAll('"/assets/', '"assets/'))
  }
}
const rows = exhibits
  .map(({ name }) => `<li>${name}: <a href="${name}.light.html">light</a> <a href="${name}.dark.html">dark</a>`)
  .join('\n')
writeFileSync(join(folder, 'index.html'), `<!doctype html><title>Gallery</title><ul>\n${rows}\n</ul>`)
console.log(`${exhibits.length * 2} pages in ${folder}`)
