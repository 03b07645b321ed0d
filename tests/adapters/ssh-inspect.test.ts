// The slower look and the update of a launcher, through a real sshd, with real git and repositories on this disk.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import { updateArgv } from '../../server/domain/inspection.ts'
import { createFakeLog } from '../fakes/log.ts'
import { type FakeSshd, startSshd } from '../fakes/sshd.ts'

let door: FakeSshd
let sparks: ReturnType<typeof createSparks>
const order = { images: ['vllm-node', 'registry.example/vllm:2', 'gone'], peers: [] as string[], askSudo: true }
const inspect = (change: Partial<typeof order> = {}) => sparks.inspect(door.machine, { ...order, ...change })
const changes = () => sparks.launcherChanges(door.machine)

const git = (folder: string, ...words: string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], {
    encoding: 'utf8',
    env: { ...process.env, HOME: door.home, GIT_CONFIG_GLOBAL: '/dev/null' },
  }).trim()
const [origin, here] = [() => join(door.home, 'origin'), () => join(door.home, 'spark-vllm-docker')]
function commit(folder: string, text: string, subject: string): string {
  writeFileSync(join(folder, 'launch-cluster.sh'), text)
  git(folder, 'add', '.')
  git(folder, 'commit', '-qm', subject)
  return git(folder, 'rev-parse', 'HEAD')
}

beforeAll(async () => {
  door = await startSshd()
  sparks = createSparks({ privateKey: () => door.privateKey, log: createFakeLog() })
  mkdirSync(origin(), { recursive: true })
  git(origin(), 'init', '-q', '-b', 'main')
  commit(origin(), 'one', 'First')
  execFileSync('git', ['clone', '-q', origin(), here()], { env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' } })
})
beforeEach(() => {
  door.tool(
    'docker',
    `case "$1" in images) echo '{"Repository":"vllm-node","Tag":"latest","ID":"sha256:aaa"}'; echo '{"Repository":"registry.example/vllm","Tag":"2","ID":"sha256:bbb"}' ;; info) echo overlayfs ;; esac`,
  )
  door.tool('sudo', '[[ "$*" == "-n -l /usr/bin/tee /proc/sys/vm/drop_caches" ]]')
  door.tool('ping', 'case "$*" in *192.0.2.1) exit 0 ;; *192.0.2.2) exit 1 ;; *) exit 2 ;; esac')
})
afterAll(async () => {
  sparks.close()
  await door.stop()
})

describe('a slower look', () => {
  it('tells images, the launcher and its origin, sudo, and who is seen over the cable; it changes nothing', async () => {
    const before = git(here(), 'for-each-ref')
    expect(await inspect({ peers: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] })).toEqual({
      at: expect.any(Number),
      images: [
        { ref: 'vllm-node', id: 'sha256:aaa' },
        { ref: 'registry.example/vllm:2', id: 'sha256:bbb' },
        { ref: 'gone', id: null },
      ],
      storageDriver: 'overlayfs',
      checkout: {
        branch: 'main',
        head: git(here(), 'rev-parse', 'HEAD'),
        origin: git(origin(), 'rev-parse', 'HEAD'),
        standing: 'current',
        localChanges: 0,
      },
      mayDropCaches: true,
      peers: [
        { address: '192.0.2.1', seen: true },
        { address: '192.0.2.2', seen: false },
        { address: '192.0.2.3', seen: null },
      ],
      keyFingerprint: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/),
    })
    expect(git(here(), 'for-each-ref')).toBe(before)
  })

  it('asks sudo only when told to, and knows nothing where tools are missing or talk nonsense', async () => {
    expect((await inspect({ askSudo: false })).mayDropCaches).toBeNull()
    door.tool('sudo', 'echo "sudo: a password is required" >&2; exit 1')
    expect((await inspect()).mayDropCaches).toBe(false)
    for (const name of ['docker', 'git', 'ping'])
      door.tool(name, 'head -c 500 /dev/urandom; printf \'\\n\\033[2J{"Repository":7}\\n\'; exit 3')
    expect(await inspect({ peers: ['192.0.2.1'] })).toMatchObject({
      images: null,
      storageDriver: null,
      checkout: null,
      peers: [{ seen: null }],
    })
    door.tool('git', 'exec /usr/bin/git "$@"')
  })
})

describe('an update of the launcher', () => {
  let step = 0
  const run = async (target: string): Promise<number | null> => {
    step += 1
    const key = { swap: 'u1', step: `update-${step}` }
    await sparks.startJob(door.machine, { ...key, appliance: 'abc', fence: 1, argv: updateArgv(here(), target), cwd: null, env: {} })
    await expect.poll(async () => (await sparks.readJob(door.machine, key, 0)).state, { timeout: 10_000 }).toBe('ended')
    return (await sparks.readJob(door.machine, key, 0)).exitCode
  }

  it('shows what would come without touching the checkout, and goes forward to exactly that', async () => {
    const head = git(here(), 'rev-parse', 'HEAD')
    commit(origin(), 'two', 'Second')
    const target = commit(origin(), 'three', 'Third \u001b[2J<b>')
    expect((await inspect()).checkout).toMatchObject({ standing: 'behind', head })
    const shown = await changes()
    expect(shown).toMatchObject({ head, target, forward: true, changedFiles: [], path: here() })
    expect(shown?.commits.map((one) => one.subject)).toEqual(['Third <b>', 'Second'])
    expect(git(here(), 'rev-parse', 'HEAD')).toBe(head)
    expect(git(here(), 'status', '--porcelain')).toBe('')
    // The origin goes on: what was shown is still what comes.
    commit(origin(), 'four', 'Fourth')
    expect(await run(target)).toBe(0)
    expect(git(here(), 'rev-parse', 'HEAD')).toBe(target)
    expect((await changes())?.commits.map((one) => one.subject)).toEqual(['Fourth'])
  })

  it('tells of changed files, and of a checkout with commits of its own', async () => {
    writeFileSync(join(here(), 'launch-cluster.sh'), 'mine')
    expect(await changes()).toMatchObject({ changedFiles: ['launch-cluster.sh'] })
    expect((await inspect()).checkout?.localChanges).toBe(1)
    commit(here(), 'mine', 'Mine')
    const shown = await changes()
    expect(shown).toMatchObject({ forward: false, changedFiles: [] })
    expect((await inspect()).checkout?.standing).toBe('diverged')
    expect(await run(shown?.target ?? '')).not.toBe(0)
    expect(git(here(), 'log', '-1', '--format=%s')).toBe('Mine')
  })

  it('runs nothing that the repository names, and is not known where its origin is away', async () => {
    writeFileSync(join(here(), '.git/hooks/post-merge'), `#!/bin/sh\ntouch "${door.home}/owned"\n`, { mode: 0o755 })
    git(here(), 'config', 'core.fsmonitor', `touch ${door.home}/owned`)
    git(here(), 'reset', '-q', '--hard', 'HEAD~1')
    // What git does here by hand runs what the settings name; that is what must not happen below.
    expect(door.exists('owned')).toBe(true)
    rmSync(join(door.home, 'owned'))
    const shown = await changes()
    expect(await run(shown?.target ?? '')).toBe(0)
    expect(door.exists('owned')).toBe(false)
    git(here(), 'remote', 'set-url', 'origin', '/no/such/place')
    expect(await changes()).toMatchObject({ target: null })
    expect((await inspect()).checkout).toMatchObject({ origin: null, standing: 'unknown' })
  })

  it('is not there where there is no checkout', async () => {
    expect(await sparks.launcherChanges({ ...door.machine, launcherPath: '/no/such/folder' })).toBeNull()
  })
})
