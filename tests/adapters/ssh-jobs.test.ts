import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { wrapperText } from '../../server/adapters/ssh/job-wrapper.ts'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import type { JobOrder, JobReading } from '../../server/app/ports.ts'
import { createFakeLog } from '../fakes/log.ts'
import { type FakeSshd, startSshd } from '../fakes/sshd.ts'

let door: FakeSshd
let sparks: ReturnType<typeof createSparks>
let fence = 0
let swap = ''

beforeAll(async () => {
  door = await startSshd()
  sparks = createSparks({ privateKey: () => door.privateKey, log: createFakeLog() })
  door.tool('record', '[ $# -eq 0 ] || printf "%s\\0" "$@" >"$HOME/seen"')
  // Says that it began, then works until it is ended.
  door.tool('work', 'echo "$1 began" >>"$HOME/runs"; trap "echo $1 ended >>$HOME/runs; exit 143" TERM; while :; do sleep 0.05; done')
  door.tool('stubborn', 'echo "$1 began" >>"$HOME/runs"; trap "" TERM; while :; do sleep 0.05; done')
})
afterEach(async () => {
  if (swap !== '') await sparks.endJob(door.machine, { swap, step: 'start' })
  door.write('runs', '')
})
afterAll(async () => {
  sparks.close()
  await door.stop()
})

/** A new order, later than every one before. */
function order(argv: readonly string[], change: Partial<JobOrder> = {}): JobOrder {
  fence += 1
  swap = change.swap ?? `swap${fence}`
  return { appliance: 'abc', fence, swap, step: 'start', argv, cwd: null, env: {}, ...change }
}
const read = (of: JobOrder, offset = 0): Promise<JobReading> => sparks.readJob(door.machine, { swap: of.swap, step: of.step }, offset)
const run = async (of: JobOrder): Promise<JobReading> => {
  await sparks.startJob(door.machine, of)
  for (;;) {
    const reading = await read(of)
    if (reading.state !== 'running') return reading
  }
}
const runs = (): string[] => door.read('runs').trim().split('\n').filter(Boolean)
const pidOf = (of: JobOrder): number => Number(door.read(`.spark-control/jobs/${of.swap}/${of.step}/pid`))

describe('words', () => {
  const hostile = [
    '',
    ' ',
    "it's",
    `"double" and 'single' and \\ back`,
    '$(touch pwned) `id` \x24{HOME} $HOME',
    'a;b && c | d > e < f & g',
    'line\nline\r\nline\ttab',
    '--flag={"a": [1, 2], "b": "c d"}',
    '*?[a]{b,c}~ !! #comment',
    'żółć 漢字 🦊 \u202e \u0007 \u001b[31m',
    "'\\''",
    'EOF\nspark_control_script\n}\nexit 1\n',
    'x'.repeat(10_000),
    "'\n".repeat(5_000),
    '-n',
    '%s%n\\0',
  ]

  it('reach the program byte for byte, however hostile', async () => {
    const reading = await run(order(['record', ...hostile]))
    expect(reading).toMatchObject({ state: 'ended', exitCode: 0, text: '' })
    expect(door.read('seen').split('\0').slice(0, -1)).toEqual(hostile)
    expect(door.exists('pwned')).toBe(false)
  })

  it('reach the program byte for byte, whatever they are', async () => {
    const word = fc
      .oneof(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.string({ unit: fc.constantFrom(...'\'"\\$`(){};&|<>*?!~#\n\r\t =%-'), maxLength: 60 }),
      )
      .filter((text) => !text.includes('\0') && text.isWellFormed())
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 12, maxLength: 16 }), async (words) => {
        const reading = await run(order(['record', ...words]))
        expect(reading.exitCode).toBe(0)
        expect(door.read('seen').split('\0').slice(0, -1)).toEqual(words)
      }),
      { numRuns: 20 },
    )
  }, 60_000)

  it('are refused when no machine could carry them', async () => {
    await expect(sparks.startJob(door.machine, order(['record', 'a\0b']))).rejects.toThrow(RangeError)
    await expect(sparks.startJob(door.machine, order(['record', '\ud800']))).rejects.toThrow(RangeError)
    await expect(sparks.startJob(door.machine, order(['record'], { step: '../../x' }))).rejects.toThrow(RangeError)
    await expect(sparks.startJob(door.machine, order(['record'], { env: { 'A;B': '1' } }))).rejects.toThrow(RangeError)
  })

  it('come with the folder and the environment that were ordered, and with ~/.local/bin', async () => {
    door.write('a folder/here', '')
    const job = order(['bash', '-c', 'pwd; echo "$HF_HOME"; echo "$PATH"'], { cwd: `${door.home}/a folder`, env: { HF_HOME: "a 'b'\n$c" } })
    const { text } = await run(job)
    expect(text).toContain(`${door.home}/a folder\na 'b'\n$c\n`)
    expect(text).toContain(`${door.home}/.local/bin`)
  })
})

