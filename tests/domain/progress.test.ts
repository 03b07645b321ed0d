import { describe, expect, test } from 'vitest'
import { readProgress, splitLines } from '../../server/domain/progress.ts'

describe('the log of a load', () => {
  test.each([
    ['(EngineCore pid=652) Loading safetensors checkpoint shards:  40% Completed | 4/10 [00:12<00:18,  3.10s/it]', 40],
    ['Loading safetensors using Fastsafetensor loader:   0% Completed | 0/8 [', 0],
  ])('says how much of the weights is read: %s', (line, percent) => {
    expect(readProgress(line)?.percent).toBe(percent)
  })

  test.each([
    'Loading weights took 549.60 seconds',
    'GPU KV cache size: 647,449 tokens',
    'Capturing CUDA graphs (decode, FULL): 100%',
    'INFO:     Application startup complete.',
    'Executing command: vllm serve x ',
  ])('gives a sentence and no percentage for: %s', (line) => {
    expect(readProgress(line)?.percent).toBeNull()
    expect(readProgress(line)?.sentence).toMatch(/\.$/)
  })

  test('says nothing for a line it does not know', () => {
    expect(readProgress('INFO 09-14 12:00:00 [x.py:1] something else')).toBeNull()
  })

  test('takes the last state of a progress bar that rewrites itself', () => {
    const bar = 'Loading safetensors checkpoint shards:   0% Completed | 0/2\rLoading safetensors checkpoint shards:  50% Completed | 1/2\r'
    expect(splitLines('', bar).lines).toEqual(['Loading safetensors checkpoint shards:  50% Completed | 1/2'])
  })

  test('keeps an unfinished line until its end arrives', () => {
    const first = splitLines('', 'one\ntw')
    expect(first).toEqual({ lines: ['one'], rest: 'tw' })
    expect(splitLines(first.rest, 'o\n')).toEqual({ lines: ['two'], rest: '' })
  })
})
