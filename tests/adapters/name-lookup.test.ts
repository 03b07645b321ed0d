// A resolver that is silent must not take every thread that files and passwords need.
import { describe, expect, it } from 'vitest'
import { createNameLookup } from '../../server/adapters/outbound/name-lookup.ts'

const found = [{ address: '192.0.2.7', family: 4 }]
const silent = new AbortController().signal

/** A resolver that answers when it is told to. */
function slowResolver() {
  const open = new Map<string, (() => void)[]>()
  const asked: string[] = []
  const ask = (host: string): Promise<typeof found> => {
    asked.push(host)
    return new Promise((resolve) => open.set(host, [...(open.get(host) ?? []), () => resolve(found)]))
  }
  const answer = (host: string): void => {
    for (const one of open.get(host) ?? []) one()
    open.delete(host)
  }
  return { lookup: createNameLookup(ask), asked, answer }
}
const turns = async (): Promise<void> => {
  for (let n = 0; n < 20; n += 1) await Promise.resolve()
}

describe('looking up names', () => {
  it('asks for two at once and no more, in the order they came', async () => {
    const { lookup, asked, answer } = slowResolver()
    const all = ['a', 'b', 'c', 'd'].map((host) => lookup(host, silent))
    await turns()
    expect(asked).toEqual(['a', 'b'])
    answer('b')
    await turns()
    expect(asked).toEqual(['a', 'b', 'c'])
    for (const host of ['a', 'c']) answer(host)
    await turns()
    answer('d')
    expect(await Promise.all(all)).toEqual([found, found, found, found])
  })

  it('asks once for a name that several want', async () => {
    const { lookup, asked, answer } = slowResolver()
    const both = [lookup('a', silent), lookup('a', silent)]
    await turns()
    answer('a')
    expect(await Promise.all(both)).toEqual([found, found])
    expect(asked).toEqual(['a'])
  })

  it('lets whoever gives up go at once, keeps the thread counted, and skips a name that nobody wants any more', async () => {
    const { lookup, asked, answer } = slowResolver()
    const dead = [new AbortController(), new AbortController(), new AbortController()]
    const given = ['a', 'b', 'c'].map((host, at) => lookup(host, (dead[at] as AbortController).signal))
    await turns()
    for (const one of dead) one.abort(new Error('not waited for'))
    expect((await Promise.allSettled(given)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    // Both threads still hang in the system: nothing more is asked.
    const live = lookup('d', silent)
    await turns()
    expect(asked).toEqual(['a', 'b'])
    answer('a')
    await turns()
    expect(asked).toEqual(['a', 'b', 'd'])
    answer('d')
    expect(await live).toEqual(found)
  })

  it('passes on what the system says, and asks anew the next time', async () => {
    let tries = 0
    const lookup = createNameLookup(async () => {
      tries += 1
      if (tries === 1) throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
      return found
    })
    await expect(lookup('a', silent)).rejects.toMatchObject({ code: 'ENOTFOUND' })
    expect(await lookup('a', silent)).toEqual(found)
  })
})
