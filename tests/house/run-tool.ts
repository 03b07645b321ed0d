// Runs one of the project's own tools in a folder, as `npm run check` does.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** Exit code and everything printed. */
export function runTool(name: string, args: readonly string[], cwd = root): { code: number | null; text: string } {
  const ran = spawnSync(join(root, 'node_modules/.bin', name), args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`, NO_COLOR: '1' },
    maxBuffer: 64 * 1024 * 1024,
  })
  return { code: ran.status, text: `${ran.stdout}${ran.stderr}` }
}

/** A throw-away folder with these files; `use` gets its path. */
export async function withFolder<T>(files: Readonly<Record<string, string>>, use: (dir: string) => T | Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'spark-house-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true })
      writeFileSync(join(dir, name), text)
    }
    return await use(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
