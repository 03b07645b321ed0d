/** Words of the files that mean nothing to somebody who only wants to use the model. */
const technical: ReadonlySet<string> = new Set(['moe'])

/** What a model is good at. */
export function Tags({ words }: { readonly words: readonly string[] }) {
  return (
    <>
      {words
        .filter((word) => !technical.has(word))
        .map((word) => (
          <span class="tag">{word}</span>
        ))}
    </>
  )
}
