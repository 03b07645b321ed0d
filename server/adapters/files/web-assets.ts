// The stylesheet, the scripts and the icon, read once at start. Many small stylesheets become one: the layers decide what wins,
// so only the file that names the layers must come first.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface WebAsset {
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer>
  readonly gzip: Uint8Array<ArrayBuffer>
  readonly etag: string
}

/** By file name under /assets/. */
export type WebAssets = Readonly<Record<string, WebAsset>>

const text = (path: string): string => readFileSync(path, 'utf8')

function asset(type: string, content: string): WebAsset {
  const body = new Uint8Array(Buffer.from(content))
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 20)}"`
  return { type, body, gzip: new Uint8Array(gzipSync(body, { level: 9 })), etag }
}

/** Comments and indentation are for the people who write it. */
export function packedCss(css: string): string {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,>]) ?/g, '$1')
    .replace(/: /g, ':')
    .replace(/;}/g, '}')
    .trim()
}

function stylesheet(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.css') && name !== 'layers.css')
  return packedCss(['layers.css', ...files.sort()].map((name) => text(join(folder, name))).join('\n'))
}

/** `web`: the folder that holds styles/, scripts/ and vendor/. */
export function readWebAssets(web: string): WebAssets {
  return {
    'app.css': asset('text/css; charset=utf-8', stylesheet(join(web, 'styles'))),
    'app.js': asset('text/javascript; charset=utf-8', text(join(web, 'scripts', 'app.js'))),
    'htmx.js': asset('text/javascript; charset=utf-8', text(join(web, 'vendor', 'htmx.js'))),
    'icon.svg': asset('image/svg+xml', text(join(web, 'styles', 'icon.svg'))),
  }
}
