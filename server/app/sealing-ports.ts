// How a secret is kept: the database holds it sealed, the key lies in a file beside it.

/** Seals a text so that a copy of the database alone does not tell it. */
export interface Sealer {
  /**
   * `what` names the one place that the secret belongs to, such as `setting:downloads.hubToken` or `webhook:<id>`: it opens nowhere else.
   * Raises sealing_key_unusable and storage_full, and then nothing was sealed: a secret that could not be opened again is not taken.
   */
  seal(what: string, text: string): string
  /**
   * The text, or null where it cannot be had: sealed with another key, for another place, or damaged. Such a secret counts as one that
   * must be entered again; what is stored stays as it is, so that the right key still opens it. Never rejects.
   */
  open(what: string, sealed: string): string | null
}
