// The part of Go's templates that docker's --format is used with: {{json .}}, {{.Field}}, {{.A.B}}, {{json .Field}}, text between.

/** Fills a template from an object; an unknown field is Go's error, as a refusal. */
export function fillTemplate(
  template: string,
  row: Readonly<Record<string, unknown>>,
): { ok: true; text: string } | { ok: false; text: string } {
  let trouble: string | null = null
  const body = template
    .replace(/^table /, '')
    .replace(/\\t/g, '\t')
    .replace(/\\n/g, '\n')
  const text = body.replace(/\{\{\s*(json\s+)?([^\s}]*)\s*\}\}/g, (whole, json: string | undefined, path: string) => {
    const value = path === '.' ? row : fieldAt(row, path)
    if (value === undefined) trouble ??= `template: :1: can't evaluate field ${path.replace(/^\./, '')} in ${whole}`
    return json !== undefined || typeof value === 'object' ? JSON.stringify(value) : String(value)
  })
  return trouble === null ? { ok: true, text } : { ok: false, text: trouble }
}

function fieldAt(row: Readonly<Record<string, unknown>>, path: string): unknown {
  return path
    .split('.')
    .slice(1)
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], row)
}
