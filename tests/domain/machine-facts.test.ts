import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { agreements, type OfMachine } from '../../server/domain/agreement.ts'
import { letGoCommand, letGoLine } from '../../server/domain/drop-caches.ts'
import { gpuReasons, gpuReasonWord, heldBackBy, readReasons, reasonsInWords } from '../../server/domain/gpu-reasons.ts'
import { type LauncherChanges, standingOf, updateRefusal } from '../../server/domain/inspection.ts'
import { badDriver, badDrivers } from '../../server/domain/known-drivers.ts'
import type { Observation } from '../../server/domain/machine.ts'
import { type BootRecord, bootsOf, isUnexpected, noMachineFacts } from '../../server/domain/machine-facts.ts'
import { afterLook, heldLong, isFabricDown, type MachineMarks, noMarks } from '../../server/domain/machine-marks.ts'
import { machineNotes, machineWell } from '../../server/domain/machine-notes.ts'
import { memoryParts, memorySentence } from '../../server/domain/memory-parts.ts'
import { buildMachine, buildNow, buildObservation, buildView } from '../fakes/builders.ts'

describe('what holds a GPU back', () => {
  it('is every bit of the mask and no other', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...gpuReasons)), fc.integer({ min: 0, max: 0xffff }), (chosen, unknown) => {
        const known = chosen.reduce((bits, one) => bits | (1n << BigInt(gpuReasons.indexOf(one))), 0n)
        const mask = `0x${(known | (BigInt(unknown) << 16n)).toString(16).padStart(16, '0')}`
        const read = readReasons(mask) ?? []
        expect(new Set(read)).toEqual(new Set(chosen))
        for (const one of heldBackBy(read)) expect(reasonsInWords(read)).toContain(gpuReasonWord[one])
      }),
    )
  })
  it.each(['', '[N/A]', 'Active', '0x', '0xzz', '12', `0x${'f'.repeat(17)}`])('is not known from "%s"', (text) => {
    expect(readReasons(text)).toBeNull()
  })
})

describe('starts', () => {
  const records = fc.array(
    fc.record({ kind: fc.constantFrom('reboot' as const, 'shutdown' as const), at: fc.integer({ min: 1, max: 500 }) }),
    {
      maxLength: 30,
    },
  )
  it('are unexpected exactly when no shut-down lies between them and the start before; order in the file does not matter', () => {
    fc.assert(
      fc.property(records, fc.infiniteStream(fc.nat()), (all, order) => {
        const boots = bootsOf(all, [])
        expect(boots.map((boot) => boot.at)).toEqual(boots.map((boot) => boot.at).toSorted((a, b) => b - a))
        for (const [index, boot] of boots.entries()) {
          const before = all
            .filter((one) => one.kind === 'reboot')
            .map((one) => one.at)
            .toSorted((a, b) => b - a)[index + 1]
          if (before === undefined) expect(isUnexpected(boot)).toBeNull()
          else {
            const asked = all.some((one) => one.kind === 'shutdown' && one.at >= before && one.at <= boot.at)
            expect(isUnexpected(boot)).toBe(!asked)
          }
        }
        const keyed = all.map((one) => ({ one, key: order.next().value ?? 0 }))
        const mixed: BootRecord[] = keyed.toSorted((a, b) => a.key - b.key).map(({ one }) => one)
        expect(bootsOf(mixed, [])).toEqual(boots)
      }),
    )
  })
  it('name heat and the power key where the journal does', () => {
    const two = [1, 2].map((at): BootRecord => ({ kind: 'reboot', at }))
    expect(bootsOf(two, ['thermal thermal_zone0: critical temperature reached'])[0]?.cause).toBe('heat')
    expect(bootsOf(two, ['Power key pressed short.'])[0]?.cause).toBe('power_key')
    expect(bootsOf(two, ['Reached target'])[0]?.cause).toBe('unknown')
  })
})

