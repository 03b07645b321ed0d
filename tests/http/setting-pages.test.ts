// What the pages of settings offer: a list where only a few words are taken, nothing where the environment has decided, a way out.
import { expect, it } from 'vitest'
import type { SettingView } from '../../server/contract/operations/setting-shapes.ts'
import { wordsOf } from '../../server/contract/setting-words.ts'
import { settings } from '../../server/contract/settings.ts'
import { policies } from '../../server/domain/access.ts'
import { createPages } from '../../server/http/pages/pages.tsx'
import { groupId } from '../../web/views/pages/settings.tsx'
import { appliance, near, withPassword } from '../fakes/attack.ts'
import { createEdge, type Edge } from '../fakes/edge.ts'

function withPages(): Edge {
  const edge = createEdge()
  const pages = createPages({ useCases: edge.useCases, clock: edge.clock, assets: {} })
  return createEdge({ useCases: edge.useCases, pages })
}
const page = async ({ app }: Edge, path: string): Promise<string> => (await app.request(path)).text()
const fieldOf = (html: string, key: string): string => {
  const id = `setting-${key.replaceAll('.', '-')}`
  return html.slice(html.indexOf(`id="${id}"`)).split('</form>', 1)[0] ?? ''
}

const few = Object.entries(settings).flatMap(([key, row]) => {
  const { choices } = wordsOf(row)
  return choices === null ? [] : [{ key, group: row.group, choices }]
})

it('knows which settings take only a few words', () => {
  expect(few).toContainEqual({ key: 'access.policy', group: 'Access', choices: [...policies] })
  expect(few.map(({ key }) => key)).not.toContain('engine.image')
})

it.each(few)('offers $key as a list of its values', async ({ key, group, choices }) => {
  const field = fieldOf(await page(withPages(), `/settings/${groupId(group)}`), key)
  expect([...field.matchAll(/<option value="([^"]+)"/g)].map(([, value]) => value)).toEqual(choices)
  expect(field).not.toContain('type="text"')
})

it('says by what the policy is pinned, and offers no form that would be refused', async () => {
  expect(await page(withPages(), '/access')).toContain('action="/access/policy"')
  const { useCases, clock } = createEdge()
  const list = (): SettingView[] => useCases.settings.list().map((one) => (one.key === 'access.policy' ? { ...one, pinned: true } : one))
  const pages = createPages({ useCases: { ...useCases, settings: { ...useCases.settings, list } }, clock, assets: {} })
  const pinned = await page(createEdge({ useCases, pages }), '/access')
  expect(pinned).not.toContain('action="/access/policy"')
  expect(pinned).toContain('SPARK_CONTROL_ACCESS_POLICY')
})

it('lets who is signed in sign out under Settings, where a phone finds it', async () => {
  const edge = appliance()
  const session = await withPassword(edge)
  const settingsOf = async (headers: Record<string, string>): Promise<string> => {
    const html = await (await edge.ask('/settings', { headers }, near)).text()
    return html.slice(html.indexOf('<main'), html.indexOf('</main>'))
  }
  expect(await settingsOf({ cookie: `spark_session=${session}` })).toContain('action="/sign-out"')
  expect(await settingsOf({})).not.toContain('action="/sign-out"')
})
