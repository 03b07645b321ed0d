// Logs of containers in virtual time: read page by page, searched, followed by several, lost and found again.
import { afterEach, describe, expect, test } from 'vitest'
import { wholeLog } from '../../server/app/log-download.ts'
import type { LogSparks } from '../../server/app/log-ports.ts'
import type { LogNews, LogReader } from '../../server/app/logs-use.ts'
import { SparkError } from '../../server/contract/errors.ts'
import type { LogLine } from '../../server/domain/log-line.ts'
import type { Machine } from '../../server/domain/machine.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { createHouse, type House } from '../fakes/house.ts'
import { demoNodes, speechServices } from '../sim/core/demo-world.ts'

let house: House
afterEach(() => house.close())

async function open() {
  const nodes = demoNodes().map((node, index) => (index === 0 ? { ...node, services: speechServices } : node))
  house = await createHouse({ nodes, timeScale: 1 })
  const machine = await settle(house.graph.machines.add({ address: '127.0.1.1', user: 'spark', name: 'spark-1' }))
  const of = { machine: machine.id, container: 'kokoro' }
  return { ...house, of, logs: house.graph.logs, leaving: new AbortController() }
}

async function settle<T>(promise: Promise<T>): Promise<T> {
  let done = false
  const end = (): void => {
    done = true
  }
  promise.then(end, end)
  await house.clock.until(() => done)
  return promise
}

/** A request to the service is a line in its log. */
function ask(path: string, container = 'kokoro'): void {
  const listening = house.world.listening().find((one) => one.container === container)
  if (listening !== undefined) house.world.ask(listening, { method: 'GET', path, body: '' })
}

const texts = ({ lines }: Pick<LogNews, 'lines'>): readonly string[] => lines.map((line) => line.text)
const paths = (news: Pick<LogNews, 'lines'>): readonly string[] => texts(news).flatMap((text) => /GET (\S+)/.exec(text)?.[1] ?? [])

async function news(reader: LogReader, ms = 30_000): Promise<LogNews> {
  await settle(reader.news(ms))
  return reader.take()
}

describe('reading', () => {
  test('begins with the newest and goes on where it was, without a line lost or twice', async () => {
    const { logs, of } = await open()
    for (let at = 1; at <= 5; at++) {
      ask(`/a${at}`)
      await house.clock.advance(1)
    }
    const first = await settle(logs.read(of, { limit: 3 }))
    expect([paths(first), first.more]).toEqual([['/a3', '/a4', '/a5'], true])
    ask('/b1')
    ask('/b2')
    const second = await settle(logs.read(of, { after: first.next, limit: 1 }))
    expect([paths(second), second.more]).toEqual([['/b1'], true])
    const third = await settle(logs.read(of, { after: second.next, limit: 10 }))
    expect([paths(third), third.more]).toEqual([['/b2'], false])
    const last = await settle(logs.read(of, { after: third.next, limit: 10 }))
    expect([last.lines, last.next]).toEqual([[], third.next])
  })

  test('a search finds small and large letters alike', async () => {
    const { logs, of } = await open()
    ask('/v1/models')
    ask('/health')
    expect(paths(await settle(logs.search(of, { words: 'V1/MODELS', limit: 10 })))).toEqual(['/v1/models'])
    expect((await settle(logs.search(of, { words: '.*', limit: 10 }))).lines).toEqual([])
  })

  test('what is not there is said', async () => {
    const { logs, of } = await open()
    await expect(settle(logs.read({ ...of, container: 'nobody' }, { limit: 1 }))).rejects.toMatchObject({ code: 'log_absent' })
    await expect(settle(logs.read({ ...of, machine: 'm404' }, { limit: 1 }))).rejects.toMatchObject({ code: 'not_found' })
    house.sparks.cut('spark-1', 'refused')
    await expect(settle(logs.read(of, { limit: 1 }))).rejects.toMatchObject({ code: 'machine_unreachable' })
    await expect(settle(logs.download(of, new AbortController().signal))).rejects.toMatchObject({ code: 'machine_unreachable' })
  })
})

