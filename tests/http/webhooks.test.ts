import { describe, expect, it } from 'vitest'
import { operations } from '../../server/contract/index.ts'
import { webhookSample } from '../../server/contract/operations/webhook-samples.ts'
import { openApiDocument } from '../../server/http/openapi.ts'
import { asProblem, createEdge, json } from '../fakes/edge.ts'

describe('webhooks by API', () => {
  it('are refused when they come back to the appliance that sent them, by whatever name or proxy', async () => {
    const { app } = createEdge()
    const own = { 'spark-control-appliance': 'this one' }
    for (const path of ['/api/swap', '/hook', '/v1/chat/completions']) {
      const { status, problem } = await asProblem(app.request(path, json('POST', {}, { ...own, accept: 'application/json' })))
      expect([path, status]).toEqual([path, 508])
      if (!path.startsWith('/v1')) expect(problem['code']).toBe('webhook_to_itself')
    }
    expect((await app.request('/api/status', { headers: { 'spark-control-appliance': 'another one' } })).status).toBe(200)
  })

  it('take a range by number or by time, and refuse one without any bound', async () => {
    const { client, useCases, app } = createEdge()
    const params = { id: webhookSample.id }
    await client['webhooks.sendAgain']({ params, body: { event: 7 } })
    await client['webhooks.sendAgain']({ params, body: { since: '2026-01-01T00:00:00.000Z', toEvent: 9 } })
    expect(useCases.asked.map((one) => one.ask)).toEqual([
      { id: params.id, range: { fromEvent: 7, toEvent: 7 } },
      { id: params.id, range: { toEvent: 9, since: Date.UTC(2026, 0, 1) } },
    ])
    const path = operations['webhooks.sendAgain'].path.replace(':id', params.id)
    expect((await asProblem(app.request(path, json('POST', {})))).problem['code']).toBe('invalid_request')
  })

  it('are described in the OpenAPI document with their headers and the body that is sent', () => {
    const { webhooks } = openApiDocument('1.0.0') as { webhooks: Record<string, { post: { parameters: { name: string }[] } }> }
    expect(webhooks['swap_complete']?.post.parameters.map((one) => one.name)).toContain('webhook-signature')
    expect(JSON.stringify(webhooks['swap_complete'])).toContain('WebhookMessage')
  })
})
