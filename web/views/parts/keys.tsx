/** What the keys do. None of them starts or stops anything; they can be switched off (WCAG 2.1.4). */
export function KeysDialog() {
  return (
    <dialog id="keys" aria-labelledby="keys-title">
      <h2 id="keys-title" tabindex={-1} autofocus>
        Keys
      </h2>
      <dl class="keys">
        <dt>g h</dt>
        <dd>Home</dd>
        <dt>g m</dt>
        <dd>Models</dd>
        <dt>g s</dt>
        <dd>Machines</dd>
        <dt>g a</dt>
        <dd>Activity</dd>
        <dt>g t</dt>
        <dd>Settings</dd>
        <dt>/</dt>
        <dd>Search</dd>
        <dt>?</dt>
        <dd>This list</dd>
      </dl>
      <label class="choice">
        <input type="checkbox" id="keys-off" /> Turn keys off in this browser
      </label>
      <form method="dialog">
        <button type="submit" class="button">
          Close
        </button>
      </form>
    </dialog>
  )
}
