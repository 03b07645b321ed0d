import { Hono } from 'hono'
import type { UseCases } from '../../app/use-cases.ts'
import type { EdgeEnv } from '../edge.ts'

/** A form and not a link: the copy holds this appliance's private key, so only who may change things may have it. */
export function backupPages({ storage }: Pick<UseCases, 'storage'>): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>()
  app.post('/backup', async () => {
    const { name } = await storage.backUp()
    return new Response(storage.readBackup(name), {
      headers: {
        'content-type': 'application/vnd.sqlite3',
        'content-disposition': `attachment; filename="${name}"`,
        'cache-control': 'no-store',
      },
    })
  })
  return app
}
