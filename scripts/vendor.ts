// Makes web/vendor/htmx.js from node_modules: htmx core and its sse extension in ONE file, because as two deferred files they race
// (ui.md 1.2). Run it after changing the version of htmx.org: `npx tsx scripts/vendor.ts`; tests/web/vendor.test.ts keeps it fresh.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

export interface Vendored {
  readonly script: string
  readonly note: string
}

/** The vendored script and the note beside it, as they must be for the htmx that is installed. */
export function vendored(): Vendored {
  const home = 'node_modules/htmx.org/'
  const version = (JSON.parse(read(`${home}package.json`)) as { version: string }).version
  const part = (path: string): string => read(`${home}dist/${path}`).replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '')
  const head = `/* htmx.org ${version}, core and sse extension. Zero-Clause BSD, see THIRD_PARTY_NOTICES. */\n`
  const script = `${head}${part('htmx.min.js')};\n${part('ext/hx-sse.min.js')}\n`
  const sum = createHash('sha256').update(script).digest('hex')
  const note = [
    `htmx.js is htmx.org ${version}: dist/htmx.min.js, then dist/ext/hx-sse.min.js, without their source map lines.`,
    `sha256 ${sum}`,
    '',
    'Made by scripts/vendor.ts; do not edit. Licence of both parts:',
    '',
    read(`${home}LICENSE`).trim(),
    '',
  ].join('\n')
  return { script, note }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { script, note } = vendored()
  mkdirSync(new URL('web/vendor/', root), { recursive: true })
  writeFileSync(new URL('web/vendor/htmx.js', root), script)
  writeFileSync(new URL('web/vendor/htmx.txt', root), note)
  console.log(`web/vendor/htmx.js: ${script.length} bytes`)
}
