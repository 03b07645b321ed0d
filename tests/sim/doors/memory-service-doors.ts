// The doors of services as the appliance asks them, over the simulated ones: without HTTP, in virtual time.
import type { ServiceDoors } from '../../../server/app/service-ports.ts'
import type { World } from '../core/types.ts'
import { createMemoryServices, type ServiceOutcome } from './memory-services.ts'

const encoder = new TextEncoder()
const whys = { refused: 'connection refused', aborted: 'it was not waited for' } as const

export function createMemoryServiceDoors(world: World, refusal: () => string | null = () => null): ServiceDoors {
  const { clock } = world.options
  const ask = createMemoryServices(world)
  const whyOf = (outcome: Extract<ServiceOutcome, { ok: false }>, timeoutMs: number): string =>
    outcome.why === 'timeout' ? `no answer within ${Math.round(timeoutMs / 1000)} s` : whys[outcome.why]

  return {
    // The simulated network has no names; addresses are judged by the real doors, which have tests of their own.
    refusal: async () => refusal(),
    async ask({ address, port, method, path, json, timeoutMs }, signal) {
      const began = clock.now()
      const body = json === undefined ? '' : JSON.stringify(json)
      const outcome = await ask({ address, port }, { method, path, body }, timeoutMs, signal)
      const tookMs = Math.max(1, clock.now() - began)
      if (!outcome.ok) return { status: null, why: whyOf(outcome, timeoutMs), tookMs }
      const { status, contentType, body: answered } = outcome.reply
      return { status, contentType: contentType.split(';')[0] ?? '', body: encoder.encode(answered), tookMs }
    },
  }
}
