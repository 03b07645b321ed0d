// What tsc leaves out of dist/: SQL, styles, scripts of the page, the vendored htmx.
import { cpSync, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const folders = ['server/adapters/sqlite/migrations', 'web/styles', 'web/scripts', 'web/vendor']

for (const folder of folders) {
  if (!existsSync(join(root, folder))) throw new Error(`${folder} is missing, so the build would be incomplete`)
  cpSync(join(root, folder), join(root, 'dist', folder), { recursive: true })
}
