// The codes by which Node, SQLite and undici tell failures apart.

/** Such as ENOENT; '' where the failure has none. */
export const failureCode = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

/** For a sentence: its code, else whatever it says of itself. */
export const failureWord = (error: unknown): string => failureCode(error) || String(error)
