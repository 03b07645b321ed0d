// The words of a download that the launcher's script cannot do, run by a real bash with tools that write down how they were called.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type HubLook, judgeGround, type Looked } from '../../server/domain/download-ground.ts'
import { copyWords } from '../../server/domain/together.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spark-words-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const commit = '0123456789abcdef0123456789abcdef01234567'
const look = (more: Partial<HubLook> = {}): HubLook => ({
  cachePath: join(dir, 'first cache/hub'),
  user: 'alice',
  home: dir,
  unwritable: null,
  freeBytes: 1e12,
  uvx: '/usr/bin/uvx',
  hf: null,
  script: '/opt/launcher/hf-download.sh',
  hasToken: false,
  blobs: [],
  busy: false,
  hub: null,
  ...more,
})
const machine = (name: string, address: string, more: Partial<HubLook> = {}): Looked => ({
  machine: name,
  name,
  user: 'alice',
  address,
  look: look(more),
  commitHere: null,
})

function argvOf(revision: string | null, machines: readonly Looked[]): readonly string[] {
  return judgeGround({ repo: 'org/name', revision, withToken: false, machines }).argv
}

/** Exit code and everything printed. */
function run(argv: readonly string[], tools: Readonly<Record<string, string>>): { code: number; text: string } {
  for (const [name, body] of Object.entries(tools)) {
    writeFileSync(join(dir, name), `#!/usr/bin/env bash\n${body}\n`)
    chmodSync(join(dir, name), 0o755)
  }
  try {
    const text = execFileSync(argv[0] ?? '', argv.slice(1), {
      env: { PATH: `${dir}:/usr/bin:/bin`, DIR: dir },
      encoding: 'utf8',
      stdio: 'pipe',
    })
    return { code: 0, text }
  } catch (error) {
    const failed = error as { status: number; stdout: string }
    return { code: failed.status, text: failed.stdout }
  }
}
const fetched = `printf '%s\\n' "$*" >>"$DIR/calls"; echo "/somewhere/models--org--name/snapshots/${commit}"`
const copied = `printf 'rsync %s|' "$@" >>"$DIR/calls"`
const calls = (): string => readFileSync(join(dir, 'calls'), 'utf8')

describe('the words of a download', () => {
  test('are those of the launcher, the model before its hosts', () => {
    expect(argvOf(null, [machine('one', '192.0.2.1'), machine('two', '192.0.2.2')])).toEqual([
      '/opt/launcher/hf-download.sh',
      'org/name',
      '-c',
      '192.0.2.2',
      '--copy-parallel',
    ])
  })

  test('of a version fetch it, and make it the one that loading by name uses', () => {
    const { code, text } = run(argvOf('v1.0', [machine('one', '192.0.2.1')]), { uvx: fetched })
    expect([code, calls()]).toEqual([0, 'hf download org/name --revision v1.0\n'])
    expect(text).toContain(commit)
    expect(readFileSync(join(dir, 'first cache/hub/models--org--name/refs/main'), 'utf8')).toBe(commit)
  })

  test('copy to another folder of another user, whatever its name holds', () => {
    const other = { ...machine('two', '192.0.2.2', { cachePath: '/data/hub' }), user: 'bob' }
    const { code, text } = run(argvOf(null, [machine('one', '192.0.2.1'), other]), { uvx: fetched, rsync: copied })
    expect(code).toBe(0)
    expect(text).toContain('Copying model to 1 host(s): bob@192.0.2.2:/data/hub/\n')
    expect(calls()).toContain(`rsync ${join(dir, 'first cache/hub/models--org--name')}|rsync bob@192.0.2.2:/data/hub/|`)
  })

  test('fail when the fetching fails, and name the host when a copy fails', () => {
    const machines = [machine('one', '192.0.2.1'), machine('two', '192.0.2.2', { cachePath: '/data/hub' })]
    expect(run(argvOf(null, machines), { uvx: 'exit 1', rsync: copied }).code).toBe(1)
    const { code, text } = run(argvOf(null, machines), { uvx: fetched, rsync: 'exit 12' })
    expect([code, text.includes('Copy to 192.0.2.2 failed.')]).toEqual([1, true])
  })
})

describe('one version to the others', () => {
  /** Copies what the list names, as rsync does, and writes down how it was called. */
  const copying = `printf '%s|' "$@" >>"$DIR/calls"; echo >>"$DIR/calls"
for word; do case $word in --files-from=*) list=\${word#*=} ;; esac; done
to="$DIR/other/\${@: -1}"; to=\${to//*:/$DIR/other/}
mkdir -p "$to"
if [ -n "$list" ]; then xargs -0 cp -P --parents -t "$to" <"$list"; else cp refs/main "$to"; fi`
  const words = (): string[] =>
    copyWords(join(dir, 'hub/models--org--name'), commit, [{ user: 'bob', address: '192.0.2.2', folder: '/models--org--name' }])
  const source = (): string => {
    const folder = join(dir, 'hub/models--org--name')
    mkdirSync(join(folder, `snapshots/${commit}/deep`), { recursive: true })
    mkdirSync(join(folder, 'snapshots/old'), { recursive: true })
    mkdirSync(join(folder, 'blobs'))
    for (const [name, path] of [
      ['b1', `snapshots/${commit}/config.json`],
      ['b2', `snapshots/${commit}/deep/model 1.safetensors`],
      ['b3', 'snapshots/old/config.json'],
    ] as const) {
      writeFileSync(join(folder, 'blobs', name), name)
      symlinkSync(`${'../'.repeat(path.split('/').length - 1)}blobs/${name}`, join(folder, path))
    }
    return folder
  }

  test('takes the files of that version alone, and says which one loads when they are there', () => {
    const folder = source()
    const { code, text } = run(words(), { rsync: copying })
    expect([code, text]).toEqual([0, 'Copying model to 1 host(s): bob@192.0.2.2:/models--org--name/\n'])
    const there = (path: string): boolean => existsSync(join(dir, 'other/models--org--name', path))
    expect(['blobs/b1', 'blobs/b2', `snapshots/${commit}/deep/model 1.safetensors`, 'refs/main'].map(there)).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(['blobs/b3', 'snapshots/old'].map(there)).toEqual([false, false])
    expect(readFileSync(join(folder, 'refs/main'), 'utf8')).toBe(commit)
    const calls = readFileSync(join(dir, 'calls'), 'utf8').trim().split('\n')
    expect(calls.map((call) => call.includes('refs/main'))).toEqual([false, true])
  })

  test('leaves the other side as it was when the copy breaks off, and says which', () => {
    source()
    const { code, text } = run(words(), { rsync: `printf 'called ' >>"$DIR/calls"; exit 12` })
    expect([code, text]).toEqual([1, expect.stringMatching(/Copy to 192\.0\.2\.2 failed\.\n$/)])
    expect(readFileSync(join(dir, 'calls'), 'utf8')).toBe('called ')
    expect(run(copyWords(join(dir, 'nowhere'), commit, []), {}).code).toBe(1)
  })
})
