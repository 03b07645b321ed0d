// What the owner does with webhooks: pause, change, a new secret, a test, and what is sent again.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bodies, codeOf, crashOf, day, openWebhooks, other, url, type WebhookRig, wordsOf } from '../fakes/webhook-rig.ts'

let rig: WebhookRig
const { add, happen, names, refuse } = wordsOf(() => rig)
beforeEach(() => {
  rig = openWebhooks()
})
afterEach(() => {
  rig.stop()
  rig.stores.close()
})

describe('the owner', () => {
  it('pauses and goes on with what waited, or leaves it out', async () => {
    const id = await add()
    rig.webhooks.pause(id, 'owner')
    happen('spark-1')
    await rig.clock.advance(1000)
    expect([names(), rig.webhooks.find(id).waiting]).toEqual([[], 1])
    expect(rig.webhooks.attention()).toEqual([])
    rig.webhooks.resume(id, 'waiting', 'owner')
    await rig.clock.advance(1000)
    expect(names()).toEqual(['spark-1'])
    rig.webhooks.pause(id, 'owner')
    happen('spark-2')
    rig.webhooks.resume(id, 'now', 'owner')
    happen('spark-3')
    await rig.clock.advance(1000)
    expect(names()).toEqual(['spark-1', 'spark-3'])
    expect(codeOf(() => rig.webhooks.resume(id, 'now', 'owner'))).toBe('webhook_not_paused')
  })

  it('pauses while one is being asked: its answer does not undo that, nor what was left out since', async () => {
    const id = await add()
    let answer = (): void => undefined
    const asked = new Promise<void>((resolve) => {
      answer = resolve
    })
    const send = rig.sender.send.bind(rig.sender)
    Object.assign(rig.sender, {
      send: async (...given: Parameters<typeof send>) => {
        await asked
        return send(...given)
      },
    })
    refuse()
    happen('spark-1')
    await rig.clock.advance(1)
    rig.webhooks.pause(id, 'owner')
    happen('spark-2')
    rig.webhooks.resume(id, 'now', 'owner')
    rig.webhooks.pause(id, 'owner')
    answer()
    await rig.clock.advance(1000)
    expect(rig.webhooks.find(id)).toMatchObject({ state: 'paused', paused: { reason: 'owner' }, waiting: 0, failing: null })
    rig.sender.answer(() => ({}))
    rig.webhooks.resume(id, 'waiting', 'owner')
    happen('spark-3')
    await rig.clock.advance(1000)
    expect(names()).toEqual(['spark-1', 'spark-3'])
  })

  it('changes the list: what the old one left out stays left out', async () => {
    const id = await add({ events: ['machine_rebooted'] })
    happen('spark-1')
    await rig.clock.advance(1000)
    await rig.webhooks.edit(id, { events: 'all' }, 'owner')
    happen('spark-2')
    await rig.clock.advance(1000)
    expect(names()).toEqual(['spark-2'])
  })

  it('removes it, also in the middle of a delivery', async () => {
    const id = await add()
    refuse()
    happen('spark-1')
    await rig.clock.advance(1000)
    rig.webhooks.remove(id, 'owner')
    await rig.clock.advance(day)
    expect(rig.webhooks.list()).toEqual([])
    expect(rig.sender.sent).toHaveLength(1)
    expect(codeOf(() => rig.webhooks.find(id))).toBe('webhook_unknown')
  })

  it('sees the secret once; a new one signs beside the old one for a while', async () => {
    const { webhook, secret } = await rig.webhooks.add({ url, description: '', events: 'all' }, 'owner')
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const next = rig.webhooks.newSecret(webhook.id, 24, 'owner')
    expect(next.secret).not.toBe(secret)
    happen('spark-1')
    await rig.clock.advance(1000)
    expect(rig.sender.sent.at(-1)?.secrets).toEqual([next.secret, secret])
    expect(next.webhook.oldSecretUntil).toBe('2026-01-02T00:00:00.000Z')
    await rig.clock.advance(day)
    happen('spark-2')
    await rig.clock.advance(1000)
    expect(rig.sender.sent.at(-1)?.secrets).toEqual([next.secret])
    expect(rig.webhooks.find(webhook.id).oldSecretUntil).toBeNull()
    const stored = Buffer.from(rig.stores.serialize()).toString('latin1')
    for (const one of [secret, next.secret]) expect(stored).not.toContain(one)
    expect(JSON.stringify(rig.webhooks.list())).not.toContain('whsec_')
  })

  it('is told when the key file is another one: nothing is sent unsigned, and a new secret mends it', async () => {
    const id = await add()
    rig = openWebhooks({ ...crashOf(rig), key: 'another key' })
    happen('spark-1')
    await rig.clock.advance(1000)
    expect(rig.webhooks.find(id)).toMatchObject({ state: 'paused', paused: { reason: 'secret' }, waiting: 2 })
    expect(names()).toEqual([])
    rig.webhooks.newSecret(id, 24, 'owner')
    await rig.clock.advance(1000)
    expect(names()).toEqual(['spark-1', 'recap'].slice(0, 1).concat(names().slice(1) as string[]))
    expect(rig.webhooks.find(id)).toMatchObject({ state: 'delivering', waiting: 0, oldSecretUntil: null })
  })

  it('sends a test that changes nothing, also while it is paused', async () => {
    const id = await add()
    rig.webhooks.pause(id, 'owner')
    const good = await rig.webhooks.test(id)
    expect(good).toMatchObject({ event: null, type: 'test', accepted: true, sentence: 'Accepted.' })
    refuse(404)
    const bad = await rig.webhooks.test(id)
    expect(bad.sentence).toBe('Not accepted: it answered with status 404.')
    expect(rig.webhooks.find(id)).toMatchObject({ state: 'paused', waiting: 0 })
    expect(rig.webhooks.deliveries(id, 10)).toEqual([bad, good])
  })

  it('cannot save a target that may not be asked, or more than fifty', async () => {
    await expect(add({ url: 'ftp://192.168.1.20/' })).rejects.toMatchObject({ code: 'webhook_target_refused' })
    rig.sender.refuse('169.254.169.254 is where cloud providers keep the secrets of a machine')
    await expect(add()).rejects.toMatchObject({ code: 'webhook_target_refused' })
    rig.sender.refuse(null)
    const id = await add()
    rig.sender.refuse('it is this appliance itself')
    await expect(rig.webhooks.edit(id, { url: other }, 'owner')).rejects.toMatchObject({ code: 'webhook_target_refused' })
    expect(rig.webhooks.find(id).url).toBe(url)
    rig.sender.refuse(null)
    for (let count = 1; count < 50; count += 1) await add()
    await expect(add()).rejects.toMatchObject({ code: 'webhook_limit' })
  })
})

