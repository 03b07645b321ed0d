// The form of a recipe: what it is and where it runs, its flags and its environment, one row each.
import type { EnvField, FlagField, RecipeForm } from '../../../server/domain/recipe-form.ts'

interface Props {
  readonly form: RecipeForm
  /** What is said of each field, by its key. */
  readonly said: ReadonlyMap<string, string>
  readonly add: 'flag' | 'env' | null
}

export function RecipeFields({ form, said, add }: Props) {
  return (
    <>
      <Line name="title" label="Title" value={form.title} said={said} hint="How you recognise it." />
      <div class="fields">
        <Line
          name="nodes"
          label="Number of Sparks"
          value={form.nodes}
          said={said}
          numeric
          hint="1, or 2 for a model that one Spark cannot hold."
        />
        <Line name="port" label="Port" value={form.port} said={said} numeric hint="Empty: as the settings say." />
      </div>
      <Line name="image" label="Image" value={form.image} said={said} hint="The container image. Empty: as the settings say." />
      <input type="hidden" name="description" value={form.description} />
      <fieldset class="rows">
        <legend>Flags of vllm serve</legend>
        <p class="hint">Model, host, port and number of Sparks are added by Spark Control itself.</p>
        {form.flags.map((flag, at) => (
          <FlagRow flag={flag} at={at} said={said.get(`flag-${at}`) ?? ''} />
        ))}
        <FlagRow flag={{ name: '', value: '', reason: '', at: null }} at={form.flags.length} said="" focus={add === 'flag'} />
        <button type="submit" name="act" value="add-flag" class="button small">
          Add another flag
        </button>
      </fieldset>
      <fieldset class="rows">
        <legend>Environment</legend>
        {form.env.map((one, at) => (
          <EnvRow variable={one} at={at} said={said.get(`env-${at}`) ?? ''} />
        ))}
        <EnvRow variable={{ name: '', value: '' }} at={form.env.length} said="" focus={add === 'env'} />
        <button type="submit" name="act" value="add-env" class="button small">
          Add another variable
        </button>
      </fieldset>
    </>
  )
}

interface LineProps {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly said: ReadonlyMap<string, string>
  readonly hint: string
  readonly numeric?: boolean
}

const plain = { autocomplete: 'off', autocapitalize: 'off', spellcheck: false } as const

function Line({ name, label, value, said, hint, numeric = false }: LineProps) {
  const wrong = said.get(name) ?? ''
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        value={value}
        {...plain}
        inputmode={numeric ? 'numeric' : undefined}
        aria-describedby={`${name}-wrong ${name}-hint`}
        aria-invalid={wrong === '' ? undefined : 'true'}
      />
      <span class="said bad" id={`${name}-wrong`}>
        {wrong}
      </span>
      <span class="hint" id={`${name}-hint`}>
        {hint}
      </span>
    </div>
  )
}

interface RowProps {
  readonly at: number
  readonly said: string
  readonly focus?: boolean
}

function FlagRow({ flag, at, said, focus = false }: RowProps & { readonly flag: FlagField }) {
  const key = `flag-${at}`
  const marks = { ...plain, 'aria-describedby': `${key}-wrong`, 'aria-invalid': said === '' ? undefined : ('true' as const) }
  const which = flag.name === '' ? 'a new flag' : `--${flag.name}`
  return (
    <div class="row flag" id={key}>
      <input type="hidden" name={`${key}-drawn`} value={flag.reason} />
      <input type="hidden" name={`${key}-at`} value={flag.at === null ? '' : String(flag.at)} />
      <input
        name={`${key}-name`}
        value={flag.name}
        list="vllm-flags"
        placeholder="flag"
        aria-label={`Name of ${which}`}
        autofocus={focus}
        {...marks}
      />
      <input name={`${key}-value`} value={flag.value} placeholder="no value" aria-label={`Value of ${which}`} {...marks} />
      <Remove name={key} which={which} isThere={flag.name !== ''} />
      <input
        class="reason"
        name={`${key}-reason`}
        value={flag.reason}
        placeholder="why"
        aria-label={`Reason for ${which}`}
        autocomplete="off"
      />
      <span class="said bad" id={`${key}-wrong`}>
        {said}
      </span>
    </div>
  )
}

function EnvRow({ variable, at, said, focus = false }: RowProps & { readonly variable: EnvField }) {
  const key = `env-${at}`
  const marks = { ...plain, 'aria-describedby': `${key}-wrong`, 'aria-invalid': said === '' ? undefined : ('true' as const) }
  const which = variable.name === '' ? 'a new variable' : variable.name
  return (
    <div class="row" id={key}>
      <input name={`${key}-name`} value={variable.name} placeholder="NAME" aria-label={`Name of ${which}`} autofocus={focus} {...marks} />
      <input name={`${key}-value`} value={variable.value} placeholder="value" aria-label={`Value of ${which}`} {...marks} />
      <Remove name={key} which={which} isThere={variable.name !== ''} />
      <span class="said bad" id={`${key}-wrong`}>
        {said}
      </span>
    </div>
  )
}

function Remove({ name, which, isThere }: { readonly name: string; readonly which: string; readonly isThere: boolean }) {
  if (!isThere) return <span />
  return (
    <button type="submit" name="act" value={`drop-${name}`} class="button plain small" aria-label={`Remove ${which}`}>
      Remove
    </button>
  )
}
