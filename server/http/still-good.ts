// A stream lasts only as long as the right to it: a revoked key, an ended session or a stricter policy ends what is open, at once.
// A key or session that expires meanwhile ends it with the next piece that passes (streams send one every 20 s).
import type { MiddlewareHandler } from 'hono'
import type { AccessUse } from '../app/access-use.ts'
import type { SettingsUse } from '../app/use-cases.ts'
import { mayDo } from '../domain/access.ts'
import { tokenOf } from './credentials.ts'
import type { EdgeEnv } from './edge.ts'
import { whereFrom } from './rights.ts'

interface Needs {
  readonly access: AccessUse
  readonly settings: Pick<SettingsUse, 'get'>
}

export function endedByLess(needs: Needs): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    await next()
    const { body } = c.res
    if (body === null || !(c.res.headers.get('content-type') ?? '').startsWith('text/event-stream')) return
    const { demand } = c.get('act')
    // What a stream tells was decided when it began, by all that its reader might then: who may less begins anew.
    const had = [...c.get('caller').may]
    const token = tokenOf(c.req.raw.headers)
    const stillMay = (): boolean => {
      try {
        const now = needs.access.callerOf(token, whereFrom(c, needs))
        return mayDo(now, demand) && had.every((scope) => now.may.has(scope))
      } catch {
        return false
      }
    }
    c.res = new Response(whileTrue(body, stillMay, needs.access.onLess), c.res)
  }
}

/** The same bytes, until `still` says no: then the source is let go and the reader sees the end. */
function whileTrue(source: ReadableStream<Uint8Array>, still: () => boolean, onLess: AccessUse['onLess']): ReadableStream<Uint8Array> {
  const reader = source.getReader()
  let off = (): void => undefined
  let end = (): void => undefined
  const ended = new Promise<null>((resolve) => {
    end = () => resolve(null)
  })
  const letGo = (): void => {
    off()
    reader.cancel().catch(() => undefined)
  }
  off = onLess(() => {
    if (!still()) end()
  })
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const part = await Promise.race([reader.read(), ended])
          if (part !== null && !part.done && still()) return controller.enqueue(part.value)
          controller.close()
          letGo()
        } catch (failure) {
          off()
          throw failure
        }
      },
      cancel: letGo,
    },
    { highWaterMark: 0 },
  )
}
