import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanLine, redact } from '../../server/domain/clean-line.ts'
import { findTelling, lastWords } from '../../server/domain/trouble.ts'

describe('the line that tells', () => {
  test.each([
    [
      'memory_short',
      'ValueError: Free memory on device cuda:0 (74.9/121.7 GiB) on startup is less than desired GPU memory utilization (0.9, 109.5 GiB)',
    ],
    ['kv_cache_negative', 'Available KV cache memory: -2.26 GiB'],
    ['image_missing', "Unable to find image 'vllm-node:latest' locally"],
    ['docker_permission', 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock'],
    ['start_failed', 'Error: Passwordless SSH to 192.0.2.12 failed.'],
    ['engine_died', 'RuntimeError: Engine core initialization failed. Failed core proc(s): {}'],
  ])('is %s for: %s', (code, line) => {
    expect(findTelling(['INFO something', line, 'Engine core initialization failed.'])).toMatchObject({ code, line })
  })

  test('is the exact one, not the general one that follows it', () => {
    expect(findTelling(['Available KV cache memory: -2.26 GiB', 'RuntimeError: Engine core initialization failed.'])?.code).toBe(
      'kv_cache_negative',
    )
  })

  test('is the last words when no sign is known, without progress bars', () => {
    expect(findTelling(['hello', 'bye'])).toBeNull()
    expect(lastWords(['hello', 'bye', 'Fetching:  12%|#'])).toBe('bye')
    expect(lastWords([])).toBe('It printed nothing.')
  })
})

describe('what is stored of an output', () => {
  test.each([
    '-e HF_TOKEN=hf_abcdefghijklmnop',
    'Docker Args: -e OPENAI_API_KEY=sk-abcdefghijk12345',
    'Authorization: Bearer abcdefghijklmnop',
    "PASSWORD='open sesame'",
  ])('never holds the secret of: %s', (line) => {
    expect(redact(line)).toContain('[hidden]')
    expect(redact(line)).not.toMatch(/abcdefgh|open sesame/)
  })

  test('holds no control character and no terminal escape, whatever came', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/(?!\t)[\p{Cc}]/u.test(cleanLine(text))))
    expect(cleanLine('\u001b[31mred\u001b[0m \u001b]0;title\u0007 end')).toBe('red  end')
  })

  test('is cut at 2,000 characters', () => {
    expect(cleanLine('x'.repeat(5000)).length).toBeLessThanOrEqual(2003)
  })
})
