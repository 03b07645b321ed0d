import { mkdirSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import type { HubAsk } from '../../server/app/download-ports.ts'
import { createFakeLog } from '../fakes/log.ts'
import { type FakeSshd, startSshd } from '../fakes/sshd.ts'

let door: FakeSshd
let sparks: ReturnType<typeof createSparks>
let made = 0

const hub = '.cache/huggingface/hub'
const folder = (name: string): string => `${hub}/models--${name.replace('/', '--')}`
const at = (path: string): string => join(door.home, path)
const dayAgo = Date.now() / 1000 - 2 * 86_400

/** A model of two files, one of which never finished. */
function put(name: string): void {
  door.write(`${folder(name)}/blobs/aaaa`, 'x'.repeat(1000))
  door.write(`${folder(name)}/blobs/bbbb.incomplete`, 'y'.repeat(300))
  door.write(`${folder(name)}/refs/main`, 'c'.repeat(40))
  utimesSync(at(`${folder(name)}/blobs/bbbb.incomplete`), dayAgo, dayAgo)
  door.write(`${hub}/.locks/models--${name.replace('/', '--')}/aaaa.lock`, '')
}
const ask = (more: Partial<HubAsk> = {}): HubAsk => ({ repo: 'org/name', revision: null, token: null, hub: false, ...more })

beforeAll(async () => {
  door = await startSshd()
  sparks = createSparks({ privateKey: () => door.privateKey, log: createFakeLog() })
  // As ~/.profile of Ubuntu, after /etc/profile has set PATH anew.
  door.write('.profile', 'PATH="$HOME/../bin:$PATH"\n')
})
beforeEach(() => {
  put('org/name')
})
afterAll(async () => {
  sparks.close()
  await door.stop()
})

describe('a removal', () => {
  const remove = (repo: string, partsOnly = false) => sparks.removeModel(door.machine, repo, partsOnly)

  it('takes the folder and the locks of that model alone', async () => {
    put('org/name-2')
    put('org/nam')
    const removal = await remove('org/name')
    expect([removal.outcome, removal.bytes]).toEqual(['removed', 1340])
    expect(door.exists(folder('org/name'))).toBe(false)
    expect(door.exists(`${hub}/.locks/models--org--name`)).toBe(false)
    for (const other of ['org/name-2', 'org/nam']) expect(door.exists(`${folder(other)}/blobs/aaaa`)).toBe(true)
    expect(door.exists(`${hub}/.locks/models--org--name-2`)).toBe(true)
    expect((await remove('org/name')).outcome).toBe('absent')
  })

  it('follows no link inside the folder', async () => {
    door.write('precious/letter', 'Dear Alice')
    mkdirSync(at(`${folder('org/name')}/snapshots`), { recursive: true })
    symlinkSync(at('precious'), at(`${folder('org/name')}/snapshots/out`))
    expect((await remove('org/name')).outcome).toBe('removed')
    expect(door.read('precious/letter')).toBe('Dear Alice')
  })

  it('leaves a folder that is a link, and what it leads to', async () => {
    door.write('elsewhere/blobs/aaaa', 'z')
    symlinkSync(at('elsewhere'), at(folder('org/linked')))
    expect((await remove('org/linked')).outcome).toBe('outside')
    expect(door.exists('elsewhere/blobs/aaaa')).toBe(true)
    expect(door.exists(folder('org/linked'))).toBe(true)
  })

  it.each(['..', '../x', 'a/../b', 'org/name/../../..', '/etc', 'a--b/c', '.', 'org/', '-rf'])('never sends %s', async (name) => {
    await expect(remove(name)).rejects.toThrow(RangeError)
  })

  it('waits while bytes arrive, or while a program holds a lock', async () => {
    utimesSync(at(`${folder('org/name')}/blobs/bbbb.incomplete`), Date.now() / 1000, Date.now() / 1000)
    expect((await remove('org/name')).outcome).toBe('busy')
    expect(door.exists(`${folder('org/name')}/blobs/aaaa`)).toBe(true)
  })

  it('of parts leaves everything that is whole', async () => {
    const removal = await remove('org/name', true)
    expect([removal.outcome, removal.bytes]).toEqual(['removed', 300])
    expect(door.exists(`${folder('org/name')}/blobs/aaaa`)).toBe(true)
    expect(door.exists(`${folder('org/name')}/blobs/bbbb.incomplete`)).toBe(false)
  })
})

describe('a job of a download', () => {
  const key = () => ({ swap: `down${made}`, step: 'fetch-1' })
  const start = (argv: readonly string[], token: string | null = null) => {
    made += 1
    return sparks.startDownload(door.machine, { key: key(), argv, cwd: null, token })
  }
  const look = () => sparks.readDownload(door.machine, { job: { key: key(), offset: 0 }, folder: at(folder('org/name')) })
  const ended = async () => {
    for (;;) {
      const { job } = await look()
      if (job?.state !== 'running') return job
    }
  }

  it('runs beside swaps, finds the hub, and says its bytes', async () => {
    door.tool('fetch', 'echo "$HF_HOME"; exit 3')
    await start(['fetch'])
    expect(await ended()).toMatchObject({ state: 'ended', exitCode: 3, text: `${at('.cache/huggingface')}\n` })
    expect((await look()).bytes).toBe(1300)
    expect(door.exists('.spark-control/fence')).toBe(false)
  })

  it('is given its token in the environment alone', async () => {
    door.tool('reveal', 'printf "%s %s" "$HF_TOKEN" "$*" >"$HOME/revealed"')
    await start(['reveal', 'word'], 'hf_verysecret')
    expect((await ended())?.exitCode).toBe(0)
    expect(door.read('revealed')).toBe('hf_verysecret word')
    expect(door.exists(`.spark-control/jobs/${key().swap}/fetch-1/token`)).toBe(false)
    for (const file of ['argv', 'env', 'log'])
      expect(door.read(`.spark-control/jobs/${key().swap}/fetch-1/${file}`)).not.toContain('verysecret')
  })

  it('starts once, and ends with its whole group', async () => {
    door.tool('forever', 'echo began >>"$HOME/began"; sleep 300 & wait')
    await start(['forever'])
    await sparks.startDownload(door.machine, { key: key(), argv: ['forever'], cwd: null, token: null })
    for (let began = ''; began === ''; began = door.exists('began') ? door.read('began') : '') await look()
    await sparks.endJob(door.machine, key())
    expect((await look()).job?.state).toBe('ended')
    expect(door.read('began')).toBe('began\n')
  })
})

describe('a look before a download', () => {
  it('tells tools, room, blobs and the owner of the cache', async () => {
    const found = await sparks.hubLook(door.machine, ask())
    expect(found).toMatchObject({ cachePath: at(hub), home: door.home, unwritable: null, uvx: null, script: null, busy: false, hub: null })
    expect(found.blobs.map((blob) => `${blob.name} ${blob.sizeBytes}`).sort()).toEqual(['aaaa 1000', 'bbbb.incomplete 300'])
    expect(found.freeBytes).toBeGreaterThan(0)
  })

  it('asks the Hub from there, with a token that is in no argument', async () => {
    door.tool(
      'curl',
      'printf "%s\\n" "$*" >>"$HOME/asked"; while [ $# -gt 0 ]; do [ "$1" != -H ] || tail -c +2 <<<"$2" | xargs cat >>"$HOME/header"; shift; done; printf "{\\"sha\\":\\"%s\\",\\"gated\\":false,\\"siblings\\":[{\\"rfilename\\":\\"config.json\\",\\"size\\":7,\\"blobId\\":\\"aaaa\\"}]}\\nspark-control-status 200" dddddddddddddddddddddddddddddddddddddddd',
    )
    const { hub: said } = await sparks.hubLook(door.machine, ask({ hub: true, token: 'hf_verysecret' }))
    expect(said).toMatchObject({
      status: 200,
      answer: { commit: 'd'.repeat(40), files: [{ path: 'config.json', sizeBytes: 7, blob: 'aaaa' }] },
    })
    expect(door.read('asked')).toContain('/api/models/org/name/revision/main?blobs=true')
    expect(door.read('asked')).not.toContain('verysecret')
    expect(door.read('header')).toContain('Authorization: Bearer hf_verysecret')
  })

  it('says so when the Hub cannot be asked', async () => {
    door.tool('curl', 'echo "curl: (6) Could not resolve host" >&2; exit 6')
    expect((await sparks.hubLook(door.machine, ask({ hub: true }))).hub).toMatchObject({ status: 0, answer: null })
  })
})
