// What ends with the life it belongs to.

/** Calls every `end` once the signal aborts; at once where it has aborted already. */
export function whenAborted(signal: AbortSignal, ...ends: readonly (() => void)[]): void {
  const endAll = (): void => {
    for (const end of ends) end()
  }
  if (signal.aborted) endAll()
  else signal.addEventListener('abort', endAll, { once: true })
}
