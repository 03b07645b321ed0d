import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DownloadView } from '../../server/contract/operations/download-shapes.ts'
import { type Life, owner, small, startLife } from '../fakes/appliance.ts'
import { gatedLlama, qwen3Four } from '../sim/core/demo-hub.ts'

let life: Life
beforeEach(async () => {
  life = await startLife()
})
afterEach(() => life.close())

const repo = qwen3Four.repo
const machines = (): string[] => life.graph.machines.list().map((one) => one.id)
const downloads = () => life.graph.downloads
const start = async (more: { repo?: string; machines?: string[]; token?: string } = {}): Promise<string> => {
  const asked = downloads().start({ repo, requestedBy: owner, ...more })
  let settled = false
  const end = (): void => {
    settled = true
  }
  asked.then(end, end)
  await life.clock.until(() => settled)
  return (await asked).id
}
const find = (id: string): DownloadView => downloads().find(id)
const ended = async (id: string): Promise<DownloadView> => {
  await life.clock.until(() => find(id).state !== 'running', 3_600_000)
  return find(id)
}
const finals = (): string[] =>
  life.graph.events.recent(50, 'model').flatMap(({ type }) => (/^download_(complete|failed|cancelled)$/.test(type) ? [type] : []))

describe('a download', () => {
  test('comes to the first machine, is copied to the second and looked at on both', async () => {
    const id = await start({ repo: `https://huggingface.co/${repo}`, machines: machines() })
    await life.clock.until(() => (find(id).percent ?? 0) > 20)
    expect(find(id)).toMatchObject({ phase: 'fetch', state: 'running', repo, machines: [{ name: 'spark-1' }, { name: 'spark-2' }] })
    await life.clock.until(() => find(id).phase === 'copy')
    const done = await ended(id)
    expect([done.state, done.error]).toEqual(['succeeded', null])
    expect(life.graph.models.find(repo).machines.map((copy) => [copy.name, copy.state])).toEqual([
      ['spark-1', 'complete'],
      ['spark-2', 'complete'],
    ])
    expect(finals()).toEqual(['download_complete'])
    const [call] = life.world.argvLog.filter((one) => one.tool.endsWith('hf-download.sh'))
    expect(call?.argv).toEqual([repo, '-c', '192.168.177.12', '--copy-parallel'])
  })

  test('shows bytes, speed and the time that is left', async () => {
    const id = await start()
    await life.clock.until(() => (find(id).percent ?? 0) > 40)
    const { bytes, totalBytes, bytesPerSecond, etaSeconds } = find(id)
    expect(totalBytes).toBeGreaterThan(8_060_000_000)
    expect(bytes).toBeGreaterThan(3_000_000_000)
    expect(bytesPerSecond).toBeGreaterThan(0)
    expect(etaSeconds).toBeGreaterThan(0)
  })

  test('is one at a time a model', async () => {
    const id = await start()
    await expect(start()).rejects.toMatchObject({ code: 'download_running', facts: { download: id } })
  })

  test('goes on where it stopped after it was cancelled', async () => {
    const id = await start()
    await life.clock.until(() => (find(id).percent ?? 0) > 40)
    downloads().cancel(id)
    expect((await ended(id)).state).toBe('cancelled')
    await downloads().resume(id, undefined)
    await life.clock.until(() => (find(id).percent ?? 0) > 0)
    expect(find(id).percent).toBeGreaterThan(35)
    expect((await ended(id)).state).toBe('succeeded')
    expect(finals()).toEqual(['download_complete', 'download_cancelled'])
  })

  test('goes on without the appliance, and is found again by the next', async () => {
    const id = await start()
    await life.clock.until(() => (find(id).percent ?? 0) > 20)
    life = await life.rise()
    await life.clock.until(() => find(id).state !== 'running', 3_600_000)
    expect(find(id).state).toBe('succeeded')
    expect(life.world.argvLog.filter((one) => one.tool.endsWith('hf-download.sh'))).toHaveLength(1)
  })

  test('waits for a machine that does not answer', async () => {
    const id = await start()
    life.world.freeze('spark-1', 300_000)
    await life.clock.until(() => find(id).sentence.includes('does not answer'))
    expect((await ended(id)).state).toBe('succeeded')
  })

  test('that stalls is called so after two minutes, once, and can be cancelled', async () => {
    life.world.setFault({ name: 'F21', times: 1 })
    const id = await start()
    await life.clock.until(() => find(id).stalled, 3_600_000)
    expect(find(id).sentence).toMatch(/^Nothing has arrived for 2 minutes\.$/)
    await life.clock.advance(60_000)
    expect(life.graph.events.recent(50, 'model').filter(({ type }) => type === 'download_stalled')).toHaveLength(1)
    downloads().cancel(id)
    expect((await ended(id)).state).toBe('cancelled')
  })
})

