import { Hono } from 'hono'
import { groupId, type Said, SettingRow, SettingsPage } from '../../../web/views/pages/settings.tsx'
import { SparkError } from '../../contract/errors.ts'
import type { SettingView } from '../../contract/operations/shapes.ts'
import { type EdgeContext, type EdgeEnv, requestingOwner } from '../edge.ts'
import { fieldsOf, type PageNeeds } from './needs.ts'
import { goTo, showFragment, themeOf, wantsFragment } from './shell.tsx'

/** A form sends text; the setting wants its own kind. What does not fit stays text, so that the schema says why. */
export function settingValue(setting: Pick<SettingView, 'control'>, text: string | undefined): unknown {
  const typed = (text ?? '').trim()
  if (setting.control === 'toggle') return typed === 'true'
  if (setting.control === 'number') return typed !== '' && Number.isFinite(Number(typed)) ? Number(typed) : typed
  if (setting.control === 'list') return typed.split(/[\s,]+/).filter((line) => line !== '')
  return typed
}

export function settingPages({ useCases, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { settings } = useCases

  const find = (key: string): SettingView => {
    const found = settings.list().find((one) => one.key === key)
    if (found === undefined) throw new SparkError('setting_unknown', { key: key.slice(0, 100) })
    return found
  }

  const showAll = (request: Request, group: string | null, said?: { key: string; what: Said }, status = 200) => {
    const data = { settings: settings.list(), group, theme: themeOf(request), ...(said === undefined ? {} : { said }) }
    return show(request, { title: 'Settings', place: 'settings', body: <SettingsPage {...data} />, status })
  }

  /** The row alone for htmx, the whole page for a plain form. */
  const answer = (c: EdgeContext, key: string, what: Said, status: number): Promise<Response> | Response => {
    const setting = find(key)
    if (wantsFragment(c.req.raw)) return showFragment(<SettingRow setting={setting} said={what} />, status)
    if (what.kind === 'saved') return goTo(`/settings/${groupId(setting.group)}`)
    return showAll(c.req.raw, groupId(setting.group), { key, what }, status)
  }

  app.get('/settings', (c) => showAll(c.req.raw, null))

  app.get('/settings/:group', (c) => {
    const group = c.req.param('group')
    if (!settings.list().some((one) => groupId(one.group) === group))
      throw new SparkError('not_found', { what: `group of settings "${group.slice(0, 60)}"` })
    return showAll(c.req.raw, group)
  })

  app.post('/settings/:key', async (c) => {
    const setting = find(c.req.param('key'))
    const fields = await fieldsOf(c)
    const typed = setting.control === 'toggle' ? String(fields['value'] === 'true') : (fields['value'] ?? '')
    try {
      settings.change(setting.key, settingValue(setting, fields['value']), Number(fields['version'] ?? 0), requestingOwner(c).name)
      return await answer(c, setting.key, { kind: 'saved' }, 200)
    } catch (thrown) {
      const refusal = refusalOf(thrown, typed)
      return await answer(c, setting.key, refusal.what, refusal.status)
    }
  })

  app.post('/settings/:key/default', async (c) => {
    const key = c.req.param('key')
    settings.reset(find(key).key, requestingOwner(c).name)
    return await answer(c, key, { kind: 'saved' }, 200)
  })

  return app
}

/** Refusals that belong beside the setting; every other failure goes on to the one door. */
function refusalOf(thrown: unknown, typed: string): { what: Said; status: number } {
  if (!(thrown instanceof SparkError)) throw thrown
  const facts = thrown.facts as Readonly<Record<string, string>>
  if (thrown.code === 'setting_invalid') return { what: { kind: 'refused', why: facts['why'] ?? '', typed }, status: 422 }
  if (thrown.code === 'setting_changed') return { what: { kind: 'changed', theirs: facts['theirs'] ?? '', typed }, status: 409 }
  throw thrown
}
