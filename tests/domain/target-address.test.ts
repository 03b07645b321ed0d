import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressKind, judgeAddress, judgeName, readTarget, type Target } from '../../server/domain/target-address.ts'

const own = { addresses: ['192.168.1.5', 'fd12::5'], ports: [9999] }
const atHome = { allowPublic: false, own }

const read = (url: string): Target => {
  const target = readTarget(url)
  if ('refused' in target) throw new Error(`${url}: ${target.refused}`)
  return target
}
/** As the sender judges a URL whose host is an address. */
const judged = (url: string, rules = atHome): string | null => {
  const target = read(url)
  return judgeAddress(target.host, target, rules)
}

describe('the text of a target', () => {
  it.each([
    ['ftp://192.168.1.20/x', /http:\/\/ or https/],
    ['javascript:alert(1)', /http:\/\/ or https/],
    ['192.168.1.20:8080/hook', /not an address|http:\/\/ or https/],
    ['//192.168.1.20/hook', /not an address/],
    ['http://', /not an address/],
    ['http://alice:secret@192.168.1.20/', /user name or a password/],
    ['http://alice@192.168.1.20/', /user name or a password/],
    ['http://192.168.1.999/', /not an address/],
    ['http://[fe80::1%25eth0]/', /not an address/],
    [`http://192.168.1.20/${'x'.repeat(2000)}`, /longer than 2000/],
  ])('%s is refused with the reason', (url, why) => {
    expect(readTarget(url)).toEqual({ refused: expect.stringMatching(why) })
  })

  it('is kept as browsers write it, without a fragment', () => {
    expect(read(' HTTP://Hook.Example:80/a b#c ')).toEqual({
      url: 'http://hook.example/a%20b',
      host: 'hook.example',
      port: 80,
      literal: false,
      loopback: false,
    })
    expect(read('https://hook.example./').host).toBe('hook.example')
    expect(read('https://hook.example/').port).toBe(443)
  })
})

describe('an address', () => {
  it.each([
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.255.1', 'private'],
    ['100.64.0.1', 'private'],
    ['100.127.255.255', 'private'],
    ['100.128.0.1', 'public'],
    ['100.100.100.200', 'metadata'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['169.254.169.254', 'metadata'],
    ['169.254.1.1', 'link_local'],
    ['168.63.129.16', 'metadata'],
    ['224.0.0.251', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['8.8.8.8', 'public'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::ffff:10.1.2.3', 'private'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['::7f00:1', 'tunnel'],
    ['fc00::1', 'private'],
    ['fdff:ffff::1', 'private'],
    ['fd00:ec2::254', 'metadata'],
    ['fe80::1', 'link_local'],
    ['fe80::1%eth0', 'link_local'],
    ['febf::1', 'link_local'],
    ['fec0::1', 'reserved'],
    ['ff02::fb', 'multicast'],
    ['64:ff9b::7f00:1', 'tunnel'],
    ['2002:7f00:1::1', 'tunnel'],
    ['2001:0:1::1', 'tunnel'],
    ['2001:db8::1', 'reserved'],
    ['2001:4860:4860::8888', 'public'],
    ['2606:4700::1111', 'public'],
    ['4000::1', 'reserved'],
    ['hook.example', null],
    ['1.2.3', null],
    ['1.2.3.4.5', null],
    ['::1::2', null],
  ])('%s is %s', (address, kind) => {
    expect(addressKind(address)).toBe(kind)
  })

  it('has one kind, however it is spelled in a URL', () => {
    fc.assert(
      fc.property(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)), ([a, b, c, d]) => {
        const plain = `${a}.${b}.${c}.${d}`
        const number = ((a * 256 + b) * 256 + c) * 256 + d
        const octal = [a, b, c, d].map((part) => `0${part.toString(8)}`).join('.')
        const hex = `0x${number.toString(16)}`
        const short = `${a}.${b}.${c * 256 + d}`
        for (const spelling of [plain, String(number), octal, hex, short, `${plain}.`]) {
          const target = read(`http://${spelling}/`)
          expect([spelling, target.host, target.literal]).toEqual([spelling, plain, true])
          expect(addressKind(target.host)).toBe(addressKind(plain))
        }
        expect(addressKind(read(`http://[::ffff:${plain}]/`).host)).toBe(addressKind(plain))
      }),
    )
  })

  it('of IPv6 has one kind, long or short, in capitals or not', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 }), (groups) => {
        const long = groups.map((group) => group.toString(16).padStart(4, '0').toUpperCase()).join(':')
        const short = new URL(`http://[${long}]/`).hostname.slice(1, -1)
        expect(addressKind(long)).toBe(addressKind(short))
        expect(addressKind(short)).not.toBeNull()
      }),
    )
  })
})

