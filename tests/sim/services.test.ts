// Services beside the engine: their containers, their memory, their answers, and the switches that break them.
import { expect, test } from 'vitest'
import { createFakeClock } from '../fakes/clock.ts'
import { demoNodes, documentServices, speechServices } from './core/demo-world.ts'
import type { SimService } from './core/service.ts'
import { createWorld } from './core/world.ts'
import { createMemoryServices } from './doors/memory-services.ts'
import { type Session, type } from './terminal.ts'

const all = [...documentServices, ...speechServices]

function stage(services: readonly SimService[] = all) {
  const clock = createFakeClock()
  const nodes = demoNodes().map((node, index) => (index === 0 ? { ...node, services } : node))
  const world = createWorld({ clock, seed: 3, timeScale: 1, nodes })
  const ask = createMemoryServices(world)
  const run = async (...argv: readonly string[]): Promise<Session> => {
    const session = type(world, 'spark-1', 'docker', ...argv)
    await clock.until(() => session.code !== null)
    return session
  }
  const get = async (port: number, path: string, body?: unknown) => {
    const request = { method: body === undefined ? 'GET' : 'POST', path, body: body === undefined ? '' : JSON.stringify(body) }
    let outcome: Awaited<ReturnType<typeof ask>> | null = null
    void ask({ address: '127.0.1.1', port }, request, 5_000).then((one) => {
      outcome = one
    })
    await clock.until(() => outcome !== null)
    return outcome as unknown as Awaited<ReturnType<typeof ask>>
  }
  const status = (name: string): string => world.look('spark-1').containers.find((one) => one.name === name)?.status ?? 'gone'
  const log = (name: string): string => world.look('spark-1').containers.find((one) => one.name === name)?.log ?? ''
  return { clock, world, run, get, status, log }
}

const ok = (reply: object) => ({ ok: true, reply: expect.objectContaining(reply) })

test('they are rows of docker ps with image, status and ports', async () => {
  const { run } = stage()
  const { out } = await run('ps', '-a', '--format', '{{.Names}}|{{.Image}}|{{.Status}}|{{.Ports}}')
  expect(out.split('\n')).toEqual(
    expect.arrayContaining([
      'kokoro|ghcr.io/remsky/kokoro-fastapi-gpu|Up 24 hours|0.0.0.0:8880->8880/tcp, [::]:8880->8880/tcp',
      'audio-engine|demon|Up 24 hours|',
      expect.stringMatching(/^diarize\|speaches\|Exited \(0\) .* ago\|$/),
      expect.stringMatching(/^homeassistant\|/),
    ]),
  )
})

test('their memory is in the memory of the node, and back after a stop', async () => {
  const { world, run, clock } = stage()
  const free = (): number => world.look('spark-1').memory.availableBytes
  const before = free()
  await run('stop', 'audio-engine')
  await clock.advance(10_000)
  expect(free() - before).toBe(9_000_000_000)
  await run('start', 'audio-engine')
  await clock.advance(10_000)
  expect(free()).toBe(before)
})

test('each answers as its kind does', async () => {
  const { get } = stage()
  expect(await get(8777, '/health')).toEqual(ok({ status: 200, body: '{"status":"ok"}' }))
  expect(await get(8777, '/readyz')).toEqual(ok({ status: 200 }))
  expect(await get(8880, '/v1/models')).toEqual(ok({ body: expect.stringContaining('"id":"kokoro"') }))
  expect(await get(6333, '/readyz')).toEqual(ok({ body: 'all shards are ready' }))
  expect(await get(1318, '/status')).toEqual(ok({ body: expect.stringMatching(/"heartbeatAgeMs":\d/) }))
  expect(await get(5002, '/scrub', { text: 'Write to alice@example.org.' })).toEqual(
    ok({ body: '{"text":"Write to <EMAIL_ADDRESS_1>","count":1}' }),
  )
  const embedded = await get(8081, '/v1/embeddings', { model: 'BAAI/bge-m3', input: 'ping' })
  const { data } = JSON.parse(embedded.ok ? embedded.reply.body : '') as { data: { embedding: number[] }[] }
  expect(data).toHaveLength(1)
  expect(Math.hypot(...(data[0]?.embedding ?? []))).toBeCloseTo(1)
  expect(await get(8082, '/v1/rerank', { query: 'a', documents: ['a', 'b'] })).toEqual(
    ok({ body: expect.stringContaining('relevance_score') }),
  )
  expect(await get(8880, '/nothing')).toEqual(ok({ status: 404 }))
  expect(await get(6333, '/readyz', {})).toEqual(ok({ status: 405 }))
  expect(await get(8778, '/health')).toEqual({ ok: false, why: 'refused' })
})

