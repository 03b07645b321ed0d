// OpenAPI 3.1, assembled from the contract's tables. Nothing is written by hand but the frame.
import type { Example, Operation } from '../contract/define.ts'
import { type ErrorCode, errors } from '../contract/errors.ts'
import { contract } from '../contract/index.ts'
import { type Component, type JsonSchema, jsonSchemaOf, propertiesOf } from '../contract/json-schema.ts'
import { WebhookMessage, webhookHeaders } from '../contract/operations/webhook-shapes.ts'

type Json = Record<string, unknown>
type Components = Record<string, JsonSchema>

/** What any operation may be refused with before its own work begins. */
const edgeErrors: readonly ErrorCode[] = ['host_not_allowed', 'internal']
/** What it may be refused with for who asks. */
const rightErrors: readonly ErrorCode[] = ['sign_in_needed', 'right_missing', 'key_wrong', 'key_expired']
const changeErrors: readonly ErrorCode[] = ['cross_site', 'unsupported_media', 'body_too_large', 'storage_full', 'storage_denied']

const problemSchema: JsonSchema = {
  type: 'object',
  description: 'RFC 9457, with what happened, what is true now and what to do.',
  properties: {
    type: { type: 'string', examples: ['urn:spark-control:error:swap_locked'] },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    code: { type: 'string', enum: Object.keys(errors).sort() },
    happened: { type: 'string' },
    now: { type: 'string' },
    next: { type: 'string' },
    requestId: { type: 'string' },
    retryAfterSeconds: { type: 'integer', description: 'Also the Retry-After header.' },
    facts: { type: 'object', additionalProperties: true },
    plan: { $ref: '#/components/schemas/Plan', description: 'With plan_stale: the plan that is true now.' },
  },
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'happened', 'now', 'next', 'requestId', 'facts'],
}

function collect(found: Component, into: Components): JsonSchema {
  Object.assign(into, found.components)
  return found.schema
}

function parametersOf(row: Operation): Json[] {
  const part = (where: 'path' | 'query', schema: Operation['input']['params']): Json[] =>
    (schema === undefined ? [] : propertiesOf(schema)).map((property) => ({
      name: property.name,
      in: where,
      required: where === 'path' || property.required,
      schema: property.schema,
    }))
  return [...part('path', row.input.params), ...part('query', row.input.query)]
}

/** One problem response per status, naming the codes it can carry. */
function problemsOf(row: Operation): Json {
  const changes = row.method === 'get' ? [] : changeErrors
  const ofRight = row.right === 'anyone' ? [] : rightErrors
  const codes = [...new Set<ErrorCode>([...row.errors, ...ofRight, ...changes, ...edgeErrors])]
  const byStatus = Map.groupBy(codes, (code) => errors[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, told]) => [
      String(status),
      {
        description: told.map((code) => `\`${code}\`: ${errors[code].title}`).join('. '),
        ...(told.some((code) => errors[code].retry === 'after')
          ? { headers: { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } } }
          : {}),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

const examplesOf = (examples: readonly Example[], part: 'in' | 'out'): Json => {
  const given = examples.filter((example) => example[part] !== undefined)
  return given.length === 0 ? {} : { examples: Object.fromEntries(given.map((one) => [one.title, { value: one[part] }])) }
}

function successOf(row: Operation, components: Components): Json {
  const type = row.kind === 'sse' ? ['application/json', 'text/event-stream'] : ['application/json']
  const schema = collect(jsonSchemaOf(row.output, 'output'), components)
  const content = Object.fromEntries(
    type.map((name) => [
      name,
      name === 'text/event-stream' ? { schema: { type: 'string' } } : { schema, ...examplesOf(row.examples, 'out') },
    ]),
  )
  const answer = { description: row.summary, content }
  return { [String(row.status)]: answer, ...(row.alsoStatus === undefined ? {} : { [String(row.alsoStatus)]: answer }) }
}

function pathItem(id: string, row: Operation, components: Components): Json {
  const body = row.input.body
  return {
    operationId: id,
    tags: [id.split('.')[0]],
    summary: row.summary,
    ...(row.description === undefined ? {} : { description: row.description }),
    parameters: parametersOf(row),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: {
              'application/json': { schema: collect(jsonSchemaOf(body, 'input'), components), ...examplesOf(row.examples, 'in') },
            },
          },
        }),
    responses: { ...successOf(row, components), ...problemsOf(row) },
    ...(row.right === 'anyone' ? { security: [] } : { security: securityOf(row) }),
    'x-spark': {
      risk: row.risk,
      right: row.right,
      ...(row.orScope === undefined ? {} : { orScope: row.orScope }),
      ...(row.ownerOnly === true ? { ownerOnly: true } : {}),
    },
  }
}

const securitySchemes = {
  key: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key (sk-spark-...), made under Settings, Access. X-Api-Key is taken as well.',
  },
  keyHeader: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'The same key, for programs that send it so.' },
  session: { type: 'apiKey', in: 'cookie', name: 'spark_session', description: "The owner's sign-in, from POST /api/session." },
} as const

/** Any one of them is enough. By the policy in force an address at home may need none (`{}`). */
function securityOf({ right, ownerOnly }: Operation): Json[] {
  const byKey = ownerOnly === true ? [] : [{ key: [] }, { keyHeader: [] }]
  return [...byKey, { session: [] }, ...(right === 'see' || right === 'use' ? [{}] : [])]
}

function webhooksOf(components: Components): Json {
  const frame = collect(jsonSchemaOf(WebhookMessage, 'output'), components)
  const parameters = Object.entries(webhookHeaders).map(([name, description]) => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: { type: 'string' },
  }))
  return Object.fromEntries(
    Object.entries(contract.events)
      .filter(([, row]) => row.webhook)
      .map(([type, row]) => {
        const data = collect(jsonSchemaOf(row.payload, 'output'), components)
        const schema = { allOf: [frame, { properties: { type: { const: type }, data } }] }
        const sentence = (row.sentence as (payload: unknown) => string)(row.sample)
        const example = { type, timestamp: '2026-01-01T00:00:00.000Z', id: 501, sentence, data: row.sample }
        const content = { 'application/json': { schema, example } }
        return [type, { post: { parameters, requestBody: { content }, responses: { '2XX': { description: 'Taken' } } } }]
      }),
  )
}

/** The whole document. `rows` is the contract's table unless a test brings its own. */
export function openApiDocument(version: string, rows: Readonly<Record<string, Operation>> = contract.operations): Json {
  const components: Components = {}
  const paths: Record<string, Json> = {}
  for (const [id, row] of Object.entries(rows)) {
    const path = row.path.replace(/:([a-zA-Z]+)/g, '{$1}')
    paths[path] = { ...paths[path], [row.method]: pathItem(id, row, components) }
  }
  const webhooks = webhooksOf(components)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Spark Control',
      version,
      description: 'See the models on your DGX Sparks, switch between them, and serve them at one address. /v1 is passed through to vLLM.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    webhooks,
    components: {
      schemas: { ...components, Problem: problemSchema },
      securitySchemes,
    },
  }
}
