// Nothing secret in addresses, logs, errors, events or the record: everything that may be read is searched for everything that is secret.
import { expect, it } from 'vitest'
import { appliance, password, withPassword } from '../fakes/attack.ts'
import { json } from '../fakes/edge.ts'

it('is nowhere to be read but in the one answer that is for it', async () => {
  const edge = appliance()
  const code = edge.access.setUpCode() ?? ''
  const read: string[] = []
  const say = async (path: string, init: RequestInit = {}, keep = true): Promise<Response> => {
    const answer = await edge.ask(path, init)
    const text = await answer.clone().text()
    if (keep) read.push(path, text, JSON.stringify([...answer.headers].filter(([name]) => name !== 'set-cookie')))
    return answer
  }
  const form = (fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    body: new URLSearchParams(fields),
    headers,
  })
  const session = await withPassword(edge)
  const as = { authorization: `Bearer ${session}` }
  const wrong = 'a password that is not the one'
  await say('/api/session', json('POST', { password: wrong }))
  await say('/sign-in', form({ password: wrong }))
  const signedIn = await say('/sign-in', form({ password }))
  const made = await say('/api/keys', json('POST', { name: 'Notes app', scopes: ['use'] }, as), false)
  const { token: key, key: shown } = (await made.json()) as { token: string; key: { id: string } }
  const pageMade = await say('/access/keys', form({ name: 'Page app', 'scope-use': 'true', days: '' }, as), false)
  const pageKey = /sk-spark-[a-z0-9]+-[0-9a-f]+/.exec(await pageMade.text())?.[0] ?? ''
  expect(pageKey).not.toBe('')
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
  for (const token of [session, key, `${key}0`, code, 'e'.repeat(64)]) {
    for (const path of [
      '/api/access',
      '/api/status',
      '/api/nowhere',
      '/nowhere',
      '/v1/models',
      '/api/keys',
      '/access',
      '/access/keys',
      '/access/record',
      '/settings',
      '/settings/access',
      '/activity',
    ])
      await say(path, bearer(token))
  }
  await say('/password', form({ password: wrong, again: wrong, current: wrong }, as))
  await say('/password', form({ password: 'short', again: 'short', current: password }, as))
  await say('/api/password', json('PUT', { password: wrong, current: `${password} no` }, as))
  await say(`/api/keys/${shown.id}`, { method: 'DELETE', headers: as })
  for (const path of ['/api/audit', '/api/sessions', '/api/keys', '/api/events?after=0', '/access', '/access/record'])
    await say(path, { headers: { ...as, accept: 'application/json' } })
  edge.useCases.failNextWith(new Error(`inner words about ${wrong}`))
  await say('/api/machines', json('POST', { address: '192.0.2.9', user: 'alice' }, as))

  const cookie = signedIn.headers.getSetCookie().join(' ')
  const cookieToken = /spark_session=([^;]+)/.exec(cookie)?.[1] ?? ''
  const secrets = { session, key, pageKey, code, wrong, cookieToken, password, local: 'e'.repeat(64) }
  const inner = edge.log.lines.filter(({ message }) => message !== 'a request failed')
  const everything = [
    ...read,
    JSON.stringify(inner),
    JSON.stringify(edge.access.audit(500)),
    JSON.stringify(edge.useCases.events.after(0, 500)),
  ].join('\n')
  const found = Object.entries(secrets).filter(([, secret]) => secret === '' || everything.includes(secret))
  expect(found).toEqual([])
  expect(everything).toContain('sk-spark-')
  expect(edge.access.audit(500).length).toBeGreaterThan(8)
})
