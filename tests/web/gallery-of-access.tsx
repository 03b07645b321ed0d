// Pages of access in their states.
import { AccessPage } from '../../web/views/pages/access.tsx'
import { KeysPage } from '../../web/views/pages/access-keys.tsx'
import { AuditPage } from '../../web/views/pages/audit.tsx'
import { PasswordPage, SignInPage } from '../../web/views/pages/sign-in.tsx'
import { now } from '../fakes/view-samples.ts'
import { access, audit, keys, madeKey, sessions } from '../fakes/view-samples-of-access.ts'
import type { Exhibit } from './exhibit.ts'

const place = 'settings' as const
const origin = 'http://192.0.2.5:9999'
const alone = {
  ...access,
  policy: 'trusted' as const,
  hasPassword: false,
  sentence: 'Only this computer can reach this appliance, and it may do everything without signing in.',
  you: { ...access.you, kind: 'nobody' as const, name: null, address: null, near: true },
}

export const ofAccess: readonly Exhibit[] = [
  {
    name: 'access',
    place,
    body: (
      <AccessPage
        access={access}
        sessions={sessions}
        keyCount={3}
        pinnedBy={null}
        audit={audit}
        now={now}
        said="Saved. It counts from now on."
      />
    ),
  },
  {
    name: 'access-pinned',
    place,
    body: <AccessPage access={access} sessions={[]} keyCount={0} pinnedBy="SPARK_CONTROL_ACCESS_POLICY" audit={[]} now={now} />,
  },
  { name: 'access-alone', place, body: <AccessPage access={alone} sessions={[]} keyCount={0} pinnedBy={null} audit={[]} now={now} /> },
  { name: 'access-keys', place, body: <KeysPage keys={keys} origin={origin} now={now} /> },
  { name: 'access-keys-none', place, body: <KeysPage keys={[]} origin={origin} now={now} refused='The name "Notes app" is taken.' /> },
  { name: 'access-key-made', place, body: <KeysPage keys={keys.slice(0, 1)} origin={origin} now={now} made={madeKey} /> },
  { name: 'access-record', place, body: <AuditPage rows={audit} before={6} older={false} now={now} /> },
  { name: 'access-record-none', place, body: <AuditPage rows={[]} before={null} older={false} now={now} /> },
  { name: 'sign-in', place: null, body: <SignInPage back="/" way="password" /> },
  { name: 'sign-in-wrong', place: null, body: <SignInPage back="/" way="password" refused="The password is not right. Try again." /> },
  { name: 'sign-in-code', place: null, body: <SignInPage back="/" way="code" /> },
  { name: 'password-first', place, body: <PasswordPage change={false} /> },
  {
    name: 'password-change',
    place,
    body: <PasswordPage change refused={{ field: 'password', why: 'This password cannot be used: at least 10 characters are needed.' }} />,
  },
]
