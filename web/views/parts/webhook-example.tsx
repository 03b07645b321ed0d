import { Copyable } from './code.tsx'

/** How a program makes sure that a message comes from here. docs/WEBHOOKS.md shows the same; a test runs it. */
export const verifyExample = `import { Webhook } from 'standardwebhooks' // npm install standardwebhooks
const hook = new Webhook('whsec_...') // the secret of this webhook

// Where POST /hook arrives, with the body as it came:
const event = hook.verify(body, request.headers) // throws at a forgery
console.log(event.type, event.sentence)`

export function VerifyExample() {
  return (
    <div class="stack tight example">
      <Copyable id="verify" label="Six lines that check a message">
        {verifyExample}
      </Copyable>
      <p class="quiet">
        Node.js, with the library of Standard Webhooks, which exists for Python, Go, Rust and others too. The OpenAI library does the same
        by <code>client.webhooks.unwrap(body, headers)</code>.
      </p>
    </div>
  )
}
