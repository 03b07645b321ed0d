// Answers of who may come in.
import type { AccessUse, SignedIn, SignInTry } from '../../app/access-use.ts'
import type { accessOperations } from '../../contract/operations/access.ts'
import { sessionSeconds } from '../../domain/access.ts'
import type { AnswersOf, Call } from '../api.ts'
import { agentOf, cookiesOf, deviceOf, noSession } from '../credentials.ts'

export function accessAnswers({ access }: { readonly access: AccessUse }): AnswersOf<typeof accessOperations> {
  const tryOf = (call: Call, given: string): SignInTry => ({
    ...call.caller,
    given,
    agent: agentOf(call.sent.get('user-agent') ?? undefined),
    device: deviceOf(call.sent),
  })
  const signedIn = (call: Call, answer: SignedIn): { token: string; until: string } => {
    for (const cookie of cookiesOf(answer, sessionSeconds, call.secure)) call.header('set-cookie', cookie)
    return { token: answer.token, until: new Date(answer.until).toISOString() }
  }
  return {
    'access.find': (_, { caller }) => access.view(caller),
    'access.signIn': async ({ body }, call) => signedIn(call, await access.signIn(tryOf(call, body.password ?? body.code ?? ''))),
    'access.signOut': (_, call) => {
      const ended = call.caller.who.kind === 'owner' && call.caller.who.session !== null ? 1 : 0
      access.signOut(call.caller)
      call.header('set-cookie', noSession)
      return { ended }
    },
    'access.setPassword': async ({ body }, call) =>
      signedIn(call, await access.setPassword({ ...tryOf(call, body.password), caller: call.caller, current: body.current ?? null })),
    'sessions.list': (_, { caller }) => ({ sessions: access.sessions(caller) }),
    'sessions.end': ({ params }) => {
      access.endSession(params.id)
      return { ended: 1 }
    },
    'sessions.endOthers': (_, { caller }) => ({ ended: access.endOtherSessions(caller) }),
    'keys.list': () => ({ keys: access.keys() }),
    'keys.create': ({ body }) => access.createKey(body),
    'keys.revoke': ({ params }) => {
      access.revokeKey(params.id)
      return { revoked: 1 }
    },
    'audit.list': ({ query: { limit, before } }) => {
      const rows = access.audit(limit, before)
      const last = rows.at(-1)
      return { rows, ...(last !== undefined && rows.length === limit ? { next: String(last.id) } : {}) }
    },
  }
}
