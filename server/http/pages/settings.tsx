import { Hono } from 'hono'
import { groupId, SettingsGroupPage, SettingsPage } from '../../../web/views/pages/settings.tsx'
import { type Said, SettingRow, settingRowId } from '../../../web/views/parts/setting-row.tsx'
import { SparkError } from '../../contract/errors.ts'
import type { SettingView } from '../../contract/operations/setting-shapes.ts'
import { type EdgeContext, type EdgeEnv, requestingOwner } from '../edge.ts'
import { ownerAlone } from '../rights.ts'
import { fieldsOf, type PageNeeds, wholeNumber } from './needs.ts'
import { accountOf, goTo, showFragment, themeOf, wantsFragment } from './shell.tsx'

export function settingPages({ useCases, clock, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { settings } = useCases

  const find = (key: string): SettingView => {
    const found = settings.list().find((one) => one.key === key)
    if (found === undefined) throw new SparkError('setting_unknown', { key: key.slice(0, 100) })
    return found
  }

  const showGroup = (request: Request, id: string, said?: { key: string; what: Said }, status = 200): Promise<Response> => {
    const rows = settings.list().filter((one) => groupId(one.group) === id)
    const group = rows[0]?.group
    if (group === undefined) throw new SparkError('not_found', { what: `group of settings "${id.slice(0, 60)}"` })
    const data = { group, settings: rows, now: clock.now(), ...(said === undefined ? {} : { said }) }
    return show(request, { title: `${group} - Settings`, place: 'settings', body: <SettingsGroupPage {...data} />, status })
  }

  /** The row alone for htmx, the page of its group for a plain form. */
  const answer = (c: EdgeContext, key: string, what: Said, status: number): Promise<Response> => {
    const setting = find(key)
    if (wantsFragment(c.req.raw)) return showFragment(<SettingRow setting={setting} now={clock.now()} said={what} />, status)
    return showGroup(c.req.raw, groupId(setting.group), { key, what }, status)
  }

  /** After a change a plain form is sent to a page that can be reloaded, at the row it was about. */
  const saved = (c: EdgeContext, key: string): Promise<Response> | Response => {
    if (wantsFragment(c.req.raw)) return answer(c, key, { kind: 'saved' }, 200)
    return goTo(`/settings/${groupId(find(key).group)}#${settingRowId(key)}`)
  }

  /** `act` with the form's fields; what it refuses is told beside the setting. */
  const changing = (path: string, act: (key: string, fields: Readonly<Record<string, string>>, by: string) => unknown): void => {
    app.post(path, async (c) => {
      const { key } = find(c.req.param('key') ?? '')
      ownerAlone(c.get('caller'), key)
      const fields = await fieldsOf(c)
      try {
        act(key, fields, requestingOwner(c).name)
      } catch (thrown) {
        const refusal = refusalOf(thrown, find(key), fields['value'])
        return await answer(c, key, refusal.what, refusal.status)
      }
      return await saved(c, key)
    })
  }

  app.get('/settings', (c) => {
    const body = <SettingsPage settings={settings.list()} theme={themeOf(c.req.raw)} account={accountOf(c.req.raw)} />
    return show(c.req.raw, { title: 'Settings', place: 'settings', body })
  })

  app.get('/settings/:group', (c) => showGroup(c.req.raw, c.req.param('group')))

  // A box that is not ticked sends nothing.
  changing('/settings/:key', (key, fields, by) =>
    settings.change(key, fields['value'] ?? unticked(find(key)), wholeNumber(fields['version']) ?? 0, by),
  )
  changing('/settings/:key/default', (key, _fields, by) => settings.reset(key, by))
  changing('/settings/:key/undo', (key, fields, by) => settings.undo(key, wholeNumber(fields['version']), by))

  return app
}

const unticked = (setting: SettingView): string => (setting.control === 'toggle' ? 'false' : '')

/** Refusals that belong beside the setting; every other failure goes on to the one door. */
function refusalOf(thrown: unknown, setting: SettingView, value: string | undefined): { what: Said; status: number } {
  if (!(thrown instanceof SparkError)) throw thrown
  const typed = setting.secret === 'no' ? (value ?? unticked(setting)) : ''
  const facts = thrown.facts as Readonly<Record<string, string>>
  if (thrown.code === 'setting_invalid') return { what: { kind: 'refused', why: facts['why'] ?? '', typed }, status: 422 }
  if (thrown.code === 'setting_changed') return { what: { kind: 'changed', theirs: facts['theirs'] ?? '', typed }, status: 409 }
  throw thrown
}