describe('a job', () => {
  it('is absent, runs, ends with its exit code, and its output is read from where one left off', async () => {
    const job = order(['bash', '-c', 'echo żółć; echo more >&2; exit 7'])
    expect(await read(job)).toEqual({ state: 'absent', exitCode: null, text: '', nextOffset: 0 })
    expect(await run(job)).toEqual({ state: 'ended', exitCode: 7, text: 'żółć\nmore\n', nextOffset: 14 })
    expect(await read(job, 9)).toMatchObject({ text: 'more\n', nextOffset: 14 })
    expect(await read(job, 14)).toMatchObject({ text: '', nextOffset: 14 })
  })

  it('hands out a long output in pieces that never cut a character', async () => {
    const job = order(['bash', '-c', 'printf xx; for ((i = 0; i < 40000; i++)); do printf 漢; done'])
    const whole = await run(job)
    const rest = await read(job, whole.nextOffset)
    expect(whole.text + rest.text).toBe(`xx${'漢'.repeat(40_000)}`)
  })

  it('says in its output when the program is not there', async () => {
    const reading = await run(order(['no-such-program']))
    expect(reading.exitCode).toBe(127)
    expect(reading.text).toContain('no-such-program')
  })

  it('is started once, however often it is ordered', async () => {
    const job = order(['bash', '-c', 'echo run >>"$HOME/runs"'])
    await run(job)
    await sparks.startJob(door.machine, job)
    await sparks.startJob(door.machine, job)
    expect(await read(job)).toMatchObject({ state: 'ended', exitCode: 0 })
    expect(runs()).toEqual(['run'])
  })

  it('is started once by many who order it at the same instant', async () => {
    const job = order(['bash', '-c', 'echo run >>"$HOME/runs"; sleep 0.2'])
    const other = createSparks({ privateKey: () => door.privateKey, log: createFakeLog() })
    await Promise.all([1, 2, 3, 4, 5, 6].map((n) => (n % 2 === 0 ? sparks : other).startJob(door.machine, job)))
    expect(await run(job)).toMatchObject({ state: 'ended', exitCode: 0 })
    expect(runs()).toEqual(['run'])
    other.close()
  })

  it('goes on when the connection is lost', async () => {
    const job = order(['bash', '-c', 'sleep 0.6; echo done'])
    await sparks.startJob(door.machine, job)
    door.dropConnections()
    await expect.poll(() => read(job).catch(() => null), { timeout: 5000 }).toMatchObject({ state: 'ended', exitCode: 0, text: 'done\n' })
  })

  it('is lost, not ended, when it was killed', async () => {
    const job = order(['work', 'a'])
    await sparks.startJob(door.machine, job)
    await expect.poll(runs).toEqual(['a began'])
    expect(await read(job)).toMatchObject({ state: 'running', exitCode: null })
    process.kill(-pidOf(job), 'SIGKILL')
    await expect.poll(() => read(job)).toMatchObject({ state: 'lost', exitCode: null })
  })

  it('is lost when the machine restarted', async () => {
    const job = order(['work', 'a'])
    await sparks.startJob(door.machine, job)
    await expect.poll(runs).toEqual(['a began'])
    const bootId = `${door.proc}/sys/kernel/random/boot_id`
    const before = readFileSync(bootId, 'utf8')
    writeFileSync(bootId, 'another-boot\n')
    const reading = await read(job)
    writeFileSync(bootId, before)
    expect(reading.state).toBe('lost')
  })

  it('is not mistaken for another process that got its number', async () => {
    const job = order(['work', 'a'])
    await sparks.startJob(door.machine, job)
    await expect.poll(runs).toEqual(['a began'])
    const startTime = `.spark-control/jobs/${job.swap}/start/start_time`
    const before = door.read(startTime)
    door.write(startTime, '1\n')
    const reading = await read(job)
    await sparks.endJob(door.machine, { swap: job.swap, step: 'start' })
    const untouched = runs()
    door.write(startTime, before)
    expect(reading.state).toBe('lost')
    expect(untouched).toEqual(['a began'])
  })

  it('is ended with its whole group when that is asked', async () => {
    const job = order(['work', 'a'])
    await sparks.startJob(door.machine, job)
    await expect.poll(runs).toEqual(['a began'])
    await sparks.endJob(door.machine, { swap: job.swap, step: 'start' })
    expect(await read(job)).toMatchObject({ state: 'ended', exitCode: 143 })
    expect(runs()).toEqual(['a began', 'a ended'])
    await sparks.endJob(door.machine, { swap: job.swap, step: 'start' })
  })

  it('is killed when it does not end by itself', async () => {
    const job = order(['stubborn', 'a'])
    await sparks.startJob(door.machine, job)
    await expect.poll(runs).toEqual(['a began'])
    await sparks.endJob(door.machine, { swap: job.swap, step: 'start' })
    expect(await read(job)).toMatchObject({ state: 'ended', exitCode: 137 })
  }, 40_000)

  it('leaves room: only the newest folders stay', async () => {
    for (let index = 0; index < 25; index += 1) await run(order(['true']))
    expect(door.exists(`.spark-control/jobs/${swap}`)).toBe(true)
    expect(door.exists(`.spark-control/jobs/swap${fence - 24}`)).toBe(false)
    expect(door.exists(`.spark-control/jobs/swap${fence - 10}`)).toBe(true)
  }, 30_000)
})

