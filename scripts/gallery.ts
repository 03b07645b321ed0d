// `npx tsx scripts/gallery.ts [folder]`: every page in every state, both themes, as files to open in a browser.
// `--pictures`: also a picture of every failure, light on a desk and dark on a phone, shown together in failures.html.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readWebAssets } from '../server/adapters/files/web-assets.ts'
import { now } from '../tests/fakes/view-samples.ts'
import { openBrowser } from '../tests/web/browser.ts'
import { drawExhibit, exhibits } from '../tests/web/gallery.tsx'
import { failures } from '../tests/web/gallery-failures.tsx'

const words = process.argv.slice(2)
const folder = resolve(words.find((word) => !word.startsWith('--')) ?? 'tmp/gallery')
const assets = readWebAssets(fileURLToPath(new URL('../web/', import.meta.url)))
const all = [...exhibits, ...failures]

mkdirSync(join(folder, 'assets'), { recursive: true })
for (const [name, asset] of Object.entries(assets)) writeFileSync(join(folder, 'assets', name), asset.body)
for (const theme of ['light', 'dark'] as const) {
  for (const exhibit of all) {
    const html = await drawExhibit(exhibit, theme)
    writeFileSync(join(folder, `${exhibit.name}.${theme}.html`), html.replaceAll('"/assets/', '"assets/'))
  }
}
const rows = all.map(({ name }) => `<li>${name}: <a href="${name}.light.html">light</a> <a href="${name}.dark.html">dark</a>`).join('\n')
writeFileSync(join(folder, 'index.html'), `<!doctype html><title>Gallery</title><ul>\n${rows}\n</ul>`)
console.log(`${all.length * 2} pages in ${folder}`)
if (words.includes('--pictures')) await takePictures()

/** The main part of each failure's page, as the owner first sees it. */
async function takePictures(): Promise<void> {
  mkdirSync(join(folder, 'pictures'), { recursive: true })
  const context = await openBrowser()
  const page = await context.newPage()
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.clock.setFixedTime(now)
  const shots = [
    { theme: 'light', width: 1000, height: 780 },
    { theme: 'dark', width: 390, height: 844 },
  ] as const
  for (const { theme, width, height } of shots) {
    await page.setViewportSize({ width, height })
    for (const { name } of failures) {
      await page.goto(pathToFileURL(join(folder, `${name}.${theme}.html`)).href)
      await page.screenshot({ path: join(folder, 'pictures', `${name}.${theme}.png`) })
    }
  }
  await context.close()
  const figures = failures
    .map(({ name }) => `<h2>${name}</h2><p>${shots.map(({ theme }) => `<img src="pictures/${name}.${theme}.png" height="560">`).join(' ')}`)
    .join('\n')
  writeFileSync(join(folder, 'failures.html'), `<!doctype html><title>Failures</title>\n${figures}`)
  console.log(`${failures.length * shots.length} pictures, together in ${join(folder, 'failures.html')}`)
}