test('docker start, restart and stop: the port opens when it is loaded and closes at once', async () => {
  const { run, get, clock, status } = stage()
  expect(await run('start', 'diarize')).toMatchObject({ code: 0, out: 'diarize\n' })
  expect(await get(8778, '/health')).toEqual({ ok: false, why: 'refused' })
  await clock.advance(10_000)
  expect(await get(8778, '/health')).toEqual(ok({ status: 200 }))
  expect((await run('restart', 'diarize')).code).toBe(0)
  expect(await get(8778, '/health')).toEqual({ ok: false, why: 'refused' })
  await clock.advance(10_000)
  expect(await get(8778, '/health')).toEqual(ok({ status: 200 }))
  expect((await run('stop', 'diarize')).code).toBe(0)
  expect(status('diarize')).toMatch(/^Exited \(0\)/)
  expect(await run('start', 'nobody')).toMatchObject({ code: 1, err: expect.stringContaining('No such container: nobody') })
})

test('what a service writes is in docker logs, on stderr', async () => {
  const { run, get } = stage()
  await get(8880, '/health')
  const { out, err } = await run('logs', '--tail', '1', 'kokoro')
  expect([out, err]).toEqual(['', 'INFO:     192.0.2.7:51234 - "GET /health HTTP/1.1" 200\n'])
})

test('after a loss of power docker starts what ran, and not what was stopped', async () => {
  const { world, run, clock, status } = stage()
  await run('stop', 'kokoro')
  world.reboot('spark-1', 30_000)
  expect(status('parakeet')).toMatch(/^Exited \(137\)/)
  await clock.advance(60_000)
  expect(status('parakeet')).toMatch(/^Up/)
  expect([status('kokoro'), status('diarize')]).toEqual([expect.stringMatching(/^Exited/), expect.stringMatching(/^Exited/)])
})

test('F31: it hangs', async () => {
  const { world, get } = stage()
  world.setFault({ name: 'F31', container: 'kokoro' })
  expect(await get(8880, '/health')).toEqual({ ok: false, why: 'timeout' })
  expect(await get(8777, '/health')).toEqual(ok({ status: 200 }))
  world.clearFault('F31')
  expect(await get(8880, '/health')).toEqual(ok({ status: 200 }))
})

test('F32: it answers with an error', async () => {
  const { world, get } = stage()
  world.setFault({ name: 'F32', container: 'embed' })
  expect(await get(8081, '/v1/embeddings', { input: 'x' })).toEqual(ok({ status: 500 }))
})

test('F33: it is slow, too slow for some', async () => {
  const { world, get, clock } = stage()
  world.setFault({ name: 'F33', container: 'kokoro' })
  const before = clock.now()
  expect(await get(8880, '/health')).toEqual({ ok: false, why: 'timeout' })
  expect(clock.now() - before).toBe(5_000)
})

test('F34: it dies right after its start, again and again', async () => {
  const { world, run, clock, status, log } = stage()
  world.setFault({ name: 'F34', container: 'kokoro' })
  await run('restart', 'kokoro')
  await clock.advance(20_000)
  expect(status('kokoro')).toMatch(/^Restarting \(1\)/)
  expect(log('kokoro')).toContain('RuntimeError')
  expect(Number((await run('inspect', '--format', '{{.RestartCount}}', 'kokoro')).out)).toBeGreaterThan(3)
  world.clearFault('F34')
  await clock.advance(120_000)
  expect(status('kokoro')).toMatch(/^Up/)
})

test('F34: without a restart policy it stays down', async () => {
  const { world, run, clock, status } = stage([{ name: 'tts', kind: 'tts', image: 'tts', port: 8880, bytes: 1, restarts: false }])
  world.setFault({ name: 'F34', times: 1 })
  await run('restart', 'tts')
  await clock.advance(20_000)
  expect(status('tts')).toMatch(/^Exited \(1\)/)
})

test('F35: the container is up and the port is closed', async () => {
  const { world, get, status } = stage()
  world.setFault({ name: 'F35', container: 'qdrant' })
  expect([await get(6333, '/readyz'), status('qdrant')]).toEqual([{ ok: false, why: 'refused' }, expect.stringMatching(/^Up/)])
})

test('F36: it takes the memory; a restart of it gives it back', async () => {
  const { world, run, clock } = stage()
  const free = (): number => world.look('spark-1').memory.availableBytes
  world.setFault({ name: 'F36', container: 'rerank' })
  expect(free()).toBe(2_000_000_000)
  await run('restart', 'rerank')
  await clock.advance(20_000)
  expect(free()).toBeGreaterThan(50_000_000_000)
})

test('F37: the system kills it, and docker starts it again', async () => {
  const { world, clock, status, log } = stage()
  world.setFault({ name: 'F37', container: 'parakeet', times: 1 })
  await clock.advance(50)
  expect(status('parakeet')).toMatch(/^Restarting \(137\)/)
  await clock.advance(20_000)
  expect(status('parakeet')).toMatch(/^Up/)
  expect(log('parakeet').match(/Application startup complete/g)).toHaveLength(2)
})

test('F38: its log grows without end until it is mended', async () => {
  const { world, clock, log } = stage()
  world.setFault({ name: 'F38', container: 'kokoro' })
  await clock.advance(10_000)
  const size = log('kokoro').length
  expect(size).toBeGreaterThan(100_000)
  world.clearFault('F38')
  await clock.advance(10_000)
  expect(log('kokoro').length).toBe(size)
})