describe('the wrapper of a job', () => {
  it('waits for the lock of an unknown order, then gives up with exit code 75 and starts nothing', async () => {
    const folder = `${door.home}/.spark-control/jobs/by-hand/start`
    door.write('.spark-control/jobs/by-hand/start/argv', 'touch\0by-hand-ran\0')
    for (const name of ['env', 'cwd']) door.write(`.spark-control/jobs/by-hand/start/${name}`, '')
    door.write('.spark-control/jobs/by-hand/start/fence', `${fence} abc by-hand\n`)
    door.write('.spark-control/holder', 'not a holder\n')
    // The same text with a minute made a second.
    door.write('impatient.sh', wrapperText.replaceAll('SECONDS + 60', 'SECONDS + 1'))
    const env = { HOME: door.home, PATH: '/usr/bin:/bin', SPARK_CONTROL_PROC: door.proc }
    const held = spawn('bash', ['-c', 'exec 9>>"$HOME/.spark-control/lock"; flock 9; exec sleep 30'], { env, detached: true })
    await new Promise((resolve) => setTimeout(resolve, 200))
    execFileSync('bash', [`${door.home}/impatient.sh`, folder], { env, cwd: door.home, stdio: 'ignore' })
    process.kill(-(held.pid ?? 0), 'SIGKILL')
    expect(door.read('.spark-control/jobs/by-hand/start/rc')).toBe('75\n')
    expect(door.exists('by-hand-ran')).toBe(false)
    expect(wrapperText).toContain('SECONDS + 60')
  })
})

