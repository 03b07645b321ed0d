import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { allowedLicences, notices, noticesText } from '../../scripts/notices.ts'
import { root } from './run-tool.ts'

test('the notices are those of the packages in the lock file', () => {
  expect(readFileSync(join(root, 'THIRD_PARTY_NOTICES'), 'utf8')).toBe(noticesText())
  expect(notices().map((one) => one.name)).toContain('hono 4.13.19')
})

test('every package that runs in the product has a permissive licence, with its text', () => {
  const wrong = notices().filter((one) => !allowedLicences.includes(one.licence) || one.text.length < 300)
  expect(wrong.map((one) => `${one.name}: ${one.licence}`)).toEqual([])
})
