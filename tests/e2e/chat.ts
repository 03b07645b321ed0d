// A chat request as an app sends it, whole and streamed.

interface Completion {
  readonly choices: readonly { readonly message: { readonly content: string } }[]
}

function ask(url: string, model: string, stream: boolean): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Good day' }] }),
  })
}

/** What the model said; throws with the answer when it is not 200. */
export async function chatText(url: string, model: string): Promise<string> {
  const answer = await ask(url, model, false)
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${answer.status}: ${text}`)
  return (JSON.parse(text) as Completion).choices[0]?.message.content ?? ''
}

export async function streamedText(url: string, model: string): Promise<string> {
  const answer = await ask(url, model, true)
  const events = (await answer.text()).trim().split('\n\n')
  if (answer.status !== 200 || events.at(-1) !== 'data: [DONE]') throw new Error(`${answer.status}: ${events.join(' ')}`)
  return events
    .slice(0, -1)
    .map((event) => JSON.parse(event.replace(/^data: /, '')) as { choices: { delta: { content?: string } }[] })
    .map((event) => event.choices[0]?.delta.content ?? '')
    .join('')
}
