// Logs over a real sshd: what a script on the machine stands for docker and journalctl. Nothing of a follower stays on the machine.
import { execFileSync } from 'node:child_process'
import { afterEach, describe, expect, test } from 'vitest'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import type { LogSource } from '../../server/app/log-ports.ts'
import type { LogLine } from '../../server/domain/log-line.ts'
import { createFakeLog } from '../fakes/log.ts'
import { type FakeSshd, type SshdOptions, startSshd } from '../fakes/sshd.ts'

const open: { close?: () => void; stop?: () => Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) {
    one.close?.()
    await one.stop?.()
  }
})

/** `docker` notes its words, then does as `body` says. */
async function world(body: string, options: SshdOptions = {}) {
  const door = await startSshd(options)
  const sparks = createSparks({ privateKey: () => door.privateKey, log: createFakeLog() })
  open.push(door, sparks)
  door.tool('docker', `printf '%s\\n' "$*" >>"$HOME/asked"\n${body}`)
  return { door, sparks, asked: () => door.read('asked').trimEnd().split('\n') }
}

const kokoro: LogSource = { kind: 'container', name: 'kokoro' }
const stamp = (second: number): string => `2026-11-20T10:00:0${second}.000000000Z`
const ready = `printf '%s\\n' '${stamp(1)} loading' '${stamp(2)} ready' >&2`
const texts = (lines: readonly LogLine[]): readonly string[] => lines.map((line) => line.text)

/** Processes with the machine's home in their environment whose command line has this word. */
function left(door: FakeSshd, word: string): readonly string[] {
  const list = execFileSync('bash', ['-c', `grep -l "HOME=${door.home}" /proc/[0-9]*/environ 2>/dev/null || true`]).toString()
  const pids = list.split('\n').flatMap((path) => /\/proc\/(\d+)\//.exec(path)?.[1] ?? [])
  return pids.flatMap((pid) => {
    const words = execFileSync('bash', ['-c', `tr '\\0' ' ' </proc/${pid}/cmdline 2>/dev/null || true`]).toString()
    return words.includes(word) ? [words] : []
  })
}

async function until(what: string, done: () => boolean, limitMs = 20_000): Promise<void> {
  const end = Date.now() + limitMs
  while (!done()) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('a piece', () => {
  test('is the newest lines, from stderr too, and goes on from an instant', async () => {
    const { door, sparks, asked } = await world(ready)
    const { lines, cut } = await sparks.readLog(door.machine, kokoro, { since: null, lines: 2 })
    expect([texts(lines), cut]).toEqual([['loading', 'ready'], false])
    await sparks.readLog(door.machine, kokoro, { since: stamp(2), lines: 5 })
    expect(asked()).toEqual(['logs -t --tail 2 kokoro', `logs -t --tail all --since ${stamp(2)} kokoro`])
  })

  test.each([
    ['echo "Error response from daemon: No such container: kokoro" >&2; exit 1', 'log_absent', /no container "kokoro"/],
    ['echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1', 'log_unreadable', /may not use docker/],
    [
      'echo "Error response from daemon: configured logging driver does not support reading" >&2; exit 1',
      'log_unreadable',
      /does not support reading/,
    ],
  ])('that cannot be had is told: %s', async (body, code, words) => {
    const { door, sparks } = await world(body)
    const failed = sparks.readLog(door.machine, kokoro, { since: null, lines: 2 })
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringMatching(words) })
    await expect(sparks.searchLog(door.machine, kokoro, 'x', 5)).rejects.toMatchObject({ code })
    await expect(
      sparks.streamLog(door.machine, kokoro, { lines: null, since: null, follow: true }, () => undefined, new AbortController().signal),
    ).rejects.toMatchObject({ code })
  })

  test('of a log that never ends, that is binary, or that is one endless line is bounded', async () => {
    const { door, sparks } = await world(
      `case $* in *kokoro) yes '${stamp(1)} again' ;; *binary) printf '${stamp(1)} '; head -c 3000000 /dev/urandom ;; *line) printf '${stamp(1)} '; tr '\\0' x </dev/zero ;; esac`,
    )
    const endless = await sparks.readLog(door.machine, kokoro, { since: stamp(1), lines: 10 })
    expect([endless.cut, endless.lines.length > 1_000]).toEqual([true, true])
    const binary = await sparks.readLog(door.machine, { kind: 'container', name: 'binary' }, { since: null, lines: 10 })
    for (const { text } of binary.lines) expect(text).toMatch(/^[\t\P{Cc}]*$/u)
    const line = await sparks.readLog(door.machine, { kind: 'container', name: 'line' }, { since: null, lines: 10 })
    expect(line.lines.every(({ text }) => text.length < 3_000)).toBe(true)
    await until('nothing is left of it', () => left(door, 'yes').length + left(door, '/dev/zero').length === 0)
  }, 60_000)
})

