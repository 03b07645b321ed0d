import { describe, expect, it } from 'vitest'
import { createSystemClock } from '../../server/adapters/system/clock.ts'
import { createSystemIds } from '../../server/adapters/system/ids.ts'
import { createLog } from '../../server/adapters/system/log.ts'

const written = (level = 'info'): { lines: () => Record<string, unknown>[]; log: ReturnType<typeof createLog> } => {
  const texts: string[] = []
  const log = createLog({ level, destination: { write: (text: string) => void texts.push(text) } })
  return { log, lines: () => texts.map((text) => JSON.parse(text) as Record<string, unknown>) }
}

describe('the log', () => {
  it('writes one JSON line with the time, the message and the facts', () => {
    const { log, lines } = written()
    log.info('started', { port: 9999 })
    expect(lines()).toEqual([expect.objectContaining({ level: 30, msg: 'started', port: 9999, time: expect.stringMatching(/Z$/) })])
  })

  it('never writes a secret, at any depth, in a list, in an error or in its cause', () => {
    const { log, lines } = written()
    const error = Object.assign(new Error('no', { cause: { authorization: 'hush' } }), { facts: { token: 'hush' } })
    log.error('failed', { token: 'hush', a: { Password: 'hush', list: [{ private_key: 'hush', lockToken: 'hush' }] }, error, tokens: 7 })
    expect(JSON.stringify(lines())).not.toContain('hush')
    expect(lines()[0]).toMatchObject({ token: '[redacted]', tokens: 7, error: { message: 'no' } })
  })

  it('survives facts that hold themselves', () => {
    const { log, lines } = written()
    const facts: Record<string, unknown> = { a: 1 }
    facts['self'] = facts
    log.warn('round', facts)
    expect(lines()[0]).toMatchObject({ a: 1, msg: 'round' })
  })

  it('is silent below its level', () => {
    const { log, lines } = written('warn')
    log.info('quiet')
    log.warn('loud')
    expect(lines().map((line) => line['msg'])).toEqual(['loud'])
  })
})

describe('ids', () => {
  it('are twelve letters and digits beginning with a letter, and differ', () => {
    const ids = createSystemIds()
    const many = Array.from({ length: 2000 }, () => ids.next())
    expect(many.filter((id) => !/^[a-z][a-z0-9]{11}$/.test(id))).toEqual([])
    expect(new Set(many).size).toBe(2000)
    expect(ids.secret()).toMatch(/^[0-9a-f]{64}$/)
    expect(ids.secret()).not.toBe(ids.secret())
    expect(ids.digest('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

describe('the clock', () => {
  const errors: unknown[] = []
  const clock = createSystemClock({ onError: (error) => errors.push(error) })

  it('waits, and stops waiting at once when told to', async () => {
    const before = clock.now()
    await clock.sleep(30)
    expect(clock.now() - before).toBeGreaterThanOrEqual(29)
    await expect(clock.sleep(60_000, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
    await expect(clock.sleep(60_000, AbortSignal.timeout(10))).rejects.toThrow()
    expect(clock.now() - before).toBeLessThan(5000)
  })

  it('waits long instead of not at all when the time is longer than a timer can be', async () => {
    const stop = new AbortController()
    let isOver = false
    const waiting = clock.sleep(40 * 86_400_000, stop.signal).then(
      () => {
        isOver = true
      },
      () => {},
    )
    await clock.sleep(20)
    expect(isOver).toBe(false)
    stop.abort()
    await waiting
  })

  it('repeats with the period of the moment, never two at once, and outlives a round that fails', async () => {
    const stop = new AbortController()
    const periods: number[] = []
    let running = 0
    let most = 0
    let rounds = 0
    await new Promise<void>((resolve) => {
      clock.every(
        () => {
          periods.push(rounds)
          return 2
        },
        async () => {
          running += 1
          most = Math.max(most, running)
          rounds += 1
          await clock.sleep(5)
          running -= 1
          if (rounds === 2) throw new Error('round 2')
          if (rounds === 4) resolve()
        },
        stop.signal,
      )
    })
    stop.abort()
    const ended = rounds
    await clock.sleep(30)
    expect([most, rounds, ended]).toEqual([1, 4, 4])
    expect(periods.slice(0, 4)).toEqual([0, 1, 2, 3])
    expect(errors).toEqual([expect.objectContaining({ message: 'round 2' })])
  })
})
