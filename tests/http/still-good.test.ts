import { describe, expect, it } from 'vitest'
import { appliance, far, near, withPassword } from '../fakes/attack.ts'
import { json } from '../fakes/edge.ts'

type Reader = ReadableStreamDefaultReader<Uint8Array>

/** Begins to read a stream; `ended` resolves when it is over. */
function reading(answer: Response): { readonly ended: Promise<string> } {
  const reader = answer.body?.getReader() as Reader
  const decoder = new TextDecoder()
  const ended = (async () => {
    let text = ''
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += decoder.decode(part.value)
    return text
  })()
  return { ended }
}
const isOver = async (ended: Promise<string>): Promise<boolean> => {
  const later = new Promise<false>((resolve) => setImmediate(() => setImmediate(() => resolve(false))))
  return Promise.race([ended.then(() => true), later])
}

describe('an open stream', () => {
  it('ends at once when its key is revoked, and the answer of a model with it', async () => {
    const edge = appliance()
    const { key, token } = edge.access.createKey({ name: 'app', scopes: ['see', 'use'], days: null })
    const other = edge.access.createKey({ name: 'other', scopes: ['see'], days: null })
    const as = (one: string) => ({ authorization: `Bearer ${one}` })
    let isLetGo = false
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: {}\n\n')),
      cancel: () => {
        isLetGo = true
      },
    })
    edge.useCases.answerChat(async () => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, body: endless }))
    const feed = reading(await edge.ask('/api/events', { headers: as(token) }, far))
    const chat = reading(await edge.ask('/v1/chat/completions', json('POST', { stream: true }, as(token)), far))
    const others = reading(await edge.ask('/api/events', { headers: as(other.token) }, far))
    expect([await isOver(feed.ended), await isOver(chat.ended)]).toEqual([false, false])
    edge.access.revokeKey(key.id)
    expect(await feed.ended).toContain('retry: 2000')
    expect(await chat.ended).toBe('data: {}\n\n')
    expect([isLetGo, await isOver(others.ended)]).toEqual([true, false])
    edge.access.revokeKey(other.key.id)
    await others.ended
  })

  it('of a page that shows more to the owner ends when the owner signs out, though anybody may look', async () => {
    const edge = appliance()
    const session = await withPassword(edge)
    const page = (headers: Record<string, string>) => edge.ask('/live?page=home', { headers }, near)
    const owned = reading(await page({ cookie: `spark_session=${session}` }))
    const plain = reading(await page({}))
    await edge.ask('/sign-out', { method: 'POST', headers: { cookie: `spark_session=${session}` } })
    await owned.ended
    expect(await isOver(plain.ended)).toBe(false)
    edge.useCases.settings.change('access.policy', 'locked', undefined, 'owner')
    await plain.ended
  })
})
