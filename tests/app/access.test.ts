import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenStores, openStores } from '../../server/adapters/sqlite/open.ts'
import { createPasswords } from '../../server/adapters/system/passwords.ts'
import { createAccess } from '../../server/app/access.ts'
import type { AccessUse, SignInTry } from '../../server/app/access-use.ts'
import { createSettings } from '../../server/app/settings.ts'
import { hostOf, paces } from '../../server/app/tries.ts'
import type { SettingsUse } from '../../server/app/use-cases.ts'
import { SparkError } from '../../server/contract/errors.ts'
import { fakeWayIn, localKey, setUpCode } from '../fakes/access.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { createFakeIds } from '../fakes/ids.ts'
import { createFakeLog } from '../fakes/log.ts'
import { createFakeSealer } from '../fakes/sealer.ts'

const password = 'four words in a row'
const near = { address: '192.168.1.20', near: true, strangeProxy: null }
const far = { address: '203.0.113.9', near: false, strangeProxy: null }
let clock: ReturnType<typeof createFakeClock>
let stores: OpenStores
let settings: SettingsUse
let access: AccessUse

const life = (loopback = false): AccessUse =>
  createAccess({ ...fakeWayIn(loopback), clock, ids: createFakeIds('n'), log: createFakeLog(), store: stores, settings })
const tryOf = (given: string, from = near, device: string | null = null): SignInTry => ({
  ...from,
  given,
  agent: 'Firefox on Linux',
  device,
})
const codeOf = async (act: () => unknown): Promise<string> => {
  try {
    await act()
    return 'fine'
  } catch (failure) {
    return failure instanceof SparkError ? failure.code : String(failure)
  }
}
/** The owner's password is chosen by the code. */
async function chosen(): Promise<string> {
  const { token } = await access.signIn(tryOf(setUpCode))
  const caller = access.callerOf(token, near)
  return (await access.setPassword({ ...tryOf(password), caller, current: null })).token
}
const isOwner = (token: string, of = access): boolean => of.callerOf(token, far).who.kind === 'owner'

beforeEach(() => {
  clock = createFakeClock()
  const log = createFakeLog()
  stores = openStores({ path: ':memory:', ids: createFakeIds(), log })
  settings = createSettings({ store: stores.settings, clock, env: {}, sealer: createFakeSealer() })
  access = life()
})
afterEach(() => stores.close())

describe('the first time', () => {
  it('the code is the way in until there is a password, and nothing afterwards', async () => {
    expect([access.way(), access.setUpCode()]).toEqual(['code', setUpCode])
    expect(isOwner(setUpCode)).toBe(true)
    const byCode = (await access.signIn(tryOf(setUpCode.toUpperCase().replaceAll('-', ' ')))).token
    expect(isOwner(byCode)).toBe(true)
    const token = await chosen()
    expect([access.way(), access.setUpCode(), isOwner(setUpCode), isOwner(byCode), isOwner(token)]).toEqual([
      'password',
      null,
      false,
      false,
      true,
    ])
    expect(await codeOf(() => access.signIn(tryOf(setUpCode)))).toBe('sign_in_wrong')
  })

  it('on loopback nothing is asked until there is a password; then the policy is in force', async () => {
    const home = life(true)
    const nobody = home.callerOf(null, near)
    expect(home.view(nobody)).toMatchObject({ policy: 'trusted', chosen: 'household', hasPassword: false })
    await home.setPassword({ ...tryOf(password), caller: nobody, current: null })
    expect(home.view(home.callerOf(null, near))).toMatchObject({ policy: 'household', you: { kind: 'nobody', may: ['see', 'use'] } })
  })

  it('a stranger from afar cannot sign in with nothing where the household is trusted', async () => {
    settings.change('access.policy', 'trusted', undefined, 'owner')
    expect(await codeOf(() => access.signIn(tryOf('', far)))).toBe('sign_in_wrong')
    expect(await codeOf(() => access.signIn(tryOf('', near)))).toBe('fine')
  })
})

