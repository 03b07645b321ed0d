// A webhook whose address leads back here, by whatever name or proxy: refused before anything is done with it.
import type { MiddlewareHandler } from 'hono'
import type { WebhooksUse } from '../app/webhook-use.ts'
import { SparkError } from '../contract/errors.ts'
import type { EdgeEnv } from './edge.ts'

export function notFromItself(webhooks: Pick<WebhooksUse, 'isOwn'>): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    if (webhooks.isOwn(c.req.raw.headers)) throw new SparkError('webhook_to_itself', {})
    await next()
  }
}
