// Webhooks in virtual time over real SQLite: told at least once, in order, and never lost, whatever a receiver does.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SparkError } from '../../server/contract/errors.ts'
import { WebhookMessage } from '../../server/contract/operations/webhook-shapes.ts'
import { bodies, crashOf, day, openWebhooks, other, url, type WebhookRig, wordsOf } from '../fakes/webhook-rig.ts'

let rig: WebhookRig
const { add, happen, names, refuse } = wordsOf(() => rig)
beforeEach(() => {
  rig = openWebhooks()
})
afterEach(() => {
  rig.stop()
  rig.stores.close()
})

describe('an event', () => {
  it('is told from the moment a webhook is added, with its sentence, and to nobody twice', async () => {
    happen('before')
    await add()
    happen('spark-1')
    rig.events.append('setting_changed', { key: 'x', by: 'owner' })
    happen('spark-2')
    await rig.clock.advance(60_000)
    expect(names()).toEqual(['spark-1', 'spark-2'])
    for (const one of bodies(rig.sender.sent)) expect(WebhookMessage.parse(one)).toEqual(one)
    expect(bodies(rig.sender.sent)[0]).toEqual({
      type: 'machine_back',
      timestamp: '2026-01-01T00:00:00.000Z',
      id: expect.any(Number),
      sentence: 'spark-1 answers again.',
      data: { machine: 'm1', name: 'spark-1' },
    })
    expect(rig.webhooks.list()[0]).toMatchObject({ state: 'delivering', waiting: 0, sentence: 'Up to date: nothing waits.' })
  })

  it('is told only of the types that were chosen', async () => {
    await add({ events: ['machine_rebooted'] })
    happen('spark-1')
    rig.events.append('machine_rebooted', { machine: 'm1', name: 'spark-2' })
    await rig.clock.advance(1000)
    expect(names()).toEqual(['spark-2'])
  })

  it('has one id in every attempt, and the time of each attempt', async () => {
    await add()
    refuse()
    happen('spark-1')
    await rig.clock.advance(3000)
    rig.sender.answer(() => ({}))
    await rig.clock.advance(60_000)
    const [first, second] = rig.sender.sent
    expect(rig.sender.sent).toHaveLength(2)
    expect([second?.messageId, second?.body]).toEqual([first?.messageId, first?.body])
    expect(second?.at).toBeGreaterThan(first?.at ?? 0)
  })

  it('is told in order: what comes later waits behind one that is refused', async () => {
    await add()
    let broken = true
    rig.sender.answer(({ body }) => ({ status: broken && body.includes('spark-1') ? 503 : 200 }))
    for (const name of ['spark-1', 'spark-2', 'spark-3']) happen(name)
    await rig.clock.advance(20_000)
    expect(new Set(names())).toEqual(new Set(['spark-1']))
    expect(rig.webhooks.list()[0]).toMatchObject({ state: 'failing', waiting: 3 })
    broken = false
    await rig.clock.advance(3_600_000)
    expect(rig.sender.accepted(url)).toHaveLength(3)
    expect(names().slice(-3)).toEqual(['spark-1', 'spark-2', 'spark-3'])
  })

  it('is told to others meanwhile: one that hangs delays nobody', async () => {
    await add()
    await add({ url: other })
    rig.sender.answer((dispatch) => ({ hangs: dispatch.url === url }))
    for (const name of ['spark-1', 'spark-2', 'spark-3']) happen(name)
    await rig.clock.advance(10)
    expect([names(), names(other)]).toEqual([['spark-1'], ['spark-1', 'spark-2', 'spark-3']])
  })

  it('that was written down without a word is found', async () => {
    await add()
    rig.stores.events.append('machine_back', rig.clock.now(), { machine: 'm1', name: 'spark-1' })
    await rig.clock.advance(31_000)
    expect(names()).toEqual(['spark-1'])
  })
})

describe('a full disk', () => {
  it('sends nothing a second time and nothing out of order: what was accepted is written down when there is room', async () => {
    await add()
    const { webhooks: store } = rig.stores
    const write = store.write.bind(store)
    let refusals = 5
    Object.assign(store, {
      write: (...given: Parameters<typeof write>) => {
        if (refusals > 0) {
          refusals -= 1
          throw new SparkError('storage_full', {})
        }
        return write(...given)
      },
    })
    for (const name of ['spark-1', 'spark-2', 'spark-3']) happen(name)
    await rig.clock.advance(1000)
    expect([refusals, names()]).toEqual([0, ['spark-1', 'spark-2', 'spark-3']])
    expect(rig.webhooks.list()[0]).toMatchObject({ waiting: 0, state: 'delivering' })
  })
})

describe('a crash', () => {
  it('loses nothing: what was not settled is told by the next life, under the same id', async () => {
    await add()
    rig.sender.answer(() => ({ hangs: true }))
    happen('spark-1')
    happen('spark-2')
    await rig.clock.advance(10)
    rig = openWebhooks(crashOf(rig))
    rig.sender.answer(() => ({}))
    await rig.clock.advance(1000)
    expect(names()).toEqual(['spark-1', 'spark-1', 'spark-2'])
    expect(rig.sender.sent[1]?.messageId).toBe(rig.sender.sent[0]?.messageId)
  })

  it('does not begin patience anew, nor the wait', async () => {
    const id = await add()
    refuse()
    happen('spark-1')
    await rig.clock.advance(day)
    const before = rig.webhooks.find(id).failing
    rig = openWebhooks(crashOf(rig))
    expect(rig.webhooks.find(id).failing).toEqual(before)
    const count = rig.sender.sent.length
    await rig.clock.advance(1000)
    expect(rig.sender.sent.length - count).toBeLessThanOrEqual(1)
  })

  it('and a database put back from a backup never give two events one id', async () => {
    await add()
    const backup = rig.stores.serialize()
    happen('spark-1')
    await rig.clock.advance(1000)
    crashOf(rig)
    rig = openWebhooks({ from: backup, clock: rig.clock, sender: rig.sender })
    happen('spark-2')
    await rig.clock.advance(1000)
    const [first, second] = rig.sender.sent
    expect(bodies(rig.sender.sent).map((body) => body.id)).toEqual([bodies(rig.sender.sent)[0]?.id, bodies(rig.sender.sent)[0]?.id])
    expect(second?.messageId).not.toBe(first?.messageId)
  })
})