describe('the password', () => {
  it('outlives a restart, as its sessions do; a wrong one, an empty one and a long one are refused', async () => {
    const token = await chosen()
    const next = life()
    expect([isOwner(token, next), next.way()]).toEqual([true, 'password'])
    for (const wrong of ['', 'four words in a roW', 'x'.repeat(100_000)])
      expect(await codeOf(() => next.signIn(tryOf(wrong)))).toBe('sign_in_wrong')
    expect(isOwner((await next.signIn(tryOf(password))).token, next)).toBe(true)
  })

  it('is changed with the one before, and every other session ends; the command line needs none', async () => {
    const token = await chosen()
    const other = (await access.signIn(tryOf(password))).token
    const caller = access.callerOf(token, near)
    const change = (given: string, current: string | null, by = caller) => access.setPassword({ ...tryOf(given), caller: by, current })
    expect(await codeOf(() => change('another one, longer', null))).toBe('sign_in_wrong')
    expect(await codeOf(() => change('short', password))).toBe('password_unusable')
    expect(isOwner(other)).toBe(true)
    const fresh = (await change('another one, longer', password)).token
    expect([isOwner(token), isOwner(other), isOwner(fresh)]).toEqual([false, false, true])
    const line = access.callerOf(localKey, near)
    expect(line.who).toEqual({ kind: 'owner', session: null })
    expect(await codeOf(() => change('and a third one', null, line))).toBe('fine')
  })

  it('is digested anew by scrypt when its cost has changed, and stays the same password', async () => {
    const cheap = createPasswords({ N: 2 ** 10, r: 8, p: 1 })
    const dear = createPasswords({ N: 2 ** 11, r: 8, p: 1 })
    const kept = await cheap.digest(password)
    expect(kept).toMatch(/^scrypt\$1024\$8\$1\$/)
    expect([await cheap.check(password, kept), await dear.check(password, kept), await dear.check('wrong', kept)]).toEqual([
      'right',
      'old',
      'wrong',
    ])
    expect(await cheap.digest(password)).not.toBe(kept)
    expect([
      await cheap.check('', null),
      await cheap.check(password, 'scrypt$9$9'),
      await cheap.check('pass\u0301word is long', await cheap.digest('pas\u015bword is long')),
    ]).toEqual(['wrong', 'wrong', 'right'])
    stores.access.setPassword(kept, 1, null)
    const upgraded = createAccess({
      ...fakeWayIn(false),
      passwords: dear,
      clock,
      ids: createFakeIds(),
      log: createFakeLog(),
      store: stores,
      settings,
    })
    const token = (await upgraded.signIn(tryOf(password))).token
    expect(stores.access.password()?.hash).toMatch(/^scrypt\$2048\$8\$1\$/)
    expect(upgraded.callerOf(token, near).who.kind).toBe('owner')
  })
})

describe('guessing', () => {
  it('is slow from one address, and costs the owner at another nothing', async () => {
    await chosen()
    const codes: string[] = []
    for (let at = 0; at < 8; at += 1) codes.push(await codeOf(() => access.signIn(tryOf('guess', far))))
    expect(codes).toEqual([
      ...Array.from({ length: paces.one.burst }, () => 'sign_in_wrong'),
      ...Array.from({ length: 3 }, () => 'too_many_tries'),
    ])
    expect(await codeOf(() => access.signIn(tryOf(password)))).toBe('fine')
    await clock.advance(paces.one.everyMs)
    expect(await codeOf(() => access.signIn(tryOf(password, far)))).toBe('fine')
  })

  it('from ever new addresses is slow as well, and keeps neither the household nor a known browser waiting', async () => {
    await chosen()
    const { device } = await access.signIn(tryOf(password))
    const stranger = (at: number) => ({ ...far, address: `203.0.${at >> 8}.${at & 255}` })
    let through = 0
    for (let at = 0; at < 500; at += 1)
      if ((await codeOf(() => access.signIn(tryOf('guess', stranger(at))))) === 'sign_in_wrong') through += 1
    expect(through).toBe(paces.all.burst)
    expect(await codeOf(() => access.signIn(tryOf(password, stranger(900))))).toBe('too_many_tries')
    expect(await codeOf(() => access.signIn(tryOf(password, stranger(900), device)))).toBe('fine')
    expect(await codeOf(() => access.signIn(tryOf(password, near)))).toBe('fine')
  })

  it('with a stolen or made-up mark of a browser is as slow as any', async () => {
    await chosen()
    const { device } = await access.signIn(tryOf(password))
    const codes: string[] = []
    for (let at = 0; at < 7; at += 1)
      codes.push(await codeOf(() => access.signIn(tryOf('guess', { ...far, address: `198.51.100.${at}` }, device))))
    expect(codes.slice(-2)).toEqual(['too_many_tries', 'too_many_tries'])
    expect(await codeOf(() => access.signIn(tryOf('guess', { ...far, address: '198.51.100.99' }, `${device}x`)))).toBe('sign_in_wrong')
  })

  it('an IPv6 network of 64 bits is one address', () => {
    expect(hostOf('2001:db8:1:2:3:4:5:6')).toBe(hostOf('2001:db8:1:2::9'))
    expect(hostOf('2001:db8::1')).toBe('2001:db8:0:0::/64')
    expect(hostOf('2001:db8:1:3::1')).not.toBe(hostOf('2001:db8:1:2::1'))
  })
})

