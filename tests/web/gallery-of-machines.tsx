// Pages of machines in their states.
import { tellError } from '../../server/contract/errors.ts'
import { LauncherPage } from '../../web/views/pages/machine-launcher.tsx'
import { MachinePage, MachinesPage } from '../../web/views/pages/machines.tsx'
import * as house from '../fakes/view-samples.ts'
import * as sample from '../fakes/view-samples-of-machines.ts'
import type { Exhibit } from './exhibit.ts'

const { now, machine } = house
const place = 'machines' as const
const refusal = {
  why: 'Somebody changed files of the launcher there (launch-cluster.sh).',
  unblock: 'Keep or undo these changes on the machine, for example with git stash, then look again.',
}
const {
  title: _,
  status: __,
  act: ___,
  ...notAllowed
} = tellError('caches_not_allowed', {
  machine: 'spark-1',
  line: 'alice ALL=(root) NOPASSWD: /usr/bin/tee /proc/sys/vm/drop_caches',
  command: null,
})
const launcher = { machine, changes: sample.launcherChanges, lock: house.freeLock, now }

export const machineExhibits: readonly Exhibit[] = [
  {
    name: 'machines-agree',
    place,
    body: <MachinesPage machines={[machine, house.secondMachine]} agreements={sample.agreeing} now={now} />,
  },
  {
    name: 'machines-differ',
    place,
    body: <MachinesPage machines={[sample.troubledMachine, sample.quietMachine]} agreements={sample.differing} now={now} />,
  },
  { name: 'machine-well', place, body: <MachinePage machine={machine} now={now} /> },
  {
    name: 'machine-everything-wrong',
    place,
    body: <MachinePage machine={sample.troubledMachine} now={now} trouble={notAllowed} />,
  },
  { name: 'machine-quiet', place, body: <MachinePage machine={sample.quietMachine} now={now} /> },
  { name: 'machine-new', place, body: <MachinePage machine={house.newMachine} now={now} /> },
  { name: 'machine-dropped', place, body: <MachinePage machine={sample.droppedMachine} now={now} /> },
  { name: 'launcher', place, body: <LauncherPage {...launcher} /> },
  { name: 'launcher-reserved', place, body: <LauncherPage {...launcher} lock={house.reservation} /> },
  { name: 'launcher-refused', place, body: <LauncherPage {...launcher} changes={{ ...sample.launcherChanges, refusal }} /> },
  {
    name: 'launcher-newest',
    place,
    body: <LauncherPage {...launcher} changes={{ ...sample.launcherChanges, target: sample.launcherChanges.head, commits: [] }} />,
  },
]
