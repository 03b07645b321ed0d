/** The database cannot be used. `sentence` is for the owner: what is wrong, that nothing was overwritten, what to do. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly sentence: string

  constructor(sentence: string, options?: { cause?: unknown }) {
    super(sentence, options)
    this.sentence = sentence
  }
}
