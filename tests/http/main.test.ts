import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { checkDatabase } from '../../server/adapters/sqlite/check-file.ts'
import { isLoopback, readBoot } from '../../server/boot.ts'
import { storageCommand } from '../../server/storage-words.ts'

const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url))
const root = fileURLToPath(new URL('../../', import.meta.url))
const ending: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'spark-control-'))
  ending.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

interface Life {
  readonly process: ChildProcess
  readonly out: () => string
  readonly err: () => string
  /** The address it prints. */
  url(): Promise<string>
  /** Its exit code. */
  ended: Promise<number | null>
}

function begin(env: Record<string, string>): Life {
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString()
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  ending.push(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const url = async (): Promise<string> => {
    await expect.poll(() => out + (child.exitCode === null ? '' : `ended: ${err}`), { timeout: 15_000 }).toContain('ready at')
    return /ready at (\S+)/.exec(out)?.[1] ?? ''
  }
  return { process: child, out: () => out, err: () => err, url, ended }
}

describe('the appliance as a process', () => {
  it('says where it is, shows its page, and ends with 0 when told to', async () => {
    const dataDir = join(folder(), 'new', 'data')
    const life = begin({ DATA_DIR: dataDir })
    const url = await life.url()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    expect((await fetch(`${url}readyz`)).status).toBe(200)
    expect((await fetch(url, { headers: { accept: 'text/html' } })).headers.get('content-type')).toContain('text/html')
    for (const file of readdirSync(dataDir)) expect([file, (statSync(join(dataDir, file)).mode & 0o077).toString(8)]).toEqual([file, '0'])
    life.process.kill('SIGTERM')
    expect(await life.ended).toBe(0)
    expect(life.out()).not.toContain('undefined')
  })

  it('copies its database while it runs, for the owner at Settings and for the command line', async () => {
    const dataDir = folder()
    const life = begin({ DATA_DIR: dataDir })
    const url = await life.url()
    const downloaded = await fetch(`${url}backup`, { method: 'POST' })
    expect(downloaded.headers.get('content-disposition')).toMatch(/^attachment; filename="spark-control-\d{8}T\d{6}Z\.sqlite"$/)
    expect(
      Buffer.from(await downloaded.arrayBuffer())
        .subarray(0, 15)
        .toString(),
    ).toBe('SQLite format 3')
    const copy = join(dataDir, 'copy.sqlite')
    const told = await storageCommand(['backup', copy], { DATA_DIR: dataDir, PORT: new URL(url).port }, 0)
    expect(told).toMatchObject({ code: 0 })
    checkDatabase(copy)
    expect(await storageCommand(['restore', copy], { DATA_DIR: dataDir }, 0)).toMatchObject({ code: 73 })
    expect((await fetch(`${url}readyz`)).status).toBe(200)
  })

  it('ends streams of events and keeps no browser waiting when told to stop', async () => {
    const life = begin({ DATA_DIR: folder() })
    const url = await life.url()
    const feed = await fetch(`${url}api/events`)
    const reading = feed.text()
    life.process.kill('SIGINT')
    expect(await reading).toContain('retry: 2000')
    expect(await life.ended).toBe(0)
  })

  it('says in a sentence that the port is taken, before anything else is touched', async () => {
    const taken: Server = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    ending.push(() => taken.close())
    const { port } = taken.address() as AddressInfo
    const life = begin({ DATA_DIR: folder(), PORT: String(port) })
    expect(await life.ended).toBe(69)
    expect(life.err()).toContain(`Port ${port} of 127.0.0.1 is already in use.`)
    expect(life.err()).not.toContain('    at ')
  })

  it('says in a sentence that the data folder cannot be used', async () => {
    const file = join(folder(), 'a-file')
    writeFileSync(file, '')
    const life = begin({ DATA_DIR: join(file, 'data') })
    expect(await life.ended).toBe(73)
    expect(life.err()).toContain(`The data folder ${join(file, 'data')} cannot be written (ENOTDIR).`)
  })

  it('with a damaged database says so on every path, moves it aside only when told to, and then starts empty', async () => {
    const dataDir = folder()
    const path = join(dataDir, 'spark-control.sqlite')
    writeFileSync(path, 'this is no database, but somebody may want it')
    const life = begin({ DATA_DIR: dataDir })
    await expect.poll(() => life.out() + life.err(), { timeout: 15_000 }).toContain('waits for you at')
    const url = /waits for you at (\S+)/.exec(life.out())?.[1] ?? ''
    const html = { headers: { accept: 'text/html' } }
    for (const page of ['', 'machines', 'swaps/new?model=x']) {
      const answer = await fetch(`${url}${page}`, html)
      expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('left exactly as it is')])
    }
    const told = await fetch(`${url}api/status`)
    expect(told.headers.get('content-type')).toBe('application/problem+json')
    expect(await told.json()).toMatchObject({ status: 503, code: 'storage_damaged', happened: expect.stringContaining(path) })
    const chat = await fetch(`${url}v1/models`)
    expect([chat.status, await chat.json()]).toEqual([503, { error: expect.objectContaining({ code: 'storage_damaged' }) }])
    expect([(await fetch(`${url}healthz`)).status, (await fetch(`${url}readyz`)).status]).toEqual([200, 503])
    expect((await fetch(`${url}assets/app.css`)).status).toBe(200)

    const post = (to: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${url}${to}`, { method: 'POST', redirect: 'manual', headers })
    expect((await post('storage/aside', { origin: 'http://elsewhere.example' })).status).toBe(403)
    expect((await post('storage/check')).status).toBe(503)
    expect(readdirSync(dataDir).sort()).toEqual(['local-key', 'spark-control.sqlite'])
    expect(readFileSync(path, 'utf8')).toBe('this is no database, but somebody may want it')

    const moved = await (await post('storage/aside')).text()
    const aside = readdirSync(dataDir).find((name) => name.includes('.aside-')) ?? 'none'
    expect(moved).toContain(aside)
    expect(readFileSync(join(dataDir, aside), 'utf8')).toBe('this is no database, but somebody may want it')
    await life.url()
    expect((await fetch(`${url}readyz`)).status).toBe(200)
    expect(await (await fetch(`${url}api/machines`)).json()).toMatchObject({ machines: [] })
    life.process.kill('SIGTERM')
    expect(await life.ended).toBe(0)
  })

  it('with a damaged database wants the set-up code before it moves anything, and ends when told to', async () => {
    const dataDir = folder()
    const path = join(dataDir, 'spark-control.sqlite')
    writeFileSync(path, '')
    const waiting = async (): Promise<{ life: Life; code: string; aside(code: string): Promise<Response> }> => {
      const life = begin({ DATA_DIR: dataDir, HOST: '0.0.0.0' })
      await expect.poll(() => life.out() + life.err(), { timeout: 15_000 }).toMatch(/^ {4}[0-9a-f-]{14}$/m)
      const url = /waits for you at (\S+)/.exec(life.out())?.[1] ?? ''
      const aside = (code: string): Promise<Response> =>
        fetch(`${url}storage/aside`, { method: 'POST', headers: { authorization: `Bearer ${code}` } })
      return { life, code: /^ {4}(\S+)$/m.exec(life.out())?.[1] ?? '', aside }
    }
    const first = await waiting()
    expect((await first.aside('aaaa-bbbb-cccc')).status).toBe(401)
    first.life.process.kill('SIGTERM')
    expect(await first.life.ended).toBe(0)
    expect(readdirSync(dataDir).sort()).toEqual(['local-key', 'spark-control.sqlite'])
    expect(statSync(path).size).toBe(0)
    const second = await waiting()
    expect((await second.aside(second.code)).status).toBe(200)
    await second.life.url()
  })

  it('refuses a second life on the same data', async () => {
    const dataDir = folder()
    const first = begin({ DATA_DIR: dataDir })
    await first.url()
    const second = begin({ DATA_DIR: dataDir })
    expect(await second.ended).toBe(73)
    expect(second.err()).toContain('is in use by another process')
  })

  it('names an environment variable that is wrong', async () => {
    const life = begin({ DATA_DIR: folder(), PORT: 'http' })
    expect(await life.ended).toBe(78)
    expect(life.err()).toBe('PORT must be a number from 0 to 65535, not "http".\n')
  })

  it('names a seed of a setting that is wrong', async () => {
    const life = begin({ DATA_DIR: folder(), VLLM_PORT: 'eighty' })
    expect(await life.ended).toBe(78)
    expect(life.err()).toMatch(/VLLM_PORT|engine\.port/)
  })

  it('on the network prints a set-up code and wants it before the first change; a session outlives a restart', async () => {
    const dataDir = folder()
    const first = begin({ DATA_DIR: dataDir, HOST: '0.0.0.0' })
    const url = await first.url()
    await expect.poll(first.out).toMatch(/^ {4}[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}$/m)
    const code = /^ {4}(\S+)$/m.exec(first.out())?.[1] ?? ''
    const change = (base: string, token: string): Promise<Response> =>
      fetch(`${base}api/settings/engine.port`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: '{"value":8001}',
      })
    expect((await change(url, 'aaaa-bbbb-cccc')).status).toBe(401)
    expect((await change(url, code)).status).toBe(200)
    const signedIn = await fetch(`${url}api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    })
    const { token } = (await signedIn.json()) as { token: string }
    first.process.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    const second = begin({ DATA_DIR: dataDir, HOST: '0.0.0.0' })
    const again = await second.url()
    expect((await change(again, token)).status).toBe(200)
    expect((await change(again, code)).status).toBe(401)
    expect(first.err() + second.err()).not.toContain(token)
  })
})

describe('what the environment decides', () => {
  it('has defaults, and takes empty for not set', () => {
    expect(readBoot({ PORT: '', HOST: ' ' })).toMatchObject({ port: 9999, host: '127.0.0.1', logLevel: 'info' })
    expect(readBoot({}).dataDir).toMatch(/\/data$/)
  })

  it.each([{ PORT: '65536' }, { PORT: '-1' }, { HOST: 'a b' }, { LOG_LEVEL: 'loud' }])('%j is refused by name', (env) => {
    expect(() => readBoot(env)).toThrow(new RegExp(`^${Object.keys(env)[0]} must be`))
  })

  it('trusts loopback alone', () => {
    expect(['127.0.0.1', '127.5.5.5', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true])
    expect(['0.0.0.0', '::', '192.0.2.5', '127.0.0.1.example'].map(isLoopback)).toEqual([false, false, false, false])
  })
})