describe('following', () => {
  test('tells what comes, to several readers over one connection, and ends with the last', async () => {
    const { logs, of, leaving } = await open()
    const other = new AbortController()
    const [one, two] = [logs.follow(of, undefined, leaving.signal), logs.follow(of, undefined, other.signal)]
    expect(texts(await news(one)).at(-1)).toContain('Uvicorn running')
    await news(two)
    ask('/c1')
    expect([paths(await news(one)), paths(await news(two))]).toEqual([['/c1'], ['/c1']])
    leaving.abort()
    ask('/c2')
    expect(paths(await news(two))).toEqual(['/c2'])
    const streams = house.world.argvLog.filter(({ argv }) => argv.includes('-f'))
    expect(streams).toHaveLength(1)
    other.abort()
    ask('/c3')
    expect((await news(two)).lines).toEqual([])
  })

  test('goes on after a restart of what writes and after a loss of the line, and says why nothing comes', async () => {
    const { logs, of, leaving } = await open()
    const reader = logs.follow(of, undefined, leaving.signal)
    await news(reader)
    house.sparks.cut('spark-1', 'refused')
    await house.clock.advance(2_000)
    expect(reader.take().trouble).toMatch(/does not answer/)
    ask('/while-away')
    house.sparks.mend('spark-1')
    await house.clock.advance(6_000)
    const back = reader.take()
    expect([paths(back), back.trouble]).toEqual([['/while-away'], null])
    const io = { out: () => undefined, err: () => undefined, signal: leaving.signal }
    await settle(house.world.run({ node: 'spark-1', tool: 'docker', argv: ['stop', 'kokoro'], env: {}, cwd: '/' }, io))
    await house.clock.advance(1_000)
    expect(reader.take().trouble).toMatch(/does not run/)
    await settle(house.world.run({ node: 'spark-1', tool: 'docker', argv: ['start', 'kokoro'], env: {}, cwd: '/' }, io))
    await house.clock.advance(20_000)
    const again = reader.take()
    expect([texts(again).filter((text) => text.includes('startup complete')).length, again.trouble]).toEqual([1, null])
  })

  test('a reader that comes back by its place has every line once', async () => {
    const { logs, of, leaving } = await open()
    const first = logs.follow(of, undefined, leaving.signal)
    const { next } = await news(first)
    leaving.abort()
    ask('/d1')
    ask('/d2')
    const later = new AbortController()
    const second = logs.follow(of, next ?? undefined, later.signal)
    expect(paths(await news(second))).toEqual(['/d1', '/d2'])
    later.abort()
  })

  test('a log that never rests costs no memory, and what is left out is counted', async () => {
    const { logs, of, leaving } = await open()
    const reader = logs.follow(of, undefined, leaving.signal)
    await news(reader)
    house.world.setFault({ name: 'F38', container: 'kokoro' })
    await house.clock.advance(60_000)
    const flood = reader.take()
    expect(flood.lines.length).toBeLessThanOrEqual(1_000)
    expect(flood.left).toBeGreaterThan(10_000)
    expect(flood.lines[0]?.text).not.toMatch(/\p{Cc}/u)
    const asked = Number(/frame (\d+)/.exec(flood.lines.at(-1)?.text ?? '')?.[1])
    expect(flood.lines.length + flood.left).toBe(asked)
  })

  test('at most four logs of a machine at a time; one that ends makes room', async () => {
    const { logs, of } = await open()
    const ends = ['kokoro', 'parakeet', 'diarize', 'audio-engine'].map((container) => {
      const end = new AbortController()
      logs.follow({ ...of, container }, undefined, end.signal)
      return end
    })
    const late = new AbortController()
    expect(() => logs.follow({ ...of, container: 'vllm_node' }, undefined, late.signal)).toThrow(/4 logs of spark-1/)
    logs.follow(of, undefined, late.signal)
    ends[1]?.abort()
    logs.follow({ ...of, container: 'vllm_node' }, undefined, late.signal)
    for (const end of [...ends, late]) end.abort()
  })
})

describe('a download', () => {
  test('is all of the log as text', async () => {
    const { logs, of, leaving } = await open()
    ask('/e1')
    const text = await settle(new Response(await settle(logs.download(of, leaving.signal))).text())
    expect(text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z INFO: {5}Started server process/)
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/GET \/e1 HTTP/)
  })

  const broken = (streamLog: LogSparks['streamLog']) => {
    const clock = createFakeClock()
    const machine = { id: 'm1', name: 'spark-1' } as Machine
    let places = 1
    const leave = (): void => void places--
    const body = wholeLog({
      clock,
      sparks: { streamLog },
      machine,
      source: { kind: 'container', name: 'kokoro' },
      signal: new AbortController().signal,
      leave,
    })
    return { clock, text: new Response(body).text(), places: () => places }
  }
  const one = [{ stamp: '2026-01-01T00:00:00.000000000Z', text: 'a' }]

  test('that breaks off says so in its last line', async () => {
    const { text, places } = broken(async (_machine, _source, _order, hear) => {
      await hear(one)
      throw new SparkError('machine_unreachable', { machine: 'spark-1', why: 'the connection was lost' })
    })
    expect(await text).toBe(
      '2026-01-01T00:00:00.000Z a\n--- Spark Control: this is not the whole log, because spark-1 does not answer: the connection was lost. ---\n',
    )
    expect(places()).toBe(0)
  })

  test('that would never end is ended, in bytes and in time', async () => {
    const large = broken(async (_machine, _source, _order, hear, signal) => {
      while (!signal.aborted) await hear([{ ...(one[0] as LogLine), text: 'x'.repeat(1_000_000) }])
      signal.throwIfAborted()
    })
    expect((await large.text).slice(-80)).toContain('because it has more than 200 MB. ---')
    const slow = broken(
      (_machine, _source, _order, _hear, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )
    await slow.clock.advance(16 * 60_000)
    expect(await slow.text).toContain('because it took more than 15 minutes. ---')
  })

  test('that its reader leaves makes room again', async () => {
    const { logs, of } = await open()
    for (let turn = 0; turn < 10; turn++) {
      const body = await settle(logs.download(of, new AbortController().signal))
      await settle(body.cancel())
      await house.clock.advance(10)
    }
    expect(await settle(new Response(await settle(logs.download(of, new AbortController().signal))).text())).toContain('Uvicorn')
  })
})
