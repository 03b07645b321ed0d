// The tables' schemas as JSON Schema 2020-12 (the dialect of OpenAPI 3.1). Schemas with an id become shared components.
import { z } from 'zod'

export type JsonSchema = Record<string, unknown>

export interface Component {
  readonly schema: JsonSchema
  readonly components: Readonly<Record<string, JsonSchema>>
}

/** A preprocessing step has no JSON form of its own: what is documented is what it feeds. */
function documented(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe && schema.in instanceof z.ZodTransform) return schema.out as z.ZodType
  return schema
}

const bookkeeping = new Set(['$schema', '$defs', 'id', '~standard'])

/** Shared schemas move to the document's components. `names`: this object's keys are property names, not keywords. */
function withComponentRefs(value: unknown, names = false): unknown {
  if (Array.isArray(value)) return value.map((inner) => withComponentRefs(inner))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => names || !bookkeeping.has(key))
      .map(([key, inner]) => [
        key,
        !names && key === '$ref' && typeof inner === 'string'
          ? inner.replace('#/$defs/', '#/components/schemas/')
          : withComponentRefs(inner, !names && key === 'properties'),
      ]),
  )
}

/** `io` input: what a caller may send (defaults are optional). output: what is answered (everything is there). */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): Component {
  const whole = z.toJSONSchema(documented(schema), { io, unrepresentable: 'any' }) as JsonSchema
  const defs = (whole['$defs'] ?? {}) as Record<string, JsonSchema>
  const components = Object.fromEntries(Object.entries(defs).map(([name, def]) => [name, withComponentRefs(def) as JsonSchema]))
  return { schema: withComponentRefs(whole) as JsonSchema, components }
}

/** Property schemas of an object part (params, query), each with whether it must be given. */
export function propertiesOf(schema: z.ZodObject): readonly { name: string; schema: JsonSchema; required: boolean }[] {
  const whole = jsonSchemaOf(schema, 'input').schema as { properties?: Record<string, JsonSchema>; required?: string[] }
  return Object.entries(whole.properties ?? {}).map(([name, property]) => ({
    name,
    schema: property,
    required: whole.required?.includes(name) ?? false,
  }))
}