const bytes = fc.integer({ min: 0, max: 200e9 })
test('the parts of memory add up to the whole, whatever the driver says, and none is below zero', () => {
  const programs = fc.option(fc.array(fc.record({ name: fc.string(), container: fc.option(fc.constantFrom('vllm_node', 'stt')), bytes })), {
    nil: null,
  })
  fc.assert(
    fc.property(bytes, bytes, bytes, programs, (totalBytes, availableBytes, freeBytes, held) => {
      const memory = { totalBytes, availableBytes, freeBytes, cachedBytes: 0, pressure: null }
      const parts = memoryParts({ memory, facts: { ...noMachineFacts, programs: held } }, 'vllm_node')
      const { totalBytes: whole, engineBytes, servicesBytes, ...others } = parts
      const shares = [engineBytes ?? 0, servicesBytes ?? 0, ...Object.values(others)]
      for (const share of shares) expect(share).toBeGreaterThanOrEqual(0)
      expect(shares.reduce((sum, one) => sum + one, 0)).toBeCloseTo(whole, -1)
      expect(engineBytes === null).toBe(held === null)
      expect(memorySentence(parts)).toMatch(/^Of .+ holds? .+ are free\.$/)
    }),
  )
})

type Seen = Pick<Observation, 'at' | 'bootId' | 'gpu' | 'facts'>
const look = (
  at: number,
  change: Partial<{ load: number; reasons: readonly (typeof gpuReasons)[number][]; up: boolean; free: number }>,
): Seen => ({
  at,
  bootId: 'one',
  gpu: { loadPercent: change.load ?? 97, temperatureC: 80, powerW: 60, smMHz: 1200 },
  facts: {
    ...noMachineFacts,
    gpu: { maxMHz: 3003, reasons: change.reasons ?? [] },
    ports: [{ device: 'a', link: 'b', active: change.up ?? true, gbps: 200 }],
    disks: [{ path: '/', totalBytes: 1000, freeBytes: change.free ?? 500 }],
  },
})
const marksOf = (looks: readonly Seen[]): MachineMarks => looks.reduce(afterLook, noMarks)
const every = (ms: number, count: number, of: (index: number) => Parameters<typeof look>[1]): Seen[] =>
  Array.from({ length: count }, (_, index) => look(1000 + index * ms, of(index)))

describe('marks do not flap', () => {
  it('a GPU is held back for long after five minutes, and no longer when it was free for two', () => {
    expect(heldLong(marksOf(every(5000, 60, () => ({ reasons: ['heat'] }))))).toBeNull()
    const long = every(5000, 62, (index) => ({ reasons: index % 7 === 3 ? [] : ['heat'] }))
    expect(heldLong(marksOf(long))).toMatchObject({ by: ['heat'], since: 1000 })
    const later = (ms: number): Seen => look((long.at(-1)?.at ?? 0) + ms, {})
    expect(heldLong(marksOf([...long, later(60_000)]))).not.toBeNull()
    expect(heldLong(marksOf([...long, later(60_000), later(130_000)]))).toBeNull()
  })
  it('an idle GPU at its power cap is not held back, nor one that somebody set a clock for', () => {
    expect(heldLong(marksOf(every(5000, 200, () => ({ reasons: ['power_cap', 'idle'], load: 3 }))))).toBeNull()
    expect(heldLong(marksOf(every(5000, 200, () => ({ reasons: ['setting'] }))))).toBeNull()
  })
  it('a cable is down after half a minute, and up at the first look that says so', () => {
    expect(isFabricDown(marksOf(every(5000, 6, () => ({ up: false }))))).toBe(false)
    expect(isFabricDown(marksOf(every(5000, 7, () => ({ up: false }))))).toBe(true)
    expect(isFabricDown(marksOf([...every(5000, 7, () => ({ up: false })), look(99_000, {})]))).toBe(false)
  })
  it('a file system that hovers about one share is told once, not at every look', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 20, max: 39 }), { minLength: 1, maxLength: 40 }), (frees) => {
        const told = frees.map(
          (_, index) => marksOf(frees.slice(0, index + 1).map((free, at) => look(at * 5000 + 1, { free }))).full.length > 0,
        )
        expect(told.filter((one, index) => one !== (told[index - 1] ?? false)).length).toBeLessThanOrEqual(1)
      }),
    )
  })
  it('a restart begins anew', () => {
    const held = marksOf(every(5000, 80, () => ({ reasons: ['heat'], up: false, free: 1 })))
    expect(afterLook(held, { ...look(500_000, {}), bootId: 'two' })).toMatchObject({ held: null, full: [], fabricDownSince: null })
  })
  it('holds for any order of looks: times only go forward, and what is held is among the reasons of a look', () => {
    const looks = fc.array(
      fc.record({ gap: fc.integer({ min: 1, max: 400_000 }), load: fc.nat(100), reasons: fc.subarray([...gpuReasons]) }),
      { maxLength: 40 },
    )
    fc.assert(
      fc.property(looks, (all) => {
        let at = 0
        let marks = noMarks
        for (const one of all) {
          at += one.gap
          marks = afterLook(marks, look(at, one))
          if (marks.held === null) continue
          expect(marks.held.since).toBeLessThanOrEqual(marks.held.until)
          expect(marks.held.until).toBeLessThanOrEqual(at)
          expect(heldBackBy(marks.held.by)).toEqual(marks.held.by)
        }
      }),
    )
  })
})

