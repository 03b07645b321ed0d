import type { ModView } from '../../../server/contract/operations/recipe-shapes.ts'
import { fileWords } from '../../../server/domain/launcher-mod.ts'
import { bytesInWords } from '../../../server/domain/words.ts'

/** What the mods of a recipe do, in their own text: before a yes the owner can read every byte that is text. */
export function Mods({ mods, open }: { readonly mods: readonly ModView[]; readonly open: boolean }) {
  if (mods.length === 0) return null
  const changed = mods.some((mod) => mod.changed.length > 0)
  return (
    <div class="stack tight mods">
      <p>
        <strong>
          It changes the container first: {mods.length === 1 ? 'a mod' : `${mods.length} mods`} of the launcher{' '}
          {mods.length === 1 ? 'runs' : 'run'} as root inside the container, before vLLM starts.
        </strong>{' '}
        {changed ? 'They are not what you confirmed before.' : ''}
      </p>
      {mods.map((mod) => (
        <details class="more" open={open && mod.changed.length > 0}>
          <summary>
            {mod.path}: {mod.files.length === 1 ? mod.files[0]?.path : `${mod.files.length} files`}
            {mod.changed.length === 0 ? '' : `. Changed since you confirmed it: ${fileWords(mod.changed)}`}
          </summary>
          <div class="stack">
            {mod.files.map((file) => (
              <ModFile file={file} changed={mod.changed.includes(file.path)} />
            ))}
            {mod.changed
              .filter((path) => mod.files.every((file) => file.path !== path))
              .map((path) => (
                <p>
                  <code>{path}</code> is no longer there.
                </p>
              ))}
          </div>
        </details>
      ))}
    </div>
  )
}

function ModFile({ file, changed }: { readonly file: ModView['files'][number]; readonly changed: boolean }) {
  return (
    <div class="stack tight">
      <p class="between">
        <span>
          <code>{file.path}</code>
          {changed ? ' (changed)' : ''}
        </span>
        <span class="quiet">
          {file.sizeBytes < 1000 ? `${file.sizeBytes} bytes` : bytesInWords(file.sizeBytes)}, {file.digest.slice(0, 12)}
        </span>
      </p>
      {file.text === null || file.sizeBytes === 0 ? (
        <p class="quiet">{file.sizeBytes === 0 ? 'It is empty.' : 'It is not text, or too much to show. Look at it on the Spark.'}</p>
      ) : (
        <pre class="log whole">{file.text}</pre>
      )}
      {file.cut && file.text !== null ? <p class="quiet">That is how it begins. The rest is on the Spark.</p> : null}
    </div>
  )
}
