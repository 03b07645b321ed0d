// What somebody on the network, or a page of another site, would try: one named test each, over real sockets where a socket matters.
import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import { operations } from '../../server/contract/index.ts'
import { readInput } from '../../server/contract/reading.ts'
import { isIpAddress, tidyAddress } from '../../server/domain/address.ts'
import { judgeAddress, judgeName, readTarget } from '../../server/domain/target-address.ts'
import { appliance, changing, evil, far, filled, near, password, poisonEverything, raw, serve, withPassword } from '../fakes/attack.ts'
import { json } from '../fakes/edge.ts'
import { table } from '../hostile/table.ts'

/** Why a webhook may not go there; null: it may. */
function faultOfTarget(url: string, ownNames: readonly string[], own: Parameters<typeof judgeAddress>[2]['own']): string | null {
  const target = readTarget(url)
  if ('refused' in target) return target.refused
  return judgeName(target, { ownNames }) ?? judgeAddress(target.literal ? target.host : '192.168.1.9', target, { allowPublic: true, own })
}

describe('somebody who wants to do harm', () => {
  it('CSRF: a page of another site changes nothing, by form, by script or in a frame, even where nothing asks for a sign-in', async () => {
    const edge = appliance(true)
    const { app, useCases } = edge
    const forms = app.routes.filter(({ method, path }) => method === 'POST' && !path.startsWith('/api'))
    const tries: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'http://evil.example' },
      { origin: 'http://localhost:8080' },
      { origin: 'null' },
      { origin: 'http://localhost.evil.example' },
      { origin: 'not an origin' },
    ]
    for (const headers of tries) {
      for (const { path } of forms) {
        const answer = await app.request(filled(path).replace('*', 'chat/completions'), {
          method: 'POST',
          headers,
          body: new URLSearchParams({ a: 'b' }),
        })
        expect([path, headers, answer.status]).toEqual([path, headers, 403])
      }
      for (const [id, row] of changing) {
        const answer = await app.request(filled(row.path), { ...json(row.method.toUpperCase(), {}, headers) })
        expect([id, headers, answer.status]).toEqual([id, headers, 403])
      }
    }
    expect(useCases.asked).toEqual([])
    expect(forms.length).toBeGreaterThan(20)
    expect(useCases.access.audit(500).some(({ code }) => code === 'cross_site')).toBe(true)
  })

  it('CSRF: the cookie of a sign-in is out of reach of scripts, and no form of another site carries it', async () => {
    const edge = appliance()
    const signedIn = await edge.ask('/sign-in', { method: 'POST', body: new URLSearchParams({ code: edge.access.setUpCode() ?? '' }) })
    const cookies = signedIn.headers.getSetCookie()
    expect(cookies).toHaveLength(2)
    for (const cookie of cookies) expect(cookie).toMatch(/; HttpOnly; SameSite=Lax$/)
    const again = await edge.ask('/sign-in', {
      method: 'POST',
      headers: { 'x-forwarded-proto': 'https' },
      body: new URLSearchParams({ code: edge.access.setUpCode() ?? '' }),
    })
    for (const cookie of again.headers.getSetCookie()) expect(cookie).toMatch(/; Secure$/)
  })

  it('session fixation: a token that an attacker chose is never taken over by a sign-in', async () => {
    const edge = appliance()
    const planted = 'spark_session=spark-session-attacker0000-00'
    const signedIn = await edge.ask('/sign-in', {
      method: 'POST',
      headers: { cookie: planted },
      body: new URLSearchParams({ code: edge.access.setUpCode() ?? '' }),
    })
    expect(signedIn.headers.getSetCookie()[0]).not.toContain('attacker')
    expect((await edge.ask('/api/keys', { headers: { cookie: planted } })).status).toBe(401)
  })

  it('open redirect: signing in leads nowhere but to this appliance', async () => {
    const edge = appliance()
    await withPassword(edge)
    for (const back of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      'javascript:alert(1)',
      '/\t/evil.example',
      '/\n//evil.example',
    ]) {
      const answer = await edge.ask('/sign-in', { method: 'POST', body: new URLSearchParams({ password, back }) })
      const to = new URL(answer.headers.get('location') ?? '', 'http://localhost/')
      expect([back, answer.status, to.origin]).toEqual([back, 303, 'http://localhost'])
    }
  })

  it('rebinding: a foreign name that points here reads nothing and changes nothing', async () => {
    const edge = appliance(true)
    for (const host of [
      'evil.example',
      'evil.example:9999',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '2130706433',
      '0x7f.1',
      '127.1',
      '[::1].evil.example',
      '',
    ]) {
      for (const path of ['/', '/api/status', '/v1/models', '/healthz', '/sign-in', '/live?page=home', '/assets/app.js', '/nowhere']) {
        const { status } = await edge.app.request(path, { headers: { host } })
        expect([host, path, status]).toEqual([host, path, 421])
      }
      expect((await edge.app.request('/api/swap', json('POST', { model: 'a' }, { host, origin: `http://${host}` }))).status).toBe(421)
    }
    expect(edge.useCases.asked).toEqual([])
  })

  it('forged X-Forwarded-For: nobody becomes a neighbour by saying so', async () => {
    const edge = appliance()
    edge.useCases.settings.change('access.trustedProxies', ['198.51.100.2'], undefined, 'owner')
    const status = async (address: string, headers: Record<string, string>) => (await edge.ask('/api/status', { headers }, address)).status
    for (const name of [
      'x-forwarded-for',
      'X-Real-IP',
      'forwarded',
      'client-ip',
      'true-client-ip',
      'cf-connecting-ip',
      'x-client-ip',
      'x-forwarded-host',
    ]) {
      for (const value of [near, '127.0.0.1', '::1', 'for=127.0.0.1', `${near}, ${near}`]) {
        expect([name, value, await status(far, { [name]: value })]).toEqual([name, value, 401])
      }
    }
    expect(await status('198.51.100.2', { 'x-forwarded-for': `${near}, ${far}` })).toBe(401)
    expect(await status('198.51.100.2', { 'x-forwarded-for': 'garbage' })).toBe(401)
    expect(await status('198.51.100.2', {})).toBe(401)
    expect(await status('198.51.100.2', { 'x-forwarded-for': `${far}, ${near}` })).toBe(200)
    expect(await status(near, { 'x-forwarded-for': '127.0.0.1' })).toBe(401)
    expect(await status(near, {})).toBe(200)
  })

  it('path tricks: no spelling of a path reaches more than its own right, through a real parser of HTTP', async () => {
    const edge = appliance(true)
    edge.useCases.settings.change('access.policy', 'locked', undefined, 'owner')
    await withPassword(edge)
    const listening = await serve(edge)
    const paths = [
      '/api/../api/status',
      '//api/status',
      '/api//status',
      '/api/status/',
      '/api/status%00',
      '/api/%2e%2e/api/status',
      '/%61pi/status',
      '/API/STATUS',
      '/healthz/../api/status',
      '/healthz/%2e%2e/api/status',
      '/healthz;/api/status',
      '/assets/..%2f..%2fpackage.json',
      '/assets/../../etc/passwd',
      '/sign-in/..;/api/status',
      '/sign-in%2f..%2fapi%2fstatus',
      'http://localhost/api/status',
      'http://evil.example/api/status',
      '/api/status?x=/healthz',
      '/api/status#/healthz',
      '/theme/../settings',
      '/v1/../api/status',
    ]
    for (const path of paths) {
      const one = raw(listening)
      one.say(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      const answer = await one.all
      expect([path, answer.slice(9, 12)]).toEqual([path, expect.stringMatching(/^(400|401|404|421)$/)])
      expect([path, answer.includes('"clusters"'), answer.includes('"name":')]).toEqual([path, false, false])
    }
    expect(edge.useCases.asked).toEqual([])
  })

  it('request smuggling: two lengths, or a length beside chunks, are one refused request', async () => {
    const edge = appliance(true)
    const listening = await serve(edge)
    const smuggled = 'POST /api/engine/stop HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n'
    for (const lengths of [
      'Content-Length: 5\r\nContent-Length: 0',
      'Transfer-Encoding: chunked\r\nContent-Length: 4',
      'Transfer-Encoding: chunked, identity',
      'Content-Length: -1',
      'Content-Length: 0x10',
    ]) {
      const one = raw(listening)
      one.say(`POST /api/plan HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${lengths}\r\n\r\n0\r\n\r\n${smuggled}`)
      expect([lengths, (await one.all).slice(9, 12)]).toEqual([lengths, '400'])
    }
    expect(edge.useCases.asked.map(({ what }) => what)).not.toContain('swaps.stop')
  })

  it('oversized bodies and headers: refused as soon as they are too large, and the next request is answered', async () => {
    const edge = appliance(true)
    const listening = await serve(edge)
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
    const body = raw(listening)
    body.say('POST /api/swap HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n')
    for (let at = 0; at < 40 && !body.socket.destroyed; at += 1) body.say(chunk)
    body.socket.end()
    expect((await body.all).slice(9, 12)).toBe('413')
    const headers = raw(listening)
    headers.say(`GET /api/status HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`)
    expect((await headers.all).slice(9, 12)).toBe('431')
    const long = raw(listening)
    long.say(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    expect((await long.all).slice(9, 12)).toBe('431')
    expect((await fetch(`${listening.url}/healthz`)).status).toBe(200)
    expect(edge.useCases.asked).toEqual([])
  })

  it('slow clients: who drips headers or a body is hung up on, and nobody else waits meanwhile', async () => {
    const edge = appliance(true)
    const listening = await serve(edge, { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 })
    const drips = Array.from({ length: 50 }, (_, at) => {
      const one = raw(listening)
      one.say(
        at % 2 === 0
          ? 'GET /api/status HTTP/1.1\r\nHost: loc'
          : 'POST /api/swap HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
      )
      return one
    })
    expect((await fetch(`${listening.url}/healthz`)).status).toBe(200)
    for (const { all } of drips) expect(await all).toMatch(/^(HTTP\/1\.1 408|$)/)
    expect(edge.useCases.asked).toEqual([])
    expect(edge.log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('SSH argument tricks: no field that goes to a machine takes an option for an address, a user, a path or a name', () => {
    const tricks = [
      '-oProxyCommand=touch /tmp/x',
      '--',
      '-i/etc/passwd',
      '$(touch /tmp/x)',
      '`id`',
      'a;id',
      'a\nb',
      '|id',
      '192.0.2.1 -oProxyCommand=x',
      '@-oProxyCommand=x',
    ]
    const sample = { address: '192.0.2.1', user: 'alice' }
    for (const trick of tricks) expect([trick, isIpAddress(tidyAddress(trick))]).toEqual([trick, false])
    for (const field of ['user', 'fabricAddress', 'launcherPath', 'cachePath'] as const) {
      for (const trick of tricks) {
        const read = () => readInput(operations['machines.add'], { params: {}, query: {}, body: { ...sample, [field]: trick } })
        expect(read, `${field} ${trick}`).toThrow(/The request is not understood/)
      }
    }
    for (const trick of tricks) {
      const read = () => readInput(operations['downloads.start'], { params: {}, query: {}, body: { repo: 'a/b', revision: trick } })
      expect(read, `revision ${trick}`).toThrow(/The request is not understood/)
    }
    // Every other field that reaches a shell is carried byte for byte through a real sshd: tests/hostile/fields.test.ts walks this table.
    expect(Object.values(table).filter((goes) => goes.includes('shell')).length).toBeGreaterThan(15)
  })

  it('webhook to the appliance itself: refused by address, by name and by every spelling of loopback', () => {
    const own = { addresses: ['192.168.1.5'], ports: [9999] }
    for (const url of [
      'http://192.168.1.5:9999/api/swap',
      'http://control.example:9999/',
      'http://127.0.0.1:9999/',
      'http://2130706433:9999/',
      'http://0x7f.1:9999/',
      'http://[::ffff:192.168.1.5]:9999/',
      'http://[::1]:9999/',
    ]) {
      expect([url, faultOfTarget(url, ['control.example'], own)]).toEqual([url, expect.any(String)])
    }
  })

  it('webhook to link-local: refused, as the cloud’s metadata and nowhere are, also with public targets allowed', () => {
    for (const url of [
      'http://169.254.169.254/latest/meta-data/',
      'http://[fe80::1]/',
      'http://169.254.7.7/',
      'http://[fd00:ec2::254]/',
      'http://0.0.0.0/',
      'http://[::]/',
      'http://224.0.0.1/',
      'http://[::ffff:169.254.169.254]/',
      'http://0xa9fea9fe/',
      'file:///etc/passwd',
      'gopher://192.168.1.9/',
    ]) {
      expect([url, faultOfTarget(url, [], { addresses: [], ports: [] })]).toEqual([url, expect.any(String)])
    }
  })

  it('stored HTML: every text that can be stored is shown as text, on every page', async () => {
    const edge = appliance(true)
    await poisonEverything(edge)
    const notPages = /^\/(api|v1|live|assets|healthz|readyz|openapi|\*)/
    const pages = edge.app.routes.filter(({ method, path }) => method === 'GET' && !notPages.test(path))
    const query = new URLSearchParams({ q: evil, said: evil, back: evil, kind: evil, page: evil })
    let shown = 0
    for (const url of pages.flatMap(({ path }) => [filled(path), filled(path, evil)])) {
      const html = await (await edge.app.request(`${url}?${query}`, { headers: { accept: 'text/html' } })).text()
      const { document } = parseHTML(html)
      expect([url, document.querySelectorAll('[onerror], img[src=x], script:not([src])').length]).toEqual([url, 0])
      if (html.includes('&lt;img src=x')) shown += 1
    }
    expect(shown).toBeGreaterThan(5)
  })

  it('a page out of an engine: what a model answers under /v1 runs nothing in our name', async () => {
    const edge = appliance(true)
    edge.useCases.answerChat(async () => ({
      status: 200,
      headers: { 'content-type': 'text/html', 'set-cookie': 'spark_session=x', 'content-security-policy': 'script-src *' },
      body: new Blob(['<script>fetch("/api/engine/stop")</script>']).stream(),
    }))
    const { headers } = await edge.app.request('/v1/anything')
    expect(headers.get('content-security-policy')).toContain('sandbox')
    expect([headers.get('set-cookie'), headers.get('x-content-type-options')]).toEqual([null, 'nosniff'])
  })
})
