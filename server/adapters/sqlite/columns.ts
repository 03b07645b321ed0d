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

/** A column that is read far more often than it is written: the last few texts keep their value, which nobody may change. */
export function createColumnReader<Value>(most = 8): (text: string) => Value {
  const known = new Map<string, Value>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    if (known.size >= most) known.clear()
    const read = fromColumn<Value>(text)
    known.set(text, read)
    return read
  }
}

export function fromNullableColumn<Value>(text: string | null): Value | null {
  return text === null ? null : (JSON.parse(text) as Value)
}
