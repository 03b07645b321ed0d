// Who may come in: policy, password, sessions, keys of apps, and the record of what was done.
import { Hono } from 'hono'
import { type AccessData, AccessPage, policyWords } from '../../../web/views/pages/access.tsx'
import { type KeysData, KeysPage } from '../../../web/views/pages/access-keys.tsx'
import { type AuditData, AuditPage } from '../../../web/views/pages/audit.tsx'
import type { UseCases } from '../../app/use-cases.ts'
import { SparkError, tellError } from '../../contract/errors.ts'
import { operations } from '../../contract/index.ts'
import { readInput } from '../../contract/reading.ts'
import type { SettingKey } from '../../contract/settings.ts'
import { policies, scopes } from '../../domain/access.ts'
import { type EdgeContext, type EdgeEnv, requestingOwner } from '../edge.ts'
import { fieldsOf, originOf, type PageNeeds } from './needs.ts'
import { beforeOf, onePage } from './older.ts'
import { goTo } from './shell.tsx'

const rowsOnAPage = 50
const latestRows = 5
/** What was just done is told by the page one is sent to; nothing but these words can be asked for. */
const sayings: Readonly<Record<string, string>> = {
  policy: 'Saved. It counts from now on.',
  'signed-out': 'Signed out there, at once.',
  others: 'Every other browser is signed out.',
  revoked: 'Revoked. It is refused from now on, and what was open with it has ended.',
}
const saidOf = (c: EdgeContext): { said?: string } => {
  const said = Object.hasOwn(sayings, c.req.query('said') ?? '') ? sayings[c.req.query('said') ?? ''] : undefined
  return said === undefined ? {} : { said }
}

function pinOf(settings: UseCases['settings'], key: SettingKey): string | null {
  const setting = settings.list().find((one) => one.key === key)
  return setting?.pinned === true ? setting.pin : null
}

export function accessPages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { access, settings } = useCases

  app.get('/access', (c) => {
    const caller = c.get('caller')
    const data: AccessData = {
      access: access.view(caller),
      sessions: access.sessions(caller),
      keyCount: access.keys().length,
      pinnedBy: pinOf(settings, 'access.policy'),
      audit: access.audit(latestRows),
      now: clock.now(),
      ...saidOf(c),
    }
    return show(c.req.raw, { title: 'Access', place: 'settings', body: <AccessPage {...data} /> })
  })

  app.post('/access/policy', async (c) => {
    const { policy = '' } = await fieldsOf(c)
    const chosen = policies.find((one) => one === policy)
    if (chosen === undefined)
      throw new SparkError('setting_invalid', { key: 'access.policy', why: `one of ${Object.keys(policyWords).join(', ')} is needed` })
    settings.change('access.policy', chosen, undefined, requestingOwner(c).name)
    return goTo('/access?said=policy')
  })

  app.post('/access/sessions/end', (c) => {
    access.endOtherSessions(c.get('caller'))
    return goTo('/access?said=others')
  })
  app.post('/access/sessions/:id/end', (c) => {
    access.endSession(c.req.param('id'))
    return goTo('/access?said=signed-out')
  })

  const keysPage = (c: EdgeContext, more: Partial<KeysData> = {}, status = 200): Promise<Response> => {
    const data: KeysData = { keys: access.keys(), origin: originOf(c), now: clock.now(), ...saidOf(c), ...more }
    return show(c.req.raw, { title: 'Keys of apps', place: 'settings', body: <KeysPage {...data} />, status })
  }
  app.get('/access/keys', (c) => keysPage(c))
  app.post('/access/keys', async (c) => {
    const fields = await fieldsOf(c)
    const typed = {
      name: fields['name'] ?? '',
      scopes: scopes.filter((scope) => fields[`scope-${scope}`] === 'true'),
      days: fields['days'] ?? '',
    }
    try {
      const sent = { ...typed, days: typed.days === '' ? null : Number(typed.days) }
      const { body } = readInput(operations['keys.create'], { params: {}, query: {}, body: sent })
      // The key is in this answer alone: a redirect would have to carry it in an address.
      return await keysPage(c, { made: access.createKey(body) })
    } catch (failure) {
      if (!(failure instanceof SparkError)) throw failure
      const { happened, status } = tellError(failure.code, failure.facts)
      return await keysPage(c, { refused: happened, typed }, status)
    }
  })
  app.post('/access/keys/:id/revocation', (c) => {
    access.revokeKey(c.req.param('id'))
    return goTo('/access/keys?said=revoked')
  })

  app.get('/access/record', (c) => {
    const data: AuditData = { ...onePage((limit, from) => access.audit(limit, from), rowsOnAPage, beforeOf(c)), now: clock.now() }
    return show(c.req.raw, { title: 'What was done', place: 'settings', body: <AuditPage {...data} /> })
  })

  return app
}
