// docs/COORDINATION.md against the contract and against a running house: every name exists, every example is run in its order.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ScheduleRun } from '../../server/app/schedule-ports.ts'
import { contract } from '../../server/contract/index.ts'
import { type Life, small, startLife } from '../fakes/appliance.ts'
import { root } from '../house/run-tool.ts'

const page = readFileSync(join(root, 'docs/COORDINATION.md'), 'utf8')
const api = JSON.stringify(JSON.parse(readFileSync(join(root, 'docs/generated/openapi.json'), 'utf8')))
const spans = [...page.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')
const blocks = [...page.matchAll(/^```http\n([\s\S]*?)^```$/gm)].map((match) => (match[1] ?? '').trim())

/** Words that are no names of ours. */
const others = new Set(['sleep', 'every', 'base'])
/** Codes that a time of the schedule may wait with, beside those of the error table, and messages of the stream. */
const ours = new Set(['schedule_first', 'feed_reset', 'waits_for_approval'])

const isName = (span: string): boolean => /^[a-z]+(_[a-z]+)+$/.test(span)
const exists = (name: string): boolean => Object.hasOwn(contract.errors, name) || Object.hasOwn(contract.events, name) || ours.has(name)
/** Every key of `told` is in `answer` too, at the same place; of lists the first member. */
const missing = (told: unknown, answer: unknown, path = ''): string[] => {
  if (Array.isArray(told))
    return told.length === 0 || !Array.isArray(answer) ? (Array.isArray(answer) ? [] : [path]) : missing(told[0], answer[0], `${path}[]`)
  if (typeof told !== 'object' || told === null) return answer === undefined ? [path] : []
  if (typeof answer !== 'object' || answer === null) return [path]
  return Object.entries(told).flatMap(([key, value]) => missing(value, (answer as Record<string, unknown>)[key], `${path}.${key}`))
}

describe('the names in docs/COORDINATION.md', () => {
  it('of events and errors exist, and a misspelt one would be found', () => {
    const names = spans.filter(isName)
    expect(names.filter((name) => !exists(name))).toEqual([])
    expect(names.length).toBeGreaterThan(25)
    expect(exists('swap_lock')).toBe(false)
  })

  it('of operations exist', () => {
    const rows = Object.values(contract.operations).map((row) => `${row.method.toUpperCase()} ${row.path}`)
    const named = spans.filter((span) => /^(GET|POST|PUT|DELETE) \//.test(span)).map((span) => span.split('?')[0] ?? '')
    expect(named.filter((one) => !rows.includes(one))).toEqual([])
    expect(named.length).toBeGreaterThan(3)
  })

  it('of fields exist in the contract', () => {
    const fields = spans.filter((span) => /^[a-z]+([A-Z][a-z]+)*$/.test(span) && !others.has(span))
    expect(fields.filter((field) => !api.includes(`"${field}"`))).toEqual([])
  })

  it('tell of every operation, event and error of sharing', () => {
    const shared = [
      ...Object.keys(contract.events).filter((type) => /^(lock|schedule)_/.test(type)),
      ...Object.keys(contract.errors).filter((code) => /^(lock_|schedule_|swap_locked|events_)/.test(code)),
    ].filter((name) => name !== 'schedule_asks_nothing')
    expect(shared.filter((name) => !page.includes(name))).toEqual([])
  })
})

describe('the examples of docs/COORDINATION.md', () => {
  let life: Life
  const known: Record<string, string> = {}
  beforeAll(async () => {
    life = await startLife()
    life.graph.settings.change('schedule.timeZone', 'Europe/Berlin', undefined, 'owner')
    const recipe = life.graph.recipes.list(small).recipes[0]
    if (recipe !== undefined) life.graph.recipes.confirm(recipe.id, 'owner')
  })
  afterAll(() => life.close())

  const filled = (text: string): string => text.replaceAll(/\{(token|id|next)\}/g, (_, name: string) => known[name] ?? `no ${name} yet`)

  it.each(blocks.map((block, n) => [n + 1, block.split('\n')[0] ?? '', block] as const))('%i: %s', async (_, __, block) => {
    const [asked = '', told = ''] = block.split('\n\n')
    const [line = '', ...body] = filled(asked).split('\n')
    const [method = '', path = ''] = line.split(' ')
    const [status = '', ...answerText] = filled(told).split('\n')
    const sent = body.length === 0 ? {} : { body: body.join('\n') }
    const asking = life.app.request(path, { method, headers: { 'content-type': 'application/json', accept: 'application/json' }, ...sent })
    let settled = false
    void Promise.resolve(asking).finally(() => {
      settled = true
    })
    await life.clock.until(() => settled, 60_000)
    const answer = await asking
    const got = (await answer.json()) as Record<string, unknown>
    expect([answer.status, JSON.stringify(got)]).toEqual([Number(status), expect.any(String)])
    const example = JSON.parse(answerText.join('\n')) as Record<string, unknown>
    expect(missing(example, got)).toEqual([])
    for (const name of ['code', 'state', 'rule', 'verdict', 'locked', 'by', 'removed'])
      if (name in example) expect([name, got[name]]).toEqual([name, example[name]])
    for (const name of ['token', 'id', 'next'])
      if (typeof got[name] === 'string' && (name !== 'next' || path.startsWith('/api/events'))) known[name] = got[name]
  })

  it('the program reserves, renews, hears that it lost the Sparks, and gives them back', async () => {
    const code = /^```js\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? ''
    const naps: number[] = []
    let renew: () => Promise<void> = async () => undefined
    const withSparks = new Function('fetch', 'base', 'sleep', 'every', `${code.replace('export ', '')}\nreturn withSparks`)(
      (url: string, init: RequestInit) => life.app.request(url, init),
      '',
      async (seconds: number) => {
        naps.push(seconds)
        life.graph.lock.release({ breakLock: true, by: 'owner' })
      },
      (_: number, act: () => Promise<void>) => {
        renew = act
        return { stop: () => undefined }
      },
    ) as (holder: string, reason: string, work: (token: string, lost: AbortSignal) => Promise<unknown>) => Promise<unknown>
    // Whoever stood in line in the examples has left it.
    await life.clock.advance(60_000)
    life.graph.lock.take({ holder: 'somebody', reason: '', ttlSeconds: 60 })
    const done = await withSparks('recap', 'nightly batch', async (token, lost) => {
      expect(life.graph.lock.find()).toMatchObject({ holder: 'recap', reason: 'nightly batch' })
      await renew()
      expect([life.graph.lock.find().renewals.count, lost.aborted]).toEqual([1, false])
      life.graph.lock.release({ breakLock: true, by: 'owner' })
      await renew()
      expect(String(lost.reason)).toContain('owner released it')
      return token.length
    })
    expect([done, naps, life.graph.lock.find().locked]).toEqual([64, [30], false])
  })

  it('and a registered time with ensure is switched to, by the house that runs', async () => {
    const { schedules, status } = life.graph
    const entry = schedules.register({
      app: 'recap',
      model: small,
      at: new Date(life.clock.now() + 60_000).toISOString(),
      timeZone: 'UTC',
      durationSeconds: 3600,
      contact: '',
      ensure: true,
      note: '',
    })
    schedules.approve(entry.id, entry.digest, 'owner')
    const last = (): ScheduleRun['state'] | undefined => schedules.find(entry.id).last?.state
    await life.clock.until(() => last() === 'ready', 1_800_000)
    expect(status.engine()).toMatchObject({ state: 'answering', model: small })
    expect(life.graph.swaps.recent(1)[0]).toMatchObject({
      why: 'its schedule',
      requestedBy: { kind: 'app', name: 'recap' },
      state: 'succeeded',
    })
  })
})