describe('a search', () => {
  test('takes words as they are, small and large alike, and as one word of the command', async () => {
    const { door, sparks } = await world(
      `printf '%s\\n' '${stamp(1)} GET /Health' "${stamp(2)} it's \\$(here) -e" '${stamp(3)} .*' '${stamp(4)} Grüße'`,
    )
    const find = async (words: string): Promise<readonly string[]> => texts((await sparks.searchLog(door.machine, kokoro, words, 5)).lines)
    expect(await find('get /health')).toEqual(['GET /Health'])
    expect(await find(`it's $(here) -e`)).toEqual([`it's $(here) -e`])
    expect(await find('.*')).toEqual(['.*'])
    expect(await find('-e')).toEqual([`it's $(here) -e`])
    expect(await find('grüße')).toEqual(['Grüße'])
    expect(await find(`'; touch "$HOME/broken"; '`)).toEqual([])
    expect(door.exists('broken')).toBe(false)
  })

  test('looks through a long log and gives the newest', async () => {
    const { door, sparks } = await world(`seq 1 50000 | sed 's/^/${stamp(1)} line /'`)
    const { lines, cut } = await sparks.searchLog(door.machine, kokoro, 'line 4', 3)
    expect([texts(lines), cut]).toEqual([['line 49997', 'line 49998', 'line 49999'].map((text) => text), false])
  })
})

describe('a stream', () => {
  const follow = (door: FakeSshd, sparks: ReturnType<typeof createSparks>, source = kokoro) => {
    const seen: LogLine[] = []
    const leaving = new AbortController()
    const over = sparks.streamLog(
      door.machine,
      source,
      { lines: 10, since: null, follow: true },
      (lines) => void seen.push(...lines),
      leaving.signal,
    )
    return {
      seen,
      leaving,
      over: over.then(
        () => 'over',
        (error: unknown) => error,
      ),
    }
  }

  test('tells lines as they come, and nothing runs on when its reader leaves, though the log is quiet', async () => {
    const { door, sparks, asked } = await world(
      `${ready}; while [ ! -e "$HOME/more" ]; do sleep 0.1; done; echo '${stamp(3)} more'; exec sleep 1234`,
    )
    const { seen, leaving, over } = follow(door, sparks)
    await until('the tail', () => seen.length === 2)
    door.write('more', '')
    await until('the next line', () => texts(seen).includes('more'))
    expect(asked()).toEqual(['logs -t -f --tail 10 kokoro'])
    expect(left(door, 'sleep 1234')).toHaveLength(1)
    leaving.abort(new Error('enough'))
    expect(await over).toMatchObject({ message: 'enough' })
    await until('nothing is left', () => left(door, 'sleep 1234').length === 0)
    await until('no shell is left', () => left(door, 'bash').length === 0)
  }, 40_000)

  test('a lost connection ends it on both sides', async () => {
    const { door, sparks } = await world(`${ready}; exec sleep 1234`)
    const { seen, over } = follow(door, sparks)
    await until('the tail', () => seen.length === 2)
    door.dropConnections()
    expect(await over).toMatchObject({ code: 'machine_unreachable' })
    await until('nothing is left', () => left(door, 'sleep 1234').length === 0)
  }, 40_000)

  test('is over when what it follows ends', async () => {
    const { door, sparks } = await world(ready)
    const { seen, over } = follow(door, sparks)
    expect([await over, texts(seen)]).toEqual(['over', ['loading', 'ready']])
  })

  test('a slow reader lets the machine wait: memory stays small however much is written', async () => {
    const { door, sparks } = await world(`exec yes '${stamp(1)} ${'x'.repeat(200)}'`)
    const leaving = new AbortController()
    let heard = 0
    const over = sparks
      .streamLog(
        door.machine,
        kokoro,
        { lines: null, since: null, follow: false },
        async (lines) => {
          heard += lines.length
          await new Promise((resolve) => setTimeout(resolve, 100))
        },
        leaving.signal,
      )
      .catch(() => undefined)
    await until('it began', () => heard > 0)
    const before = process.memoryUsage().rss
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
    leaving.abort()
    await over
    await until('nothing is left', () => left(door, 'yes').length === 0)
  }, 40_000)

  test('of a unit of the user comes from the journal', async () => {
    const { door, sparks } = await world('exit 1')
    door.tool('journalctl', `printf '%s\\n' "$*" >>"$HOME/asked"; echo '2026-11-20T10:00:01.000001+0000 spark-1 bot[7]: hello'`)
    const unit: LogSource = { kind: 'unit', name: 'matrix-bridge.service' }
    const { seen, over } = follow(door, sparks, unit)
    expect([await over, seen]).toEqual(['over', [{ stamp: '2026-11-20T10:00:01.000001000Z', text: 'spark-1 bot[7]: hello' }]])
    expect(texts((await sparks.readLog(door.machine, unit, { since: stamp(1), lines: 3 })).lines)).toEqual(['spark-1 bot[7]: hello'])
    expect(door.read('asked')).toContain('-u matrix-bridge.service -n all --since 2026-11-20 10:00:01.000000 UTC')
  })
})

test('what could be an option or a second command never becomes a word', async () => {
  const { door, sparks } = await world(ready)
  for (const name of ['--help', '-f', 'a b', 'a;b', '$(a)', '', 'a\nb'])
    await expect(sparks.readLog(door.machine, { kind: 'container', name }, { since: null, lines: 1 })).rejects.toThrow(RangeError)
  await expect(sparks.readLog(door.machine, kokoro, { since: 'yesterday; id', lines: 1 })).rejects.toThrow(RangeError)
  expect(door.exists('asked')).toBe(false)
})
