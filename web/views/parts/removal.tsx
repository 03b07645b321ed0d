// What cannot be undone from here asks for a name first.

/** Undefined: not asked yet. `wrong`: another name was typed. */
export type Removal = { readonly wrong: boolean } | undefined

interface TypedNameProps {
  /** What it is typed for: "remove it". */
  readonly act: string
  readonly name: string
  readonly removal: Removal
}

export function TypedName({ act, name, removal }: TypedNameProps) {
  const wrong = removal?.wrong === true
  return (
    <div class="field">
      <label for="typed-name">
        To {act}, type its name: <strong>{name}</strong>
      </label>
      <input id="typed-name" name="name" autocomplete="off" required aria-invalid={wrong ? 'true' : undefined} />
      {wrong ? <span class="hint">That is not its name. Nothing was removed.</span> : null}
    </div>
  )
}

interface TakeOffProps {
  readonly of: { readonly name: string; readonly links: { readonly page: string } }
  readonly removal: Removal
}

/** Of what runs on a machine: its row goes, itself is not touched. */
export function TakeOffList({ of: { name, links }, removal }: TakeOffProps) {
  return (
    <details class="more" open={removal !== undefined}>
      <summary>Take it off the list</summary>
      <form class="card stack" method="post" action={`${links.page}/removal`}>
        <p>Spark Control forgets {name} and how it was. It goes on running; you can add it again.</p>
        <TypedName act="take it off" name={name} removal={removal} />
        <p>
          <button type="submit" class="button danger">
            Take {name} off the list
          </button>
        </p>
      </form>
    </details>
  )
}