describe('a receiver that accepts nothing', () => {
  it('is tried for three days, then paused and said: in Activity, on Home, on its page', async () => {
    const id = await add({ description: 'recap' })
    refuse()
    happen('spark-1')
    await rig.clock.advance(2 * 3_600_000)
    expect(rig.webhooks.attention()).toEqual([
      {
        code: 'webhook_failing',
        sentence: 'recap has accepted no webhook for about 2 hours. 1 event waits for it.',
        link: `/webhooks/${id}`,
      },
    ])
    await rig.clock.advance(2.8 * day)
    expect(rig.webhooks.find(id).state).toBe('failing')
    await rig.clock.advance(day)
    expect(rig.webhooks.find(id)).toMatchObject({ state: 'paused', paused: { reason: 'failing' }, waiting: 2 })
    expect(rig.events.recent(1)[0]?.sentence).toBe(
      'The webhook to recap is paused: it has accepted nothing for three days. Nothing of what waits for it is lost.',
    )
    expect(rig.webhooks.attention()[0]).toMatchObject({ code: 'webhook_paused' })
    const tried = rig.sender.sent.length
    expect(tried).toBeGreaterThan(100)
    await rig.clock.advance(day)
    expect(rig.sender.sent).toHaveLength(tried)
    rig.sender.answer(() => ({}))
    rig.webhooks.resume(id, 'waiting', 'owner')
    await rig.clock.advance(1000)
    expect(rig.webhooks.find(id)).toMatchObject({ state: 'delivering', waiting: 0 })
    expect(bodies(rig.sender.sent.slice(tried)).map((body) => body.type)).toEqual(['machine_back', 'webhook_paused'])
  })

  it('is left in peace for as long as it asks', async () => {
    await add()
    refuse(429, { retryAfter: '7200' })
    happen('spark-1')
    await rig.clock.advance(7_100_000)
    expect(rig.sender.sent).toHaveLength(1)
    await rig.clock.advance(200_000)
    expect(rig.sender.sent).toHaveLength(2)
  })

  it('is paused at once when it says that it is gone', async () => {
    const id = await add()
    refuse(410)
    happen('spark-1')
    await rig.clock.advance(1000)
    expect(rig.webhooks.find(id)).toMatchObject({ state: 'paused', paused: { reason: 'gone' }, waiting: 2 })
    expect(rig.sender.sent).toHaveLength(1)
  })

  it('is tried at once when the owner says so, or gives another address', async () => {
    const id = await add()
    refuse()
    happen('spark-1')
    await rig.clock.advance(4 * 3_600_000)
    const before = rig.sender.sent.length
    rig.webhooks.tryNow(id)
    await rig.clock.advance(1)
    expect(rig.sender.sent).toHaveLength(before + 1)
    rig.sender.answer((dispatch) => ({ status: dispatch.url === other ? 200 : 500 }))
    await rig.webhooks.edit(id, { url: other }, 'owner')
    await rig.clock.advance(1)
    expect(names(other)).toEqual(['spark-1'])
  })

  it('keeps its log within bounds, with what was sent and answered', async () => {
    const id = await add()
    rig.sender.answer(() => ({ status: 500, answer: 'no room' }))
    for (let round = 0; round < 260; round += 1) {
      happen('spark-1')
      rig.webhooks.tryNow(id)
      await rig.clock.advance(1)
    }
    const all = rig.webhooks.deliveries(id, 1000)
    expect(all).toHaveLength(200)
    expect(all[0]).toMatchObject({
      accepted: false,
      status: 500,
      answer: 'no room',
      sentence: 'Not accepted: it answered with status 500.',
      request: { url },
    })
    expect(all[0]?.attempt).toBeGreaterThan(200)
    expect(rig.webhooks.deliveries(id, 10, all[9]?.id ?? 0)).toEqual(all.slice(10, 20))
  })
})

describe('where nothing waits', () => {
  it('the place in the outbox moves on, so that what does not concern a webhook is not read for ever', async () => {
    const id = await add({ events: ['machine_rebooted'] })
    const before = rig.stores.webhooks.find(id)?.cursor ?? 0
    for (let count = 0; count < 700; count += 1) happen('spark-1')
    await rig.clock.advance(31_000)
    expect(rig.stores.webhooks.find(id)?.cursor).toBeGreaterThan(before + 400)
    rig.events.append('machine_rebooted', { machine: 'm1', name: 'spark-2' })
    await rig.clock.advance(1)
    expect(names()).toEqual(['spark-2'])
  })

  it('nothing is asked of the database when there are no webhooks', async () => {
    const reads = { next: 0 }
    const { nextEvent } = rig.stores.webhooks
    Object.assign(rig.stores.webhooks, {
      nextEvent: (...given: Parameters<typeof nextEvent>) => {
        reads.next += 1
        return nextEvent(...given)
      },
    })
    happen('spark-1')
    await rig.clock.advance(day)
    expect(reads.next).toBe(0)
  })
})
