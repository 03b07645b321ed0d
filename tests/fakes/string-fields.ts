// Every text that a program can send, read from the contract itself: a new one is on this list the moment it exists.
import type { z } from 'zod'
import type { Operation } from '../../server/contract/define.ts'
import { operations } from '../../server/contract/index.ts'
import { settings } from '../../server/contract/settings.ts'

interface Def {
  readonly type: string
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly element?: z.ZodType
  readonly options?: readonly z.ZodType[]
  readonly innerType?: z.ZodType
  readonly out?: z.ZodType
  readonly keyType?: z.ZodType
  readonly valueType?: z.ZodType
}

/** Paths of texts within a schema: `a.b`, `a[]` for members of a list, `a.*` for values and `a.<key>` for keys of a record. */
function textsOf(schema: z.ZodType, path: string): string[] {
  const def = (schema as unknown as { _zod: { def: Def } })._zod.def
  const inner = def.innerType ?? def.out
  if (inner !== undefined) return textsOf(inner, path)
  if (def.type === 'string') return [path]
  if (def.shape !== undefined) return Object.entries(def.shape).flatMap(([key, one]) => textsOf(one, `${path}.${key}`))
  if (def.element !== undefined) return textsOf(def.element, `${path}[]`)
  if (def.keyType !== undefined && def.valueType !== undefined) return [`${path}.<key>`, ...textsOf(def.valueType, `${path}.*`)]
  if (def.options !== undefined) return [...new Set(def.options.flatMap((one) => textsOf(one, path)))]
  return []
}

export function stringFields(table: Readonly<Record<string, Operation>> = operations): readonly string[] {
  const sent = Object.entries(table).flatMap(([id, row]) =>
    (['params', 'query', 'body'] as const).flatMap((part) => {
      const schema = row.input[part]
      return schema === undefined ? [] : textsOf(schema, `${id} ${part}`)
    }),
  )
  const set = Object.entries(settings).flatMap(([key, row]) => textsOf(row.schema, `setting ${key}`))
  return [...sent, ...set]
}
