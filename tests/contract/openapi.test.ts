import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { operation } from '../../server/contract/define.ts'
import { operations } from '../../server/contract/index.ts'
import { openApiDocument } from '../../server/http/openapi.ts'
import { createEdge } from '../fakes/edge.ts'

type Json = { readonly [key: string]: unknown }
const at = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((inner, key) => (inner as Json | undefined)?.[key], value)

/** Every value of a key at any depth. */
function all(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [...(name === key ? [inner] : []), ...all(inner, key)])
}

describe('the OpenAPI document', () => {
  const document = openApiDocument('0.1.0')

  it('is served at both addresses and names every operation once', async () => {
    const { app } = createEdge()
    const served = (await (await app.request('/openapi.json')).json()) as Json
    expect(served).toEqual(await (await app.request('/api/contract')).json())
    expect(served['openapi']).toBe('3.1.0')
    expect(all(served['paths'], 'operationId').sort()).toEqual(Object.keys(operations).sort())
  })

  it('leads every reference somewhere', () => {
    const refs = all(document, '$ref') as string[]
    expect(refs.length).toBeGreaterThan(20)
    const broken = refs.filter((ref) => at(document, ...ref.slice(2).split('/')) === undefined)
    expect(broken).toEqual([])
    const schemas = at(document, 'components', 'schemas') as Json
    const hollow = Object.entries(schemas).filter(([, schema]) => (schema as Json)['type'] !== 'object')
    expect(hollow).toEqual([])
  })

  it('says what a switch takes, in and out, and what can go wrong', () => {
    const post = at(document, 'paths', '/api/swap', 'post')
    const body = at(post, 'requestBody', 'content', 'application/json', 'schema') as Json
    expect(body['required']).toEqual(['model'])
    expect(Object.keys(body['properties'] as Json)).toEqual(
      expect.arrayContaining(['fingerprint', 'lockToken', 'breakLock', 'dryRun', 'overrides']),
    )
    expect(Object.keys(at(post, 'responses') as Json)).toEqual(expect.arrayContaining(['200', '202', '409', '423', '422', '401', '413']))
    expect(at(post, 'responses', '423', 'headers')).toHaveProperty('Retry-After')
    expect(at(post, 'responses', '409', 'description')).toContain('plan_stale')
    expect(at(post, 'x-spark')).toEqual({ risk: 'disruptive', right: 'operate', orScope: 'switch' })
    expect(at(post, 'security')).toEqual([{ key: [] }, { keyHeader: [] }, { session: [] }])
    expect(at(document, 'paths', '/api/keys', 'post', 'security')).toEqual([{ session: [] }])
    expect(at(document, 'paths', '/healthz', 'get', 'security')).toEqual([])
    expect(at(document, 'paths', '/api/status', 'get', 'security')).toContainEqual({})
    const named = all(document['paths'], 'security').flatMap((list) => (list as Json[]).flatMap(Object.keys))
    expect([...new Set(named)].sort()).toEqual(Object.keys(at(document, 'components', 'securitySchemes') as Json).sort())
    expect(at(document, 'components', 'schemas', 'Swap', 'properties', 'id')).toEqual({ type: 'string' })
  })

  it('tells webhooks from other events', () => {
    const hooks = Object.keys(document['webhooks'] as Json)
    expect(hooks).toContain('swap_complete')
    expect(hooks).not.toContain('swap_progressed')
  })

  it('shows a new row with no other change', () => {
    const row = operation({
      kind: 'json',
      method: 'delete',
      path: '/api/things/:id',
      summary: 'Gone',
      input: { params: z.object({ id: z.string() }) },
      output: z.object({ gone: z.boolean() }),
      status: 200,
      errors: ['not_found'],
      right: 'operate',
      risk: 'destructive',
      examples: [],
    })
    const item = at(openApiDocument('1', { 'things.remove': row }), 'paths', '/api/things/{id}', 'delete')
    expect(at(item, 'parameters')).toEqual([{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }])
    expect(at(item, 'responses', '404', 'description')).toContain('not_found')
  })
})