describe('what needs a hand', () => {
  const facts = { now: buildNow, marks: noMarks, acrossSparks: () => null }
  const codes = (change: Parameters<typeof buildObservation>[0], more: Partial<Parameters<typeof machineNotes>[1]> = {}): string[] =>
    machineNotes({ machine: buildMachine(), observation: buildObservation(change) }, { ...facts, ...more }).map((note) => note.code)

  it('is nothing on a Spark that is well, and nothing is said of one that was never seen', () => {
    expect(codes({})).toEqual([])
    expect(machineNotes({ machine: buildMachine(), observation: null }, facts)).toEqual([])
  })
  it.each(badDrivers.map((one) => [one.series]))('is a driver of the series %i, with the reason and what to do', (series) => {
    expect(codes({ driver: `${series}.44.01` })).toEqual(['bad_driver'])
    expect(badDriver(`${series}0.1`)).toBeNull()
    expect(badDriver(null)).toBeNull()
  })
  it('is a start within a day that nobody asked for', () => {
    const started = (hours: number, cause: 'unknown' | 'asked' | 'heat' | null) => ({
      facts: { ...noMachineFacts, boots: [{ at: buildNow - hours * 3_600_000, cause }] },
    })
    expect(codes(started(3, 'unknown'))).toEqual(['unexpected_restart'])
    expect(codes(started(3, 'heat'))).toEqual(['unexpected_restart'])
    expect(codes(started(25, 'unknown'))).toEqual([])
    expect(codes(started(3, 'asked'))).toEqual([])
    expect(codes(started(3, null))).toEqual([])
  })
  it('is a cable that is down only where a model needs two Sparks', () => {
    const marks = { ...noMarks, at: 100_000, fabricDownSince: 1 }
    expect(codes({}, { marks })).toEqual([])
    expect(codes({}, { marks, acrossSparks: () => 'Qwen3 235B' })).toEqual(['fabric_down'])
  })

  const pollMs = 5000
  it('is never called well where something it rests on is not known', () => {
    const well = (view: ReturnType<typeof buildView>, more = {}): string =>
      machineWell(view, { now: buildNow, pollMs, notes: [], danger: null, pressure: null, ...more }).state
    expect(well(buildView())).toBe('well')
    expect(well(buildView({}, null))).toBe('unwell')
    expect(well({ ...buildView({}, null), reach: 'unknown' })).toBe('unknown')
    expect(well(buildView({}, { at: buildNow - 16_000 }))).toBe('unknown')
    expect(well(buildView({}, { gpuName: null }))).toBe('unwell')
    expect(well(buildView({}, { dockerProblem: 'not_running', containers: null }))).toBe('unwell')
    expect(well(buildView(), { danger: 'Memory fell.' })).toBe('unwell')
    expect(well(buildView(), { notes: [{ code: 'x', sentence: 'y' }] })).toBe('look')
    const pressed = (level: string) => well(buildView(), { pressure: { level, sentence: 'Memory.' } })
    expect(['normal', 'warning', 'high', 'critical', 'unknown'].map(pressed)).toEqual(['well', 'look', 'unwell', 'unwell', 'unknown'])
    const trouble = { code: 'machine_timeout', sentence: 'It was silent.', now: '', next: '' }
    expect(well({ ...buildView(), trouble })).toBe('unwell')
  })
})

