import { isIP } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { httpUrl, isIpAddress, tidyAddress } from '../../server/domain/address.ts'

test('an address is an IP literal exactly when the system says so', () => {
  const part = fc.oneof(fc.stringMatching(/^[0-9a-f]{0,5}$/), fc.nat(300).map(String), fc.constantFrom('', ':', '::', '.', '0', '1.2.3.4'))
  const near = fc.tuple(fc.array(part, { maxLength: 9 }), fc.constantFrom(':', '.', '::')).map(([parts, mark]) => parts.join(mark))
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), near), (text) => {
      expect(isIpAddress(text), text).toBe(isIP(text) !== 0)
    }),
    { numRuns: 5000 },
  )
})

test('a name is never an address', () => {
  for (const text of ['spark-1.local', 'localhost', '', ' ', '1', '0x7f000001', 'fe80::1%eth0']) expect(isIpAddress(text)).toBe(false)
})

test('an address is kept without blanks and brackets, and shown in a URL as it must be', () => {
  expect(tidyAddress(' [FE80::1] ')).toBe('fe80::1')
  expect(httpUrl('fe80::1', 8000)).toBe('http://[fe80::1]:8000')
  expect(httpUrl('192.0.2.1', 8000)).toBe('http://192.0.2.1:8000')
})
