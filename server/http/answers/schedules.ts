// Answers of the registry of schedules.
import type { UseCases } from '../../app/use-cases.ts'
import type { scheduleOperations } from '../../contract/operations/schedules.ts'
import type { AnswersOf } from '../api.ts'

export function scheduleAnswers({ schedules }: Pick<UseCases, 'schedules'>): AnswersOf<typeof scheduleOperations> {
  return {
    'schedule.list': () => ({ schedules: schedules.list() }),
    'schedule.calendar': ({ query }) => schedules.calendar(query.days),
    'schedule.register': ({ body }) => schedules.register(body),
    'schedule.find': ({ params }) => schedules.find(params.id),
    'schedule.change': ({ params, body: { token, ...intent } }) => schedules.change(params.id, token, intent),
    'schedule.remove': ({ params, body }) => {
      schedules.remove(params.id, body.token)
      return { removed: params.id }
    },
    'schedule.approve': ({ params, body }, call) => schedules.approve(params.id, body?.digest, call.requester().name),
    'schedule.withdraw': ({ params }, call) => schedules.withdraw(params.id, call.requester().name),
    'schedule.dismiss': ({ params }, call) => {
      schedules.dismiss(params.id, call.requester().name)
      return { removed: params.id }
    },
  }
}
