// Getting in: the one-time set-up code, until the owner's password exists.
import { z } from 'zod'
import { operation } from '../define.ts'
import { Time } from './shapes.ts'

export const accessOperations = {
  'access.signIn': operation({
    kind: 'json',
    method: 'post',
    path: '/api/session',
    summary: 'Exchange the set-up code for a session',
    description:
      'Needed only where the server is reachable from the network. The answer also sets a cookie; programs send the token, or the code itself, as Authorization: Bearer.',
    input: { body: z.strictObject({ code: z.string().max(100) }) },
    output: z.object({ token: z.string(), until: Time }),
    status: 201,
    errors: ['invalid_request', 'sign_in_wrong'],
    right: 'see',
    risk: 'mutating',
    examples: [
      { title: 'the code as printed', in: { code: 'a1b2-c3d4-e5f6' }, out: { token: 't0k3n', until: '2026-02-01T00:00:00.000Z' } },
    ],
  }),
}