describe('what is sent again', () => {
  const told = async (): Promise<{ id: string; events: number[] }> => {
    const id = await add()
    for (const name of ['spark-1', 'spark-2', 'spark-3']) {
      happen(name)
      await rig.clock.advance(60_000)
    }
    const events = bodies(rig.sender.sent).map((body) => body.id)
    rig.sender.sent.splice(0)
    return { id, events }
  }

  it('is one, or a range by number or by time, in order, under the ids it had', async () => {
    const { id, events } = await told()
    const before = rig.sender.accepted(url)
    expect(rig.webhooks.sendAgain(id, { fromEvent: events[1], toEvent: events[1] }).events).toBe(1)
    await rig.clock.advance(1)
    expect(names()).toEqual(['spark-2'])
    expect(rig.sender.sent[0]?.messageId).toBe(before[1])
    rig.sender.sent.splice(0)
    expect(rig.webhooks.sendAgain(id, { fromEvent: events[1] }).events).toBe(2)
    await rig.clock.advance(1)
    expect(names()).toEqual(['spark-2', 'spark-3'])
    rig.sender.sent.splice(0)
    expect(rig.webhooks.sendAgain(id, { since: Date.UTC(2026, 0, 1), until: Date.UTC(2026, 0, 1) + 60_000 }).events).toBe(2)
    await rig.clock.advance(1)
    expect(names()).toEqual(['spark-1', 'spark-2'])
    expect(rig.webhooks.deliveries(id, 1)[0]).toMatchObject({ again: true, accepted: true, sentence: 'Accepted, sent again.' })
    expect(codeOf(() => rig.webhooks.sendAgain(id, { fromEvent: 1_000_000 }))).toBe('webhook_nothing_again')
  })

  it('outlives a crash, and is not lost to a receiver that refuses it', async () => {
    const { id } = await told()
    refuse()
    rig.webhooks.sendAgain(id, { fromEvent: 1 })
    await rig.clock.advance(1)
    rig = openWebhooks(crashOf(rig))
    expect(rig.webhooks.find(id)).toMatchObject({ sendingAgain: 3, state: 'failing' })
    rig.sender.answer(() => ({}))
    rig.sender.sent.splice(0)
    await rig.clock.advance(60_000)
    expect(names()).toEqual(['spark-1', 'spark-2', 'spark-3'])
    expect(rig.webhooks.find(id)).toMatchObject({ sendingAgain: 0, state: 'delivering' })
  })

  it('never holds back news', async () => {
    const { id } = await told()
    rig.sender.answer(({ body }) => ({ status: body.includes('spark-1') ? 500 : 200 }))
    rig.webhooks.sendAgain(id, { fromEvent: 1 })
    await rig.clock.advance(6 * 3_600_000)
    rig.sender.sent.splice(0)
    happen('spark-9')
    await rig.clock.advance(1)
    expect(names()[0]).toBe('spark-9')
  })

  it('is refused where the range is too long', async () => {
    const { id } = await told()
    const insert = rig.stores.events
    for (let count = 0; count < 10_001; count += 1) insert.append('machine_back', rig.clock.now(), { machine: 'm1', name: 'x' })
    rig.stores.webhooks.write(id, { cursor: insert.last() })
    expect(codeOf(() => rig.webhooks.sendAgain(id, { fromEvent: 1 }))).toBe('webhook_range_long')
    expect(rig.webhooks.find(id).sendingAgain).toBe(0)
  })
})
