import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  callerOf,
  faultOfPassword,
  mayDo,
  openTo,
  type Policy,
  policies,
  policyInForce,
  rights,
  type Scope,
  scopes,
  type Who,
} from '../../server/domain/access.ts'
import { giveBack, type Pace, take } from '../../server/domain/throttle.ts'

const origin = (near: boolean) => ({ address: near ? '192.168.1.9' : '203.0.113.9', near, strangeProxy: null })
const keyOf = (...given: Scope[]): Who => ({ kind: 'key', id: 'k1', name: 'app', scopes: given })
const anyWho = fc.oneof(
  fc.constant<Who>({ kind: 'nobody' }),
  fc.constant<Who>({ kind: 'owner', session: 's1' }),
  fc.uniqueArray(fc.constantFrom(...scopes)).map((given) => keyOf(...given)),
)

describe('who may do what', () => {
  it('gives a stranger from afar nothing, under every policy', () => {
    for (const policy of policies) expect([policy, openTo(policy, false).size]).toEqual([policy, 0])
  })

  it('never gives less to who shows more: an owner may all, a key what the address may and its scopes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...policies), fc.boolean(), anyWho, (policy, near, who) => {
        const alone = callerOf(policy, origin(near), { kind: 'nobody' })
        const shown = callerOf(policy, origin(near), who)
        for (const scope of alone.may) expect(shown.may.has(scope)).toBe(true)
        if (who.kind === 'owner') expect(shown.may.size).toBe(scopes.length)
        if (who.kind === 'key') for (const scope of who.scopes) expect(shown.may.has(scope)).toBe(true)
      }),
    )
  })

  it('lets a key operate only where its scopes or the address say so, and never decide who comes in', () => {
    fc.assert(
      fc.property(fc.constantFrom(...policies), fc.boolean(), anyWho, (policy, near, who) => {
        const caller = callerOf(policy, origin(near), who)
        const isOpen = openTo(policy, near).has('operate')
        const isGiven = who.kind === 'owner' || (who.kind === 'key' && who.scopes.includes('operate'))
        expect(mayDo(caller, { right: 'operate' })).toBe(isOpen || isGiven)
        expect(mayDo(caller, { right: 'operate', ownerOnly: true })).toBe(who.kind !== 'key' && (isOpen || isGiven))
      }),
    )
  })

  it('is stricter from trusted over household to locked', () => {
    const width = (policy: Policy): number => openTo(policy, true).size
    expect(width('locked') < width('household') && width('household') < width('trusted')).toBe(true)
    for (const right of rights) expect(mayDo(callerOf('locked', origin(true), { kind: 'nobody' }), { right })).toBe(false)
  })

  it('takes "switch on request" for what asks for it alone', () => {
    const caller = callerOf('locked', origin(false), keyOf('switch'))
    expect(mayDo(caller, { right: 'operate', orScope: 'switch' })).toBe(true)
    expect(mayDo(caller, { right: 'operate' })).toBe(false)
  })

  it('is trusted on loopback until there is a password, whatever was chosen', () => {
    expect(policyInForce('locked', { loopback: true, hasPassword: false })).toBe('trusted')
    expect(policyInForce('locked', { loopback: true, hasPassword: true })).toBe('locked')
    expect(policyInForce('household', { loopback: false, hasPassword: false })).toBe('household')
  })
})

describe('a password', () => {
  it.each([
    ['short', 'at least 10 characters'],
    ['aaaaaaaaaaaaaaa', 'repeats'],
    ['ababababababab', 'repeats'],
    ['x'.repeat(100) + 'abc'.repeat(50), 'at most 200'],
  ])('%s cannot be used', (password, why) => expect(faultOfPassword(password)).toContain(why))

  it('of a few words can, and so can one of another alphabet', () => {
    expect(faultOfPassword('four words in a row')).toBeNull()
    expect(faultOfPassword('мой длинный пароль')).toBeNull()
  })
})

describe('the pace of tries', () => {
  const pace: Pace = { burst: 5, everyMs: 60_000 }

  it('lets through a burst and then one each period, in any order of tries', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 200 }), (gaps) => {
        let now = 0
        let fullAt: number | undefined
        let passed = 0
        for (const gap of gaps) {
          now += gap
          const taken = take(fullAt, now, pace)
          fullAt = taken.fullAt
          if (taken.waitMs === 0) passed += 1
          // The wait that is told is true: then, and no later, the next one passes.
          else expect(take(fullAt, now + taken.waitMs, pace).waitMs).toBe(0)
        }
        expect(passed).toBeLessThanOrEqual(pace.burst + Math.floor(now / pace.everyMs))
      }),
    )
  })

  it('counts nothing for a try that was given back', () => {
    let fullAt: number | undefined
    for (let count = 0; count < 100; count += 1) {
      const taken = take(fullAt, 1000, pace)
      expect(taken.waitMs).toBe(0)
      fullAt = giveBack(taken.fullAt, pace)
    }
  })
})