describe('machines of a cluster', () => {
  const of = (name: string, change: Partial<OfMachine> = {}): OfMachine => ({
    name,
    images: [{ ref: 'vllm-node', id: 'sha256:aaa' }],
    storageDriver: 'overlay2',
    commit: '013cd2e',
    date: '2026-09-15',
    ...change,
  })
  it('agree, differ with what to do, or are not compared', () => {
    expect(agreements([of('a'), of('b')]).map((one) => one.code)).toEqual(['images_agree', 'launchers_agree'])
    const other = of('b', { images: [{ ref: 'vllm-node', id: 'sha256:bbb' }], commit: '5e1a9c4', date: null })
    const differing = agreements([of('a'), other])
    expect(differing.map((one) => one.code)).toEqual(['images_differ', 'launchers_differ'])
    expect(differing[0]?.sentence).toContain('build-and-copy.sh')
    expect(agreements([of('a'), of('b', { images: null, commit: null })])).toEqual([])
    expect(agreements([of('a')])).toEqual([])
    expect(agreements([of('a'), { ...other, storageDriver: 'overlayfs' }])[0]?.sentence).toContain('may still be the same')
  })
  it('a commit that git wrote longer is the same one', () => {
    expect(agreements([of('a'), of('b', { commit: '013cd2e77' })]).map((one) => one.agree)).toEqual([true, true])
  })
})

describe('the launcher', () => {
  const [a, b] = ['a'.repeat(40), 'b'.repeat(40)]
  const origin = { head: a, origin: b, known: true, headIsOlder: false, originIsOlder: false }
  it.each([
    [{ origin: null }, 'unknown'],
    [{ head: null }, 'unknown'],
    [{ origin: a }, 'current'],
    [{ known: false }, 'behind'],
    [{ headIsOlder: true }, 'behind'],
    [{ originIsOlder: true }, 'ahead'],
    [{}, 'diverged'],
  ] as const)('against its origin, %o, is %s', (change, standing) => {
    expect(standingOf({ ...origin, ...change })).toBe(standing)
  })
  it('is updated only forward, from a reached origin, with no file changed', () => {
    const changes: LauncherChanges = { path: '/l', head: a, target: b, commits: [], forward: true, changedFiles: [] }
    expect(updateRefusal(changes)).toBeNull()
    for (const change of [{ target: null }, { forward: false }, { changedFiles: ['x'] }])
      expect(updateRefusal({ ...changes, ...change })).not.toBeNull()
  })
})

test('the line for sudoers is offered only for a user name that is safe to paste', () => {
  fc.assert(
    fc.property(fc.string(), (user) => {
      const command = letGoCommand(user)
      if (command === null) return
      expect(command).toBe(`echo '${letGoLine(user)}' | sudo EDITOR=tee visudo -f /etc/sudoers.d/spark-control`)
      expect(user).toMatch(/^[a-z_][a-z0-9_-]*$/i)
    }),
  )
  expect(letGoCommand("x' ; rm -rf / #")).toBeNull()
  expect(letGoCommand('alice\nALL')).toBeNull()
})
