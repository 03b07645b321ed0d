// Somebody has Home open: the page, and the stream that keeps it true, read as fast as it comes.

/** Resolves once the first words have come; the function it gives leaves the page. */
export async function openHome(url: string): Promise<() => Promise<void>> {
  const leaving = new AbortController()
  await (await fetch(`${url}/`, { headers: { accept: 'text/html' } })).text()
  const answer = await fetch(`${url}/live?page=home`, { headers: { accept: 'text/event-stream' }, signal: leaving.signal })
  const reader = answer.body?.getReader()
  if (!answer.ok || reader === undefined) throw new Error(`the stream of Home is answered with ${answer.status}`)
  await reader.read()
  const reading = (async () => {
    while (!(await reader.read()).done);
  })().catch(() => undefined)
  return async () => {
    leaving.abort()
    await reading
  }
}
