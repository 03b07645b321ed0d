// The small typed functions that make rows of the tables. A row is plain data; loops elsewhere turn rows into routes, pages and docs.
import type { z } from 'zod'
import type { Demand } from '../domain/access.ts'
import type { ErrorCode } from './errors.ts'

type Risk = 'read' | 'mutating' | 'disruptive' | 'destructive'

export interface OperationInput {
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
}

export interface Operation<Input extends OperationInput = OperationInput, Output extends z.ZodType = z.ZodType> extends Demand {
  /** `json`: one answer. `sse`: a stream of events (mounted by hand in http/, documented here). */
  readonly kind: 'json' | 'sse'
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** Hono style path, parameters as :name. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly input: Input
  readonly output: Output
  /** Status of success; `alsoStatus` for a second one the answer may choose, with the same kind of body. */
  readonly status: 200 | 201 | 202
  readonly alsoStatus?: 200 | 503
  readonly errors: readonly ErrorCode[]
  readonly risk: Risk
  /** At least one. A test reads every part of each through the schemas above. */
  readonly examples: readonly Example[]
}

export interface Example {
  readonly title: string
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  /** The body as sent; left out where none is. */
  readonly in?: unknown
  readonly out: unknown
}

/** What an operation is answered from: every part after its schema has read it. */
export type InputOf<Row extends Operation> = {
  readonly [Part in keyof Row['input']]: Row['input'][Part] extends z.ZodType ? z.output<Row['input'][Part]> : never
}

/** What a caller sends: every part before its schema has read it. */
export type AskOf<Row extends Operation> = {
  readonly [Part in keyof Row['input'] as MayLack<Row['input'][Part]> extends true ? never : Part]: Sent<Row['input'][Part]>
} & { readonly [Part in keyof Row['input'] as MayLack<Row['input'][Part]> extends true ? Part : never]?: Sent<Row['input'][Part]> }
type Sent<Part> = Part extends z.ZodType ? z.input<Part> : never
type MayLack<Part> = undefined extends Sent<Part> ? true : false

/** What an operation answers with. */
export type OutputOf<Row extends Operation> = z.output<Row['output']>

export function operation<const Input extends OperationInput, Output extends z.ZodType>(
  row: Operation<Input, Output>,
): Operation<Input, Output> {
  return row
}

export interface EventRow<Payload extends z.ZodObject = z.ZodObject> {
  readonly payload: Payload
  readonly sample: z.output<Payload>
  /** One sentence for Activity. */
  readonly sentence: (payload: z.output<Payload>) => string
  /** Fragments it makes stale: ids of http/live.ts. */
  readonly stale: readonly string[]
  readonly webhook: boolean
  readonly kind: 'switch' | 'machine' | 'model' | 'lock' | 'schedule' | 'service' | 'setting'
}

export function event<Payload extends z.ZodObject>(row: EventRow<Payload>): EventRow<Payload> {
  return row
}

export interface SettingRow<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema
  readonly default: z.output<Schema>
  readonly label: string
  readonly help: string
  readonly group: string
  readonly secret: boolean
  /** A name of an earlier installation, read at the first start that finds it if the setting was never set. What pins it: pinName(). */
  readonly env: string | null
  readonly control: 'text' | 'number' | 'toggle' | 'secret' | 'list'
  readonly unit: string | null
}

export function setting<Schema extends z.ZodType>(row: SettingRow<Schema>): SettingRow<Schema> {
  return row
}