describe('sessions', () => {
  it('are listed with where and when, end one by one and all at once, and after thirty days of rest', async () => {
    const token = await chosen()
    const other = (await access.signIn({ ...tryOf(password), agent: 'Safari on iOS', address: '192.168.1.30' })).token
    await clock.advance(120_000)
    const caller = access.callerOf(token, near)
    const listed = access.sessions(caller)
    expect(listed.map(({ agent, address, yours }) => [agent, address, yours])).toEqual([
      ['Firefox on Linux', '192.168.1.20', true],
      ['Safari on iOS', '192.168.1.30', false],
    ])
    expect(JSON.stringify(listed)).not.toContain(other)
    access.endSession(listed[1]?.id ?? '')
    expect([isOwner(other), isOwner(token)]).toEqual([false, true])
    const third = (await access.signIn(tryOf(password))).token
    expect(access.endOtherSessions(caller)).toBe(1)
    expect([isOwner(third), isOwner(token)]).toEqual([false, true])
    await clock.advance(29 * 86_400_000)
    expect(isOwner(token)).toBe(true)
    await clock.advance(31 * 86_400_000)
    expect(isOwner(token)).toBe(false)
  })

  it('are at most fifty; the least used fall away', async () => {
    const first = await chosen()
    for (let at = 0; at < 60; at += 1) {
      await clock.advance(61_000)
      await access.signIn(tryOf(password))
    }
    expect([access.sessions(access.callerOf(localKey, near)).length, isOwner(first)]).toEqual([50, false])
  })
})

describe('keys', () => {
  it('are shown once, kept as digests, and refused at once when revoked or expired', async () => {
    const { key, token } = access.createKey({ name: 'Notes app', scopes: ['use'], days: 30 })
    expect(token.startsWith(key.prefix)).toBe(true)
    expect(stores.serialize().includes(Buffer.from(token))).toBe(false)
    expect(JSON.stringify(access.keys())).not.toContain(token)
    expect(access.callerOf(token, far)).toMatchObject({ who: { kind: 'key', name: 'Notes app' } })
    for (const wrong of [
      `${token}0`,
      token.slice(0, -1),
      token.replace(/.$/, token.endsWith('0') ? '1' : '0'),
      'sk-spark-x',
      'sk-spark-nobody000000-00',
    ])
      expect([wrong, await codeOf(() => access.callerOf(wrong, far))]).toEqual([wrong, 'key_wrong'])
    await clock.advance(30 * 86_400_000)
    expect(await codeOf(() => access.callerOf(token, far))).toBe('key_expired')
    expect(access.keys()[0]).toMatchObject({ expired: true })
    access.revokeKey(key.id)
    expect(await codeOf(() => access.callerOf(token, far))).toBe('key_wrong')
    expect(await codeOf(() => access.revokeKey(key.id))).toBe('not_found')
  })

  it('have names of their own, which say nothing else in Activity', async () => {
    access.createKey({ name: 'Notes app', scopes: ['use'], days: null })
    for (const name of ['Notes app', 'notes APP', 'owner', 'You']) {
      expect([name, await codeOf(() => access.createKey({ name, scopes: ['use'], days: null }))]).toEqual([name, 'key_name_taken'])
    }
  })

  it('say when they were last used, to the minute and in one write a minute', async () => {
    const { token } = access.createKey({ name: 'busy', scopes: ['use'], days: null })
    let writes = 0
    const { putKey } = stores.access
    Object.assign(stores.access, {
      putKey: (key: Parameters<typeof putKey>[0]) => {
        writes += 1
        return putKey(key)
      },
    })
    for (let at = 0; at < 100; at += 1) {
      access.callerOf(token, near)
      await clock.advance(1000)
    }
    expect(writes).toBe(2)
    expect(access.keys()[0]).toMatchObject({ usedFrom: near.address })
  })
})

describe('the record', () => {
  const entry = (outcome: 'done' | 'refused', address = '203.0.113.1') => ({
    caller: access.callerOf(null, { ...far, address }),
    operation: 'swaps.start',
    subject: 'a/b',
    outcome,
    code: outcome === 'done' ? null : 'sign_in_needed',
  })

  it('counts refusals alike instead of writing each, and no flood of them pushes out what was done', () => {
    access.record(entry('done'))
    for (let at = 0; at < 5000; at += 1) access.record(entry('refused', `203.0.${at >> 8}.${at & 255}`))
    const rows = access.audit(500)
    expect(rows.length).toBeLessThan(100)
    expect(rows.at(-1)).toMatchObject({ outcome: 'done', what: 'Switch to a model', subject: 'a/b', who: 'not signed in' })
  })

  it('says how many alike there were', async () => {
    for (let at = 0; at < 50; at += 1) access.record(entry('refused'))
    await clock.advance(61_000)
    access.record(entry('refused'))
    expect(access.audit(10).map(({ times }) => times)).toEqual([50, 1])
  })

  it('keeps the newest of each kind', () => {
    for (let at = 0; at < 6100; at += 1)
      stores.audit.append({
        at,
        kind: 'owner',
        who: 'owner',
        address: null,
        operation: 'x',
        subject: '',
        outcome: at % 2 === 0 ? 'done' : 'refused',
        code: null,
        times: 1,
      })
    const rows = stores.audit.recent(10_000)
    expect(rows.filter(({ outcome }) => outcome === 'done').length).toBe(3050)
    expect(rows.filter(({ outcome }) => outcome === 'refused').length).toBeLessThanOrEqual(1050)
    expect(rows[0]?.at).toBe(6099)
  })
})