describe('a fence', () => {
  it('is written, seen by the next poll, and never lowered', async () => {
    fence += 5
    await sparks.takeFence(door.machine, { appliance: 'abc', fence, swap: 'high' })
    await sparks.takeFence(door.machine, { appliance: 'abc', fence, swap: 'high' })
    await expect(sparks.takeFence(door.machine, { appliance: 'xyz', fence: fence - 1, swap: 'low' })).rejects.toMatchObject({
      code: 'fence_refused',
      facts: { machine: 'spark-1', appliance: 'abc', fence },
    })
    expect((await sparks.probe(door.machine, [])).fence).toEqual({ appliance: 'abc', fence, swap: 'high' })
  })

  it('of the same number belongs to one appliance and one swap alone', async () => {
    fence += 1
    await sparks.takeFence(door.machine, { appliance: 'abc', fence, swap: 'one' })
    await expect(sparks.takeFence(door.machine, { appliance: 'xyz', fence, swap: 'one' })).rejects.toMatchObject({ code: 'fence_refused' })
    const later = { appliance: 'xyz', fence: fence + 100, swap: 'one' }
    await expect(sparks.takeFence(door.machine, later)).rejects.toMatchObject({ code: 'fence_refused', facts: { appliance: 'abc', fence } })
    await expect(sparks.takeFence(door.machine, { appliance: 'abc', fence, swap: 'two' })).rejects.toMatchObject({ code: 'fence_refused' })
  })

  it('refuses a job of an earlier order, which leaves no trace', async () => {
    const late = order(['work', 'late'])
    fence += 1
    await sparks.takeFence(door.machine, { appliance: 'abc', fence, swap: 'later' })
    await expect(sparks.startJob(door.machine, late)).rejects.toMatchObject({ code: 'fence_refused', facts: { fence } })
    expect(await read(late)).toMatchObject({ state: 'absent' })
    expect(runs()).toEqual([])
  })

  it('alone never ends a job', async () => {
    const job = order(['work', 'a'])
    await sparks.startJob(door.machine, job)
    await expect.poll(runs).toEqual(['a began'])
    fence += 1
    await sparks.takeFence(door.machine, { appliance: 'abc', fence, swap: 'later' })
    expect(await read(job)).toMatchObject({ state: 'running' })
  })

  it('ends a live job of an earlier order before the new one begins', async () => {
    const old = order(['work', 'old'])
    await sparks.startJob(door.machine, old)
    await expect.poll(runs).toEqual(['old began'])
    const next = order(['work', 'new'])
    await sparks.startJob(door.machine, next)
    await expect.poll(runs).toEqual(['old began', 'old ended', 'new began'])
    expect(await read(old)).toMatchObject({ state: 'ended', exitCode: 143 })
    expect((await read(next)).state).toBe('running')
  })

  it('ends what a killed wrapper of an earlier order left running before the new one begins', async () => {
    const old = order(['work', 'old'])
    await sparks.startJob(door.machine, old)
    await expect.poll(runs).toEqual(['old began'])
    process.kill(pidOf(old), 'SIGKILL')
    await expect.poll(async () => (await read(old)).state).toBe('lost')
    await sparks.startJob(door.machine, order(['work', 'new']))
    await expect.poll(runs).toEqual(['old began', 'old ended', 'new began'])
  })

  it('raised while a job waits for the lock keeps that job from starting', async () => {
    const first = order(['work', 'first'])
    await sparks.startJob(door.machine, first)
    await expect.poll(runs).toEqual(['first began'])
    // The same order number, another step: it waits for the first and does not end it.
    const second = { ...first, step: 'second' }
    await sparks.startJob(door.machine, second)
    fence += 1
    await sparks.takeFence(door.machine, { appliance: 'abc', fence, swap: 'later' })
    await sparks.endJob(door.machine, { swap: first.swap, step: 'start' })
    await expect.poll(() => read(second)).toMatchObject({ state: 'ended', exitCode: 79 })
    expect(runs()).toEqual(['first began', 'first ended'])
  })

  it('lets the next step of the same order begin when the one before has ended, whatever that left behind', async () => {
    const first = order(['bash', '-c', 'sleep 5 & echo first'])
    await run(first)
    const second = { ...first, step: 'second', argv: ['echo', 'second'] }
    const began = performance.now()
    expect(await run(second)).toMatchObject({ exitCode: 0, text: 'second\n' })
    expect(performance.now() - began).toBeLessThan(4000)
  })
})
