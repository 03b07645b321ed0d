// Answers of plans, swaps, the lock and engines.
import type { UseCases } from '../../app/use-cases.ts'
import { SparkError } from '../../contract/errors.ts'
import type { swapOperations } from '../../contract/operations/swaps.ts'
import type { Caller } from '../../domain/access.ts'
import { isOwnName } from '../../domain/own-names.ts'
import { Also, type AnswersOf } from '../api.ts'
import { DetailedFailure } from '../problem.ts'

type Needs = Pick<UseCases, 'plans' | 'swaps' | 'lock'>

export function swapAnswers({ plans, swaps, lock }: Needs): AnswersOf<typeof swapOperations> {
  return {
    'plans.make': ({ body }) => plans.preview(body),
    'swaps.start': async ({ body: { by, dryRun, ...ask } }, call) => {
      if (!call.caller.may.has('operate')) plainSwitch(call.caller, ask)
      if (dryRun === true) return new Also(await plans.preview(ask))
      try {
        return await swaps.start({ ...ask, requestedBy: call.requester(by) })
      } catch (failure) {
        if (!(failure instanceof SparkError) || failure.code !== 'plan_stale') throw failure
        throw new DetailedFailure(failure, { plan: await plans.preview(ask) })
      }
    },
    'swaps.list': ({ query: { limit, before } }) => {
      const found = swaps.recent(limit, before)
      const last = found.at(-1)
      return {
        current: swaps.current(),
        swaps: found,
        ...(last !== undefined && found.length === limit ? { next: String(Date.parse(last.startedAt)) } : {}),
      }
    },
    'swaps.find': ({ params }) => swaps.find(params.id),
    'swaps.cancel': ({ params }, call) => swaps.cancel(params.id, call.requester()),
    'swaps.log': ({ params, query: { after, limit } }) => {
      const lines = swaps.log(params.id, after, limit)
      const last = lines.at(-1)
      return { lines, ...(last === undefined ? {} : { next: String(last.number) }) }
    },
    'lock.find': () => lock.find(),
    'lock.take': ({ body }, { caller }) => {
      if (caller.who.kind !== 'owner' && isOwnName(body.holder))
        throw new SparkError('invalid_request', { why: `holder: "${body.holder}" is not yours to use; take another name` })
      return lock.take(body)
    },
    'lock.renew': ({ body }) => lock.renew(body.token, body.ttlSeconds),
    'lock.release': ({ query, body }, call) =>
      lock.release({
        token: body?.token ?? query.token,
        breakLock: body?.breakLock ?? body?.force ?? query.breakLock ?? query.force,
        by: call.requester().name,
      }),
    'engine.stop': ({ body: { by, ...ask } = {} }, call) => swaps.stop({ ...ask, requestedBy: call.requester(by) }),
    'engines.stop': ({ params, body: { by, ...ask } = {} }, call) =>
      swaps.stop({ ...ask, engine: params.id, requestedBy: call.requester(by) }),
    'engines.removal': ({ params, query: { machine } }) => plans.previewRemoval(params.id, machine === undefined ? undefined : [machine]),
    'engines.remove': ({ params, body: { by, ...ask } = {} }, call) =>
      swaps.remove({ ...ask, engine: params.id, requestedBy: call.requester(by) }),
  }
}

/** "Switch on request" by itself is the wish for a model: flags of one's own and breaking a reservation need more. Raises right_missing. */
function plainSwitch({ who }: Caller, ask: { readonly breakLock?: unknown; readonly overrides?: unknown }): void {
  if (ask.breakLock !== true && ask.overrides === undefined) return
  throw new SparkError('right_missing', { name: who.kind === 'key' ? who.name : '', right: 'operate' })
}
