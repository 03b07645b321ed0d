// What a browser gets, as it gets it: asked of the built appliance, packed with gzip.
import { gzipSync } from 'node:zlib'

export interface PageSizes {
  readonly home: number
  readonly scripts: number
  readonly styles: number
}

/** Bytes packed; Home as it is now, and every script and stylesheet that it names. */
export async function measurePages(url: string): Promise<PageSizes> {
  const html = await (await fetch(`${url}/`, { headers: { accept: 'text/html' } })).text()
  const named = (pattern: RegExp): string[] => [...new Set([...html.matchAll(pattern)].map((match) => match[1] ?? ''))]
  return {
    home: gzipSync(html).byteLength,
    scripts: await sizeOf(url, named(/<script[^>]* src="([^"]+)"/g)),
    styles: await sizeOf(url, named(/<link[^>]* href="([^"]+\.css[^"]*)"/g)),
  }
}

async function sizeOf(url: string, paths: readonly string[]): Promise<number> {
  if (paths.length === 0) throw new Error('Home names no such file')
  const sizes = await Promise.all(
    paths.map(async (path) => {
      const answer = await fetch(new URL(path, url))
      if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`)
      return gzipSync(await answer.bytes()).byteLength
    }),
  )
  return sizes.reduce((sum, one) => sum + one, 0)
}
