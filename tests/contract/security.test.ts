// docs/SECURITY.md says what is so.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { paces } from '../../server/app/tries.ts'
import type { Operation } from '../../server/contract/define.ts'
import { operations } from '../../server/contract/index.ts'
import { type SettingKey, settings } from '../../server/contract/settings.ts'
import { openTo, policies, rights, scopes, sessionSeconds, shortestPassword } from '../../server/domain/access.ts'
import { limitBytes } from '../../server/http/body-limit.ts'
import { mostConnections, slowClientLimits } from '../../server/http/slow-clients.ts'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/SECURITY.md', root), 'utf8')
const rowsOf = (title: string): string[][] => {
  const part = page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = part.split('\n').filter((line) => line.startsWith('| '))
  return lines.slice(2).map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.replaceAll('`', '').replace(' (default)', '')),
  )
}

describe('docs/SECURITY.md', () => {
  it('names the rights and the policies as they are', () => {
    expect(rowsOf('Three rights').map(([name]) => name)).toEqual([...rights])
    const words = (policy: (typeof policies)[number], near: boolean): string => {
      const open = rights.filter((right) => openTo(policy, near).has(right))
      return open.length === 0 ? 'nothing' : open.join(', ')
    }
    expect(rowsOf('Three policies')).toEqual(policies.map((policy) => [policy, words(policy, true), words(policy, false)]))
    expect(page).toContain(`\`${settings['access.policy'].default}\` (default)`)
    for (const scope of scopes) expect(page).toContain(`\`${scope}\``)
  })

  it('names every operation that wants no right, and no other', () => {
    const open = Object.values(operations as Record<string, Operation>).filter(({ right }) => right === 'anyone')
    const told = /Without any right one may only (.*)\n/.exec(page)?.[1] ?? ''
    expect([...told.matchAll(/`([A-Z]+ [^`]+)`/g)].map((match) => match[1]).sort()).toEqual(
      open.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort(),
    )
  })

  it('names settings and files that are there, and the numbers in force', () => {
    for (const [, key] of page.matchAll(/`(access\.[a-zA-Z]+)`/g)) expect(Object.keys(settings)).toContain(key as SettingKey)
    for (const [, path] of page.matchAll(/\]\((?:\.\.\/)?([^)#]+)\)/g)) {
      const at = page.includes(`](../${path})`) ? path : `docs/${path}`
      expect([path, existsSync(new URL(at ?? '', root))]).toEqual([path, true])
    }
    for (const [, path] of page.matchAll(/`((?:server|tests)\/[^`]+\.ts)`/g))
      expect([path, existsSync(new URL(path ?? '', root))]).toEqual([path, true])
    expect(page).toContain(`At least ${shortestPassword} characters`)
    expect([paces.one, paces.all]).toEqual([
      { burst: 5, everyMs: 60_000 },
      { burst: 40, everyMs: 10_000 },
    ])
    expect([sessionSeconds / 86_400, limitBytes.api / 2 ** 20, limitBytes.page / 2 ** 20, limitBytes.openai / 2 ** 20]).toEqual([
      30, 1, 1, 32,
    ])
    expect([
      slowClientLimits.headersTimeout,
      slowClientLimits.requestTimeout,
      slowClientLimits.maxHeaderSize / 1024,
      mostConnections,
    ]).toEqual([15_000, 135_000, 16, 2000])
  })

  it('names every test of the attacker’s list', () => {
    const tests = readFileSync(new URL('tests/http/attackers.test.ts', root), 'utf8')
    const names = [...tests.matchAll(/^ {2}it\('([^:']+):/gm)].map((match) => match[1] ?? '')
    const told = page.split('## The attacker')[1] ?? ''
    expect(names.length).toBeGreaterThan(12)
    for (const name of names) expect(told).toContain(name)
  })
})
