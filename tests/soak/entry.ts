// `make soak ONLY=entry`: a wrong key or password costs the same time as a right one. Kinds of tries take turns in one run, and what
// is compared is the ratio of their medians: the computer may be as slow or as busy as it likes.
import { openStores } from '../../server/adapters/sqlite/open.ts'
import { createSystemIds } from '../../server/adapters/system/ids.ts'
import { createPasswords } from '../../server/adapters/system/passwords.ts'
import { createAccess } from '../../server/app/access.ts'
import { createSettings } from '../../server/app/settings.ts'
import { spreadOf } from '../bench/figure.ts'
import { type Closing, openFolder } from '../bench/ground.ts'
import { beginLife } from '../e2e/life.ts'
import { setUpCode } from '../fakes/access.ts'
import { createFakeSealer } from '../fakes/sealer.ts'
import type { PartOptions } from './parts.ts'
import type { Measured, PartResult } from './record.ts'

/** What a wrong one may cost more or less than a right one: less than a network hides. */
const mostApart = 0.1
const password = 'four words in a row'

type Kinds = Readonly<Record<string, () => Promise<unknown>>>

/** Milliseconds of every kind, tried in turns; the first rounds are for the compiler. */
async function inTurns(kinds: Kinds, rounds: number): Promise<ReadonlyMap<string, readonly number[]>> {
  const taken = new Map(Object.keys(kinds).map((name): [string, number[]] => [name, []]))
  const warmUp = Math.ceil(rounds / 10)
  for (let round = -warmUp; round < rounds; round += 1) {
    // Each kind comes first as often as last: what the one before leaves behind is shared fairly.
    const names = Object.keys(kinds)
    const turned = names.map((_, at) => names[(at + round + warmUp) % names.length] ?? '')
    for (const name of turned) {
      const from = performance.now()
      await kinds[name]?.()
      if (round >= 0) taken.get(name)?.push(performance.now() - from)
    }
  }
  return taken
}

function compared(what: string, taken: ReadonlyMap<string, readonly number[]>): Measured[] {
  const [[, right = []] = [], ...others] = [...taken]
  const of = spreadOf(right).median
  return [
    { what: `${what}, right: median, ms`, target: null, value: of.toFixed(2), met: null },
    ...others.map(([name, values]): Measured => {
      const ratio = spreadOf(values).median / of
      return {
        what: `${what}, ${name}: times as long as a right one`,
        target: 'between 0.9 and 1.1',
        value: ratio.toFixed(3),
        met: Math.abs(ratio - 1) <= mostApart,
      }
    }),
  ]
}

/** The whole sign-in over a database on a disk. The clock jumps between tries, or the limit on them would be what is measured. */
async function passwords(closing: Closing, rounds: number): Promise<Measured[]> {
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const ids = createSystemIds()
  let now = Date.now()
  const clock = { now: () => now }
  const stores = openStores({ path: `${openFolder(closing)}/entry.sqlite`, ids, log: quiet })
  closing.add(() => stores.close())
  const settings = createSettings({ store: stores.settings, clock, env: {}, sealer: createFakeSealer() })
  const wayIn = { loopback: false, code: setUpCode, localKey: ids.secret(), passwords: createPasswords() }
  const access = createAccess({ ...wayIn, clock, ids, log: quiet, store: stores, settings })
  const origin = { address: '192.168.1.20', near: true, strangeProxy: null }
  const ask = { ...origin, agent: 'Firefox', device: null }
  const attempt = (given: string) => async () => {
    now += 3_600_000
    await access.signIn({ ...ask, given }).catch(() => undefined)
  }
  await access.setPassword({ ...ask, given: password, caller: access.callerOf(setUpCode, origin), current: null })
  const kinds = { right: attempt(password), wrong: attempt('four words in a rOw'), empty: attempt(''), long: attempt('x'.repeat(1000)) }
  return compared('A password', await inTurns(kinds, rounds))
}

/** Over HTTP, at an operation that answers everybody the same way: what differs is the key alone. */
async function keys(closing: Closing, rounds: number): Promise<Measured[]> {
  const life = await beginLife({ dataDir: openFolder(closing), built: true, env: { LOG_LEVEL: 'error' } })
  closing.add(() => life.stop())
  const made = await fetch(`${life.url}/api/keys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Notes app', scopes: ['use'] }),
  })
  const { token } = (await made.json()) as { token: string }
  const wrongEnd = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`
  const unknown = token.replace(/-[a-z0-9]{12}-/, '-nobody000000-')
  const shown = (one: string) => async () => {
    const answer = await fetch(`${life.url}/api/access`, { headers: { authorization: `Bearer ${one}` } })
    await answer.arrayBuffer()
  }
  const kinds = { right: shown(token), 'wrong in its last letter': shown(wrongEnd), 'of no app': shown(unknown) }
  return compared('A key', await inTurns(kinds, rounds))
}

export async function runEntry(closing: Closing, { count = 60, seed, say }: PartOptions): Promise<PartResult> {
  const ofPasswords = await passwords(closing, count)
  say('passwords are measured')
  const ofKeys = await keys(closing, count * 25)
  const rounds = {
    what: 'Rounds of a password and of a key',
    target: '60 and 1,500',
    value: `${count} and ${count * 25}`,
    met: count >= 60,
  }
  return { command: `make soak ONLY=entry COUNT=${count} SEED=${seed}`, measured: [rounds, ...ofPasswords, ...ofKeys] }
}
