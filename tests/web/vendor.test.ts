import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { vendored } from '../../scripts/vendor.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

test('the vendored htmx is the installed one, core before the sse extension, with its sum and licence beside it', () => {
  const { script, note } = vendored()
  expect(read('web/vendor/htmx.js')).toBe(script)
  expect(read('web/vendor/htmx.txt')).toBe(note)
  expect(script.indexOf('var htmx=')).toBeGreaterThan(0)
  expect(script.indexOf('registerExtension("sse"')).toBeGreaterThan(script.indexOf('var htmx='))
  expect(note).toMatch(/sha256 [0-9a-f]{64}/)
  expect(note).toContain('Zero-Clause BSD')
})

test('the notices name htmx with its licence text', () => {
  const notices = read('THIRD_PARTY_NOTICES')
  expect(notices).toContain('htmx.org 4.0.1')
  expect(notices).toContain('Permission to use, copy, modify, and/or distribute this software')
})
