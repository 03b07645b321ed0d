// Answers about the appliance itself: status, health, and getting in.
import type { UseCases } from '../../app/use-cases.ts'
import { SparkError } from '../../contract/errors.ts'
import type { accessOperations } from '../../contract/operations/access.ts'
import type { houseOperations } from '../../contract/operations/house.ts'
import type { Access } from '../access.ts'
import { Also, type AnswersOf } from '../api.ts'

type Needs = Pick<UseCases, 'status' | 'storage' | 'isReady' | 'version'> & { readonly access: Access }

export function houseAnswers({
  status,
  storage,
  isReady,
  version,
  access,
}: Needs): AnswersOf<typeof houseOperations & typeof accessOperations> {
  return {
    'status.find': () => status.status(),
    'backups.take': () => storage.backUp(),
    'health.live': () => ({ ok: true }),
    'health.ready': () => (isReady() ? { ok: true, version } : new Also({ ok: false, version })),
    'access.signIn': ({ body }, call) => {
      const session = access.signIn(body.code)
      if (session === null) throw new SparkError('sign_in_wrong', {})
      call.header('set-cookie', access.cookieOf(session))
      return { token: session.token, until: new Date(session.until).toISOString() }
    },
  }
}
