// The command line as a person runs it: a real process.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const cli = join(import.meta.dirname, '..', 'server', 'cli.ts')

function run(words: readonly string[], before: readonly string[] = []): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...before, '--import', 'tsx', cli, ...words], { cwd: join(cli, '..', '..') }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

describe('spark-control', () => {
  test('inspects a hub folder, and answers an empty array for an empty one', async () => {
    const hub = await mkdtemp(join(tmpdir(), 'spark-cli-'))
    expect(await run(['inspect', hub, '--json'])).toMatchObject({ code: 0, out: '[]\n' })
    expect(await run(['inspect', join(hub, 'no')])).toMatchObject({ code: 1, out: '', err: expect.stringContaining('cannot be read') })
    await rm(hub, { recursive: true })
  })

  test('says how it is used when it is not understood', async () => {
    expect(await run(['dance'])).toMatchObject({ code: 2, err: expect.stringContaining('spark-control inspect HUB_DIR') })
    expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('spark-control serve') })
  })

  test('refuses an old Node in words, before anything is loaded that would end the process without one', async () => {
    const old = 'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.18.1"}})'
    const { code, err } = await run(['serve'], ['--import', old])
    expect(code).toBe(1)
    expect(err).toBe('Spark Control needs Node 22 or newer; this is Node 20.18.1. Install a newer Node and try again.\n')
  })
})
