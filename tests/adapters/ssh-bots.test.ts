// Bots over a real sshd with real git: a bare repository, a checkout, and a stand-in for systemd that keeps a state file.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import { type Bot, type BotActKind, type BotJob, botCodes, botProgress } from '../../server/domain/bot.ts'
import { createFakeLog } from '../fakes/log.ts'
import { startSshd } from '../fakes/sshd.ts'

const open: { close?: () => void; stop?: () => Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) {
    one.close?.()
    await one.stop?.()
  }
})

/** `restart` writes the commit that runs; a checkout with a file `broken` does not stay up. */
const systemctl = `cd "$HOME/bot"
case "$*" in
  *restart*) echo x >>"$HOME/restarts"; if [ -e broken ]; then rm -f "$HOME/runs"; else git rev-parse HEAD >"$HOME/runs"; fi ;;
  *is-active*) [ -e "$HOME/runs" ] ;;
  *InvocationID*) echo "InvocationID=$(wc -l <"$HOME/restarts")" ;;
  *show*) if [ -e "$HOME/runs" ]; then s="active"; u="running"; else s=failed; u=failed; fi; printf 'LoadState=loaded\\nActiveState=%s\\nSubState=%s\\n' "$s" "$u" ;;
esac`

async function world() {
  const door = await startSshd()
  const sparks = createSparks({ privateKey: () => door.privateKey, log: createFakeLog() })
  open.push(door, sparks)
  door.tool('systemctl', systemctl)
  // What stays up is waited for; here that is no more than a moment.
  door.tool('sleep', 'exec /bin/sleep 0.1')
  const folder = join(door.home, 'bot')
  const bare = join(door.home, 'origin.git')
  const author = join(door.home, 'author')
  const git = (cwd: string, ...words: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Alice', '-c', 'user.email=alice@example.org', ...words], { cwd, stdio: 'pipe' })
      .toString()
      .trim()
  for (const path of [bare, author]) mkdirSync(path)
  git(bare, 'init', '--bare', '-b', 'main')
  git(author, 'init', '-b', 'main')
  git(author, 'remote', 'add', 'origin', bare)
  const commit = (subject: string, file = 'bot.txt'): string => {
    door.write(`author/${file}`, `${subject}\n`)
    git(author, 'add', '-A')
    git(author, 'commit', '-m', subject)
    git(author, 'push', '-u', 'origin', 'main')
    return git(author, 'rev-parse', 'HEAD')
  }
  const first = commit('one')
  git(door.home, 'clone', bare, folder)
  door.write('runs', first)
  door.write('restarts', '')
  const bot: Bot = {
    id: 'main',
    name: 'Bot',
    machine: 'spark1',
    user: door.machine.user,
    folder,
    runs: 'unit',
    unit: 'bot.service',
    restartWords: [],
    heal: 'manual',
    addedAt: 0,
  }
  let acts = 0
  const act = async (kind: BotActKind, of: Bot = bot): Promise<BotJob> => {
    acts += 1
    await sparks.startBotJob(door.machine, of, { id: `${kind}-a${acts}`, kind })
    for (let turn = 0; turn < 200; turn++) {
      const { job } = await sparks.lookAtBot(door.machine, of)
      if (job !== null && job.id === `${kind}-a${acts}` && job.state !== 'running') return job
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('the act did not end')
  }
  return { door, sparks, bot, commit, git, folder, first, act, look: () => sparks.lookAtBot(door.machine, bot) }
}

test('it is fetched, taken and restarted; then there is nothing new', async () => {
  const { door, commit, act, look, first } = await world()
  expect(await look()).toMatchObject({
    state: 'running',
    seen: 'active (running)',
    version: { commit: first.slice(0, 7), subject: 'one', behind: 0 },
    job: null,
  })
  const second = commit('two')
  const done = await act('update')
  expect(done.text).toContain('Receiving objects: 100%')
  expect(botProgress(done)).toMatchObject({ state: 'succeeded', sentence: expect.stringContaining(`to ${second.slice(0, 7)}`) })
  expect(door.read('runs').trim()).toBe(second)
  expect((await look()).version).toMatchObject({ commit: second.slice(0, 7), subject: 'two', behind: 0 })
  expect(botProgress(await act('update')).sentence).toMatch(/up to date already/)
  expect(botProgress(await act('restart'))).toMatchObject({ state: 'succeeded' })
}, 60_000)

test('a version that does not stay up is taken back, and the one before runs', async () => {
  const { door, commit, act, first, git, folder } = await world()
  commit('breaks', 'broken')
  const job = await act('update')
  expect([job.exitCode, botProgress(job).state]).toEqual([botCodes.returned, 'failed'])
  expect([door.read('runs').trim(), git(folder, 'rev-parse', 'HEAD')]).toEqual([first, first])
}, 60_000)

test('what was changed by hand, or cannot be fetched, leaves the version that runs untouched', async () => {
  const { door, commit, act, first, git, folder } = await world()
  commit('two')
  door.write('bot/bot.txt', 'mine\n')
  const mine = await act('update')
  expect([mine.exitCode, door.read('runs').trim(), door.read('bot/bot.txt'), door.read('restarts')]).toEqual([
    botCodes.diverged,
    first,
    'mine\n',
    '',
  ])
  git(folder, 'remote', 'set-url', 'origin', join(door.home, 'gone.git'))
  const gone = await act('update')
  expect([gone.exitCode, botProgress(gone).line, door.read('restarts')]).toEqual([botCodes.fetch, expect.any(String), ''])
}, 60_000)

test('an update outlives the connection, and is found again by its folder', async () => {
  const { door, sparks, bot, commit, look } = await world()
  door.tool('sleep', 'exec /bin/sleep 1')
  const second = commit('two')
  await sparks.startBotJob(door.machine, bot, { id: 'update-z1', kind: 'update' })
  door.dropConnections()
  for (let turn = 0; turn < 100; turn++) {
    const job = await look().then(
      (found) => found.job,
      () => null,
    )
    if (job?.state === 'ended') break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  expect([door.read('runs').trim(), (await look()).job?.exitCode]).toEqual([second, 0])
}, 60_000)

test('the words of the owner restart it, and no shell reads them', async () => {
  const { door, act, bot } = await world()
  door.tool('start-bot', `printf '%s|' "$@" >"$HOME/words"`)
  const job = await act('restart', { ...bot, restartWords: ['start-bot', '$(touch broken)', "it's; id", '--now'] })
  expect([job.exitCode, door.read('words')]).toEqual([0, "$(touch broken)|it's; id|--now|"])
}, 30_000)

test('two bots of one user are worked on at once, two of one checkout are not', async () => {
  const { door, sparks, bot, act, look } = await world()
  door.tool('hold', `touch "$HOME/held"; while [ ! -e "$HOME/go" ]; do /bin/sleep 0.05; done`)
  await sparks.startBotJob(door.machine, { ...bot, restartWords: ['hold'] }, { id: 'restart-held', kind: 'restart' })
  await expect.poll(() => door.exists('held'), { timeout: 20_000 }).toBe(true)
  const clerk = await act('restart', { ...bot, id: 'clerk', folder: null, unit: 'clerk.service', restartWords: ['true'] })
  const twin = await act('restart', { ...bot, id: 'twin', unit: 'twin.service', restartWords: ['true'] })
  door.write('go', '')
  await expect.poll(async () => (await look()).job?.state, { timeout: 20_000 }).toBe('ended')
  expect([clerk.exitCode, twin.exitCode, (await look()).job?.exitCode]).toEqual([0, botCodes.busy, 0])
}, 60_000)

test('what ended by itself with an error is told apart from what was stopped', async () => {
  const { door, sparks, bot } = await world()
  const unit = async (active: string) => {
    door.tool('systemctl', `printf 'LoadState=loaded\\nActiveState=${active}\\nSubState=${active}\\n'`)
    return sparks.lookAtBot(door.machine, bot)
  }
  const box = async (words: string) => {
    door.tool('docker', `echo '${words}'`)
    return sparks.lookAtBot(door.machine, { ...bot, runs: 'container', unit: 'bot' })
  }
  const seen = [
    await unit('failed'),
    await unit('inactive'),
    await box('exited|1|0'),
    await box('exited|143|0'),
    await box('restarting|1|7'),
  ]
  expect(seen.map(({ state, crashed }) => [state, crashed])).toEqual([
    ['stopped', true],
    ['stopped', false],
    ['stopped', true],
    ['stopped', false],
    ['degraded', false],
  ])
}, 60_000)
