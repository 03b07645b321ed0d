// The fields of the recipe page, read as a form of a recipe.
import type { EnvField, FlagField, RecipeForm } from '../../domain/recipe-form.ts'

type Fields = Readonly<Record<string, string>>

const mostRows = 200

/** Numbers of the rows of this kind that are there, in order. */
function rowsOf(fields: Fields, kind: 'flag' | 'env'): readonly number[] {
  const numbers = Object.keys(fields).flatMap((name) => {
    const found = /^(flag|env)-(\d{1,3})-name$/.exec(name)
    return found?.[1] === kind ? [Number(found[2])] : []
  })
  return [...new Set(numbers)].sort((a, b) => a - b).slice(0, mostRows)
}

/** `dropped`: a row that the owner took away, as `flag-3` or `env-0`. */
export function formOfFields(fields: Fields, dropped: string | null = null): RecipeForm {
  const of = (name: string): string => fields[name] ?? ''
  const flags = rowsOf(fields, 'flag').map((row): FlagField & { row: number } => {
    const at = of(`flag-${row}-at`)
    return {
      row,
      name: of(`flag-${row}-name`),
      value: of(`flag-${row}-value`),
      reason: of(`flag-${row}-reason`),
      drawn: fields[`flag-${row}-drawn`],
      at: /^\d{1,3}$/.test(at) ? Number(at) : null,
    }
  })
  const env = rowsOf(fields, 'env').map((row): EnvField & { row: number } => ({
    row,
    name: of(`env-${row}-name`),
    value: of(`env-${row}-value`),
  }))
  return {
    title: of('title'),
    description: of('description'),
    nodes: of('nodes'),
    image: of('image'),
    port: of('port'),
    flags: flags.filter(({ row }) => `flag-${row}` !== dropped).map(({ row: _row, ...field }) => field),
    env: env.filter(({ row }) => `env-${row}` !== dropped).map(({ row: _row, ...field }) => field),
  }
}
