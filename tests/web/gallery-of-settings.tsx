// Pages of settings in their states, and machines that need an address.
import { tellError } from '../../server/contract/errors.ts'
import { namedMachineSample } from '../../server/contract/operations/named-machine-shapes.ts'
import { MachinesPage } from '../../web/views/pages/machines.tsx'
import { SettingsGroupPage, SettingsPage } from '../../web/views/pages/settings.tsx'
import { DifferencePage, SettingsFilePage } from '../../web/views/pages/settings-file.tsx'
import { machine, now } from '../fakes/view-samples.ts'
import { difference, ofGroup, secrets, settings } from '../fakes/view-samples-of-settings.ts'
import type { Exhibit } from './exhibit.ts'

const place = 'settings' as const
const stale = tellError('settings_file_stale', {})
const unreadable = tellError('settings_file_unreadable', { why: 'Line 3: the same key stands here twice.' })
const engine = { group: 'Engine', settings: ofGroup('Engine'), now }

const notIp = tellError('address_not_ip', { address: 'spark-1.local' })
const named = [
  namedMachineSample,
  {
    ...namedMachineSample,
    id: 'n2',
    host: '192.0.2.21',
    user: '',
    sentence: 'No user was given for 192.0.2.21, so Spark Control cannot log in.',
    cameFrom: 'SPARK2_HOST',
  },
]

export const ofSettings: readonly Exhibit[] = [
  {
    name: 'machines-named',
    place: 'machines',
    body: (
      <MachinesPage
        machines={[machine]}
        agreements={[]}
        named={named}
        refused={{ id: namedMachineSample.id, trouble: notIp, typed: { address: 'spark-1.local', user: 'alice' } }}
        now={now}
      />
    ),
  },
  { name: 'settings', place, body: <SettingsPage settings={[...settings, ...secrets]} theme="auto" account={{ is: 'in' }} /> },
  {
    name: 'settings-changed',
    place,
    body: <SettingsGroupPage {...engine} said={{ key: 'engine.port', what: { kind: 'changed', theirs: '8001', typed: '8002' } }} />,
  },
  {
    name: 'settings-refused',
    place,
    body: (
      <SettingsGroupPage
        {...engine}
        said={{ key: 'engine.port', what: { kind: 'refused', why: 'a whole number from 1 to 65,535 is needed', typed: '99999' } }}
      />
    ),
  },
  { name: 'settings-undo', place, body: <SettingsGroupPage group="Machines" settings={ofGroup('Machines')} now={now} /> },
  {
    name: 'settings-secrets',
    place,
    body: (
      <SettingsGroupPage
        group="Secrets"
        settings={secrets}
        now={now}
        said={{ key: 'sample.secret1', what: { kind: 'changed', theirs: 'another secret', typed: '' } }}
      />
    ),
  },
  { name: 'settings-file', place, body: <SettingsFilePage text="" /> },
  { name: 'settings-file-unreadable', place, body: <SettingsFilePage text="engine.port: 1" trouble={unreadable} /> },
  { name: 'settings-difference', place, body: <DifferencePage difference={difference} text="" /> },
  { name: 'settings-difference-stale', place, body: <DifferencePage difference={difference} text="" trouble={stale} /> },
  {
    name: 'settings-difference-refused',
    place,
    body: (
      <DifferencePage
        difference={{ ...difference, invalid: [{ key: 'engine.port', why: 'a whole number from 1 to 65,535 is needed' }] }}
        text=""
      />
    ),
  },
  {
    name: 'settings-difference-none',
    place,
    body: <DifferencePage difference={{ ...difference, changes: [], unknown: [], pinned: [], secrets: [] }} text="" />,
  },
]