describe('where a webhook may go', () => {
  it.each([
    'http://192.168.1.20:8080/hook',
    'http://10.0.0.9/hook',
    'https://100.101.102.103/hook',
    'http://[fd12::20]/hook',
    'http://127.0.0.1:8080/hook',
    'http://[::1]:8080/hook',
    'http://192.168.1.5:8123/another-program-on-this-computer',
  ])('%s is fine', (url) => {
    expect(judged(url)).toBeNull()
  })

  it.each([
    ['http://8.8.8.8/hook', /on the internet, and the setting "Webhooks to the internet" is off/],
    ['http://169.254.169.254/latest/meta-data', /cloud providers/],
    ['http://169.254.10.1/hook', /link-local/],
    ['http://[fe80::1]/hook', /link-local/],
    ['http://[fd00:ec2::254]/hook', /cloud providers/],
    ['http://0.0.0.0:8080/hook', /stands for no machine/],
    ['http://0:8080/hook', /stands for no machine/],
    ['http://[::]:8080/hook', /stands for no machine/],
    ['http://255.255.255.255/hook', /reserved/],
    ['http://224.0.0.251/hook', /no single machine/],
    ['http://[64:ff9b::c0a8:105]/hook', /hides another address/],
    ['http://[2002:c0a8:105::1]/hook', /hides another address/],
  ])('%s is refused', (url, why) => {
    expect(judged(url)).toMatch(why)
  })

  it('opens to the internet by the setting, and to nothing else', () => {
    const open = { ...atHome, allowPublic: true }
    expect(judged('https://8.8.8.8/hook', open)).toBeNull()
    for (const url of [
      'http://169.254.169.254/',
      'http://0.0.0.0:80/',
      'http://[fe80::1]/',
      'http://192.0.2.1/',
      'http://127.0.0.1:9999/',
    ]) {
      expect([url, judged(url, open)]).toEqual([url, expect.any(String)])
    }
  })

  it.each([
    'http://192.168.1.5:9999/api/swap',
    'http://127.0.0.1:9999/',
    'http://127.8.8.8:9999/',
    'http://[::1]:9999/',
    'http://[fd12::5]:9999/',
    'http://[FD12:0:0:0:0:0:0:5]:9999/',
    'http://[::ffff:192.168.1.5]:9999/',
    'http://3232235781:9999/',
    'http://0300.0250.1.5:9999/',
    'http://0xc0a80105:9999/',
    'http://0.0.0.0:9999/',
    'http://[::]:9999/',
  ])('is not this appliance: %s', (url) => {
    expect(judged(url)).toMatch(/is this appliance itself/)
  })

  it('goes to loopback only where a loopback address was typed', () => {
    const named = read('http://hook.example:8080/')
    expect(judgeAddress('127.0.0.1', named, atHome)).toBe('hook.example (127.0.0.1) is this computer; type 127.0.0.1 if that is meant')
    expect(judgeAddress('::1', named, atHome)).toMatch(/this computer/)
    expect(judgeAddress('127.0.0.1', read('http://localhost:8080/'), atHome)).toBeNull()
    expect(judgeAddress('127.0.0.1', read('http://localhost:9999/'), atHome)).toMatch(/this appliance itself/)
    // A typed name that looks like loopback is a name all the same.
    expect(judgeAddress('127.0.0.1', read('http://localhost.example:8080/'), atHome)).toMatch(/this computer/)
  })

  it('is not another name of this appliance', () => {
    expect(judgeName(read('https://SPARK.example./api'), { ownNames: ['spark.example'] })).toBe('spark.example is this appliance itself')
    expect(judgeName(read('https://recap.example/'), { ownNames: ['spark.example'] })).toBeNull()
  })

  it('never lets through what is neither at home nor allowed (any address, any spelling)', () => {
    const v4 = fc.nat(0xffffffff).map((number) => [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.'))
    const v6 = fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }).map((groups) => groups.map((group) => group.toString(16)).join(':'))
    fc.assert(
      fc.property(fc.oneof(v4, v6), fc.integer({ min: 1, max: 65_535 }), (address, port) => {
        const target = read(`http://${address.includes(':') ? `[${address}]` : address}:${port}/`)
        const why = judgeAddress(target.host, target, atHome)
        const kind = addressKind(address)
        if (why === null) expect(['private', 'loopback']).toContain(kind)
        if (port === 9999 && kind === 'loopback') expect(why).not.toBeNull()
      }),
      { numRuns: 1000 },
    )
  })
})
