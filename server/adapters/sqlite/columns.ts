// JSON columns: payloads that are written and read whole.

export function toColumn(value: unknown): string {
  return JSON.stringify(value)
}

/** For nullable columns: SQL NULL, not the text "null". */
export function toNullableColumn(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value)
}

export function fromColumn<Value>(text: string): Value {
  return JSON.parse(text) as Value
}

export function fromNullableColumn<Value>(text: string | null): Value | null {
  return text === null ? null : (JSON.parse(text) as Value)
}
