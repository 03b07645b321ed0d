import { expect, test } from 'vitest'
import type { HubLook } from '../../server/domain/download-ground.ts'
import { type CopyEnd, chooseVersion, copyChecks, copyNeeds, type HeldCopy } from '../../server/domain/together.ts'

const copy = (name: string, revision: string | null, more: Partial<HeldCopy> = {}): HeldCopy => ({
  machine: name,
  name,
  whole: true,
  revision,
  lastUsedAt: null,
  ...more,
})

test.each<[string, readonly HeldCopy[], string | null, string, RegExp]>([
  ['the newest of the Hub', [copy('a', 'r1'), copy('b', 'r2')], 'r2', 'b', /^b has the version that is the newest on the Hub\.$/],
  [
    'what most have',
    [copy('a', 'r1'), copy('b', 'r2'), copy('c', 'r2')],
    'r9',
    'b',
    /No Spark has the newest version of the Hub, r9\. 2 Sparks/,
  ],
  [
    'what was used last',
    [copy('a', 'r1', { lastUsedAt: 1 }), copy('b', 'r2', { lastUsedAt: 2 })],
    null,
    'b',
    /could not be asked.*used last/,
  ],
  ['what stands first', [copy('a', 'r1'), copy('b', 'r2')], null, 'a', /a stands first in your list/],
  ['the whole one, however old', [copy('a', 'r2', { whole: false }), copy('b', 'r1')], 'r2', 'b', /stands first|newest version of the Hub/],
])('the version is %s', (_, copies, newest, machine, why) => {
  const chosen = chooseVersion(copies, newest)
  expect(chosen?.machine).toBe(machine)
  expect(chosen?.why).toMatch(why)
})

test('nobody having it whole leaves nothing to choose', () => {
  expect(chooseVersion([copy('a', 'r1', { whole: false }), copy('b', null)], 'r1')).toBeNull()
})

const look = (more: Partial<HubLook> = {}): HubLook => ({
  cachePath: '/home/alice/.cache/huggingface/hub',
  user: 'alice',
  home: '/home/alice',
  unwritable: null,
  freeBytes: 100e9,
  uvx: null,
  hf: null,
  script: null,
  hasToken: false,
  blobs: [],
  busy: false,
  hub: null,
  ...more,
})
const end = (name: string, more: Partial<HubLook> = {}): CopyEnd => ({
  machine: name,
  name,
  user: 'alice',
  address: '192.0.2.1',
  look: look(more),
})
const blob = (name: string, sizeBytes: number) => ({ name, sizeBytes })

test('only blobs that the other side lacks travel, and what it holds of another version is no progress', () => {
  const source = end('a', { blobs: [blob('x', 10e9), blob('y', 2e9)] })
  const target = end('b', { blobs: [blob('x', 10e9), blob('y', 1e9), blob('old', 5e9)] })
  expect(copyNeeds(source, 12e9, [target])).toEqual([
    { machine: 'b', hereBytes: 10e9, needBytes: 2e9, freeBytes: 100e9, beforeBytes: 16e9 },
  ])
})

test('a full disk, a foreign cache and another download each stand in the way with their words', () => {
  const source = end('a', { blobs: [blob('x', 10e9)] })
  const target = end('b', { freeBytes: 11e9, busy: true, unwritable: { path: '/data', owner: 'root' } })
  const chosen = { machine: 'a', revision: 'r1', why: 'a stands first.' }
  const checks = copyChecks('org/name', source, chosen, [target], copyNeeds(source, 10e9, [target]))
  expect(checks.filter((check) => check.state === 'bad').map((check) => [check.id, check.machine])).toEqual([
    ['busy', 'b'],
    ['cache', 'b'],
    ['space', 'b'],
  ])
  expect(checks.find((check) => check.id === 'space')?.sentence).toBe('b needs 10 GB and 5.0 GB to spare, and has 11 GB free.')
  const fine = copyChecks('org/name', source, chosen, [end('b')], copyNeeds(source, 10e9, [end('b')]))
  expect(fine.every((check) => check.state === 'good')).toBe(true)
})
