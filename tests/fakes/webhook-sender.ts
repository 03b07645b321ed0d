// Receivers of webhooks in memory, in virtual time: what was sent to them, and what they are told to answer.
import type { Answered, Dispatch, WebhookSender } from '../../server/app/webhook-ports.ts'

/** Left out: 200 at once. `hangs`: the answer never comes. */
export type Reply = Partial<Omit<Answered, 'headers'>> & { readonly hangs?: boolean }

export interface FakeWebhookSender extends WebhookSender {
  /** Everything that was sent, in order. */
  readonly sent: Dispatch[]
  /** What was accepted at an address: webhook-id by webhook-id. */
  accepted(url: string): readonly string[]
  /** How requests are answered from now on. */
  answer(how: (dispatch: Dispatch) => Reply): void
  /** Why targets are refused when they are saved; null: none is. */
  refuse(why: string | null): void
}

export function createFakeWebhookSender(): FakeWebhookSender {
  const sent: Dispatch[] = []
  const taken = new Map<string, string[]>()
  let how = (_: Dispatch): Reply => ({})
  let refusal: string | null = null
  return {
    sent,
    accepted: (url) => taken.get(url) ?? [],
    answer: (next) => {
      how = next
    },
    refuse: (why) => {
      refusal = why
    },
    refusal: async () => refusal,
    async send(dispatch, signal) {
      sent.push(dispatch)
      const { hangs = false, ...reply } = how(dispatch)
      if (hangs) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
      const status = reply.status === undefined ? 200 : reply.status
      const accepted = status !== null && status >= 200 && status < 300
      if (accepted) taken.set(dispatch.url, [...(taken.get(dispatch.url) ?? []), dispatch.messageId])
      const why = accepted ? '' : status === null ? 'refused the connection' : `answered with status ${status}`
      return { headers: {}, tookMs: 1, answer: '', retryAfter: null, location: null, why, ...reply, status }
    },
  }
}
