import { describe, expect, it } from 'vitest'
import { networksOf, originOf, senderOf, tidyIp } from '../../server/http/came-from.ts'

const at = (proxies: readonly string[], home: readonly string[] = [], loopback = false) => ({ proxies, home, loopback })
const from = (peer: string | undefined, headers: Record<string, string>, where = at([])) => originOf(peer, new Headers(headers), where)

describe('an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['example.com', null],
    ['192.0.2', null],
    ['0300.0.2.1', null],
    ['', null],
  ])('%s is %s', (text, tidy) => expect(tidyIp(text)).toBe(tidy))

  const rows: [string, boolean][] = [
    ['127.0.0.1', true],
    ['10.1.2.3', true],
    ['172.16.0.1', true],
    ['172.31.255.255', true],
    ['172.32.0.1', false],
    ['192.168.0.1', true],
    ['169.254.1.1', true],
    ['::1', true],
    ['fd12::1', true],
    ['fe80::1%eth0', true],
    ['::ffff:10.0.0.1', true],
    ['::ffff:0a00:0001', true],
    ['::ffff:8.8.8.8', false],
    ['8.8.8.8', false],
    ['100.64.0.1', false],
    ['2001:db8::1', false],
    ['64:ff9b::a00:1', false],
    ['0.0.0.0', false],
    ['::', false],
  ]
  it.each(rows)('%s is at home: %s', (address, near) => expect(from(address, {}).near).toBe(near))

  it('that is not known is not at home', () => {
    expect(from(undefined, {})).toEqual({ address: null, near: false, strangeProxy: null })
    expect(from('', {}).near).toBe(false)
  })

  it('of a network that the owner added is at home', () => {
    expect(from('100.64.0.1', {}, at([], ['100.64.0.0/10'])).near).toBe(true)
    expect(from('2001:db8:7::5', {}, at([], ['2001:db8:7::/48'])).near).toBe(true)
    expect(from('2001:db8:8::5', {}, at([], ['2001:db8:7::/48'])).near).toBe(false)
  })
})

describe('X-Forwarded-For', () => {
  const proxies = ['192.168.1.2', '10.9.0.0/16']

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['192.168.1.50, 203.0.113.9', '203.0.113.9'],
    ['127.0.0.1, 10.0.0.1, 203.0.113.9, 10.9.0.5', '203.0.113.9'],
    ['203.0.113.9, 192.168.1.50', '192.168.1.50'],
    ['203.0.113.9:51234', '203.0.113.9'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['10.9.0.5', '10.9.0.5'],
    ['unknown', null],
    ['127.0.0.1, unknown', null],
    ['127.0.0.1, _hidden, 10.9.0.5', null],
    ['', null],
    [',', null],
  ])('"%s" of a listed proxy names %s', (header, address) => {
    expect(senderOf(header, networksOf(proxies))).toBe(address)
    expect(from('192.168.1.2', { 'x-forwarded-for': header }, at(proxies)).address).toBe(address)
  })

  it('of a proxy that is not listed makes the sender unknown, wherever it stands', () => {
    for (const peer of ['192.168.1.9', '127.0.0.1', '203.0.113.9', undefined]) {
      for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-forwarded-host', 'via']) {
        const origin = from(peer, { [name]: '192.168.1.20' }, at(proxies))
        expect([peer, name, origin.near, origin.address]).toEqual([peer, name, false, null])
        expect(origin.strangeProxy).not.toBeNull()
      }
    }
  })

  it('that a listed proxy left out leaves the sender unknown, never the proxy itself', () => {
    expect(from('192.168.1.2', {}, at(proxies))).toEqual({ address: null, near: false, strangeProxy: null })
    expect(from('192.168.1.2', { 'x-real-ip': '192.168.1.20' }, at(proxies)).near).toBe(false)
  })

  it('of ten thousand hops costs no more than one of twenty', () => {
    const long = Array.from({ length: 10_000 }, () => '10.9.0.5').join(', ')
    expect(senderOf(`203.0.113.9, ${long}`, networksOf(proxies))).toBe('10.9.0.5')
  })

  it('on a server of this computer alone: direct is here, passed on is not', () => {
    expect(from(undefined, {}, at([], [], true)).near).toBe(true)
    expect(from('127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }, at([], [], true)).near).toBe(false)
    expect(from('127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }, at(['127.0.0.1'], [], true)).near).toBe(false)
    expect(from('127.0.0.1', { 'x-forwarded-for': '192.168.1.20' }, at(['127.0.0.1'], [], true)).near).toBe(true)
  })
})
