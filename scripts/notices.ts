// Writes THIRD_PARTY_NOTICES: the licence of every package that runs in the product or is delivered to browsers.
// tests/house/notices.test.ts keeps it fresh. Run it after changing dependencies: `npx tsx scripts/notices.ts`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '..')

interface Locked {
  readonly dev?: boolean
  readonly optional?: boolean
  readonly devOptional?: boolean
}
interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly licenses?: readonly { readonly type: string }[]
}

/** Licences that the product may carry: permissive ones only. */
export const allowedLicences: readonly string[] = [
  'MIT',
  'ISC',
  '0BSD',
  'BSD-0-Clause',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'Unlicense',
  'BlueOak-1.0.0',
  'CC0-1.0',
]

/** Folders of the packages of a production install, by the lock file. */
function runtimeFolders(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> }
  return Object.entries(lock.packages)
    .filter(([folder, row]) => folder !== '' && row.dev !== true && row.optional !== true && row.devOptional !== true)
    .map(([folder]) => folder)
    .sort()
}

function licenceText(folder: string): string {
  const file = readdirSync(join(root, folder)).find((name) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name))
  return file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim()
}

export interface Notice {
  readonly name: string
  readonly licence: string
  readonly text: string
}

export function notices(): readonly Notice[] {
  const folders = ['node_modules/htmx.org', ...runtimeFolders()].filter((folder) => existsSync(join(root, folder, 'package.json')))
  return folders.map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest
    return {
      name: `${manifest.name} ${manifest.version}`,
      licence: manifest.license ?? manifest.licenses?.[0]?.type ?? 'unknown',
      text: licenceText(folder),
    }
  })
}

/** The whole file. */
export function noticesText(): string {
  const line = '-'.repeat(72)
  const parts = notices().map((one) => {
    const where = one.name.startsWith('htmx.org ') ? ' (web/vendor/htmx.js: core and sse extension, delivered to browsers)' : ''
    return `${line}\n${one.name}${where}\nLicence: ${one.licence}\n\n${one.text}`
  })
  return `Spark Control contains third-party software. Each part stands under its own licence.\n\n${parts.join('\n\n')}\n`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(join(root, 'THIRD_PARTY_NOTICES'), noticesText())
  console.log(`THIRD_PARTY_NOTICES: ${notices().length} packages`)
}
