import { Hono } from 'hono'
import { DifferencePage, SettingsFilePage } from '../../../web/views/pages/settings-file.tsx'
import { SparkError } from '../../contract/errors.ts'
import { brokenText } from '../../domain/broken-text.ts'
import { type EdgeContext, type EdgeEnv, requestingOwner } from '../edge.ts'
import { troubleOf } from './machines.tsx'
import { fieldsOf, type PageNeeds } from './needs.ts'
import { goTo } from './shell.tsx'

export function settingsFilePages({ useCases, show }: PageNeeds): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  const { settingsFile } = useCases
  const about = { title: 'Take over a file - Settings', place: 'settings' } as const

  app.get('/settings-file', () => {
    const { name, text } = settingsFile.write()
    return new Response(text, {
      headers: {
        'content-type': 'application/yaml; charset=utf-8',
        'content-disposition': `attachment; filename="${name}"`,
        'cache-control': 'no-store',
      },
    })
  })

  app.get('/settings-file/new', (c) => show(c.req.raw, { ...about, body: <SettingsFilePage text="" /> }))

  app.post('/settings-file/comparison', async (c) => {
    const text = await givenText(c)
    try {
      return await show(c.req.raw, { ...about, body: <DifferencePage difference={settingsFile.compare(text)} text={text} /> })
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await show(c.req.raw, { ...about, body: <SettingsFilePage text={text} trouble={trouble} />, status })
    }
  })

  app.post('/settings-file', async (c) => {
    const { text = '', fingerprint } = await fieldsOf(c)
    try {
      settingsFile.takeOver(text, fingerprint, requestingOwner(c).name)
      return goTo('/settings')
    } catch (thrown) {
      const { trouble, status } = troubleOf(thrown)
      return await show(c.req.raw, {
        ...about,
        body: <DifferencePage difference={settingsFile.compare(text)} text={text} trouble={trouble} />,
        status,
      })
    }
  })

  return app
}

/** A chosen file comes before a pasted text. */
async function givenText(c: EdgeContext): Promise<string> {
  const { file, text } = await c.req.parseBody()
  const given = file instanceof File && file.size > 0 ? await file.text() : typeof text === 'string' ? text : ''
  const broken = brokenText({ text: given })
  if (broken !== null) throw new SparkError('invalid_request', { why: `${broken.path}: ${broken.why}` })
  return given
}
