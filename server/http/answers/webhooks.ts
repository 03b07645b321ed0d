// Answers of webhooks.
import type { UseCases } from '../../app/use-cases.ts'
import type { webhookOperations } from '../../contract/operations/webhooks.ts'
import type { AnswersOf } from '../api.ts'

const moment = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time))

export function webhookAnswers({ webhooks }: Pick<UseCases, 'webhooks'>): AnswersOf<typeof webhookOperations> {
  return {
    'webhooks.list': () => ({ webhooks: webhooks.list() }),
    'webhooks.add': ({ body }, call) => webhooks.add(body, call.requester().name),
    'webhooks.find': ({ params }) => webhooks.find(params.id),
    'webhooks.edit': ({ params, body }, call) => webhooks.edit(params.id, body, call.requester().name),
    'webhooks.remove': ({ params }, call) => {
      webhooks.remove(params.id, call.requester().name)
      return { removed: true }
    },
    'webhooks.newSecret': ({ params, body }, call) => webhooks.newSecret(params.id, body.overlapHours, call.requester().name),
    'webhooks.pause': ({ params }, call) => webhooks.pause(params.id, call.requester().name),
    'webhooks.resume': ({ params, body }, call) => webhooks.resume(params.id, body.from, call.requester().name),
    'webhooks.tryNow': ({ params }) => webhooks.tryNow(params.id),
    'webhooks.test': ({ params }) => webhooks.test(params.id),
    'webhooks.deliveries': ({ params, query }) => {
      const deliveries = webhooks.deliveries(params.id, query.limit, query.before)
      return { deliveries, next: deliveries.length === query.limit ? (deliveries.at(-1)?.id ?? null) : null }
    },
    'webhooks.sendAgain': ({ params, body }) => {
      const { event, since, until, ...range } = body
      const one = event === undefined ? range : { fromEvent: event, toEvent: event }
      return webhooks.sendAgain(params.id, { ...one, since: moment(since), until: moment(until) })
    },
  }
}