describe('a download that fails', () => {
  const failure = async (): Promise<DownloadView['error']> => (await ended(await start({ machines: machines() }))).error

  test('on a full disk says so, and what stays', async () => {
    life.world.setFault({ name: 'F19', times: 1 })
    expect(await failure()).toMatchObject({ code: 'download_disk_full', happened: 'The disk of spark-1 filled up during the download.' })
  })

  test('with a copy that is not whole names the machine and a file', async () => {
    life.world.setFault({ name: 'F22', node: 'spark-2', times: 1 })
    const error = await failure()
    expect(error).toMatchObject({ code: 'copy_incomplete', machine: 'spark-2' })
    expect(error?.happened).toMatch(
      /^The copy on spark-2 is not whole: \d+ of \d+ files are missing or cut short, model-\d+-of-\d+\.safetensors among them\.$/,
    )
  })

  test('because the machine restarted is told, and goes on', async () => {
    const id = await start()
    await life.clock.until(() => (find(id).percent ?? 0) > 40)
    life.world.reboot('spark-1')
    expect((await ended(id)).error?.code).toBe('download_lost')
    await downloads().resume(id, undefined)
    expect((await ended(id)).state).toBe('succeeded')
  })
})

describe('before a download', () => {
  const check = (ask: { repo: string; token?: string; machines?: string[] }) => downloads().check(ask)

  test('the bytes and the room on every machine are known', async () => {
    const ground = await check({ repo, machines: machines() })
    expect(ground).toMatchObject({ verdict: 'ready', name: 'Qwen3 4B' })
    expect(ground.machines.every((one) => (one.needBytes ?? 0) > 8e9 && (one.freeBytes ?? 0) > 1e12)).toBe(true)
  })

  test('a model that is whole there is not downloaded again', async () => {
    expect((await check({ repo: small })).verdict).toBe('here')
    await expect(start({ repo: small })).rejects.toMatchObject({ code: 'download_not_needed' })
  })

  test('a gated model asks for a token, which is then let in and kept nowhere', async () => {
    const closed = await check({ repo: gatedLlama.repo })
    expect(closed).toMatchObject({ verdict: 'blocked', wantsToken: true })
    expect(closed.checks[0]?.sentence).toMatch(/is only for people its owner let in/)
    const token = 'hf_secretsecretsecret'
    const id = await start({ repo: gatedLlama.repo, token })
    expect((await ended(id)).state).toBe('succeeded')
    expect(life.stores.serialize().includes(token)).toBe(false)
    expect(JSON.stringify(life.world.argvLog)).not.toContain(token)
  })

  test('a machine without uvx is told how to get it', async () => {
    life.world.setFault({ name: 'F17' })
    const bad = (await check({ repo })).checks.find((one) => one.state === 'bad')
    expect(bad).toMatchObject({ id: 'tool', mend: expect.stringContaining('astral.sh/uv') })
    await expect(start()).rejects.toMatchObject({ code: 'download_blocked' })
  })

  test('what is no model is refused in words', async () => {
    await expect(check({ repo: '../../etc' })).rejects.toMatchObject({ code: 'repo_unreadable' })
  })
})

describe('a deletion', () => {
  const remove = (model: string, name = model) => life.graph.deletions.remove(model, { name, partsOnly: false, by: 'owner' })

  test('takes the folder from every machine, and the model from the list', async () => {
    expect(life.graph.deletions.plan(small)).toMatchObject({ refusal: null, machines: [{ name: 'spark-1' }, { name: 'spark-2' }] })
    const { machines: names, bytes } = await remove(small)
    expect([names, bytes > 30e9]).toEqual([['spark-1', 'spark-2'], true])
    expect(life.graph.models.list().map((one) => one.id)).not.toContain(small)
    expect(life.graph.lock.find().locked).toBe(false)
    expect(life.graph.events.recent(5).map(({ type }) => type)).toContain('model_deleted')
  })

  test('needs the name, and refuses what serves, switches or arrives', async () => {
    await expect(remove(small, 'Qwen3 8B')).rejects.toMatchObject({ code: 'deletion_name_wrong' })
    const swap = await life.ask(small)
    await expect(remove(small)).rejects.toMatchObject({
      code: 'deletion_refused',
      facts: { why: expect.stringContaining('part of a switch') },
    })
    await life.outcome(swap)
    await expect(remove(small)).rejects.toMatchObject({ code: 'deletion_refused', facts: { why: expect.stringContaining('being served') } })
    const id = await start()
    await life.clock.until(() => (find(id).percent ?? 0) > 20)
    await life.graph.models.scan()
    await expect(remove(repo)).rejects.toMatchObject({
      code: 'deletion_refused',
      facts: { why: expect.stringContaining('being downloaded') },
    })
  })

  test('keeps a reservation of somebody else', async () => {
    life.graph.lock.take({ holder: 'recap', reason: 'nightly', ttlSeconds: 60 })
    await expect(remove(small)).rejects.toMatchObject({ code: 'swap_locked' })
    expect(life.world.models('spark-1').some((one) => one.repo === small)).toBe(true)
  })
})
