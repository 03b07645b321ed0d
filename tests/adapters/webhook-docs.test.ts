// The examples for people who write receivers are run as they stand on the page.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { createWebhookSender } from '../../server/adapters/outbound/webhook-sender.ts'
import { signatureHeaders } from '../../server/adapters/outbound/webhook-signature.ts'
import { verifyExample } from '../../web/views/parts/webhook-example.tsx'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(new URL('../../docs/WEBHOOKS.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```js\n(.*?)```/gs)].map((found) => found[1] ?? '')
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const body = JSON.stringify({ type: 'swap_complete', id: 7, sentence: 'Qwen3 8B is answering.', data: {} })

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Runs a program as it is written; `said` is what it printed so far. */
function run(program: string, env: Record<string, string> = {}): { said: () => string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: root, env: { ...process.env, ...env } })
  children.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()))
  return { said: () => said, ended: new Promise((resolve) => child.once('close', resolve)) }
}

test('the six lines of the page of webhooks are those of docs/WEBHOOKS.md, and tell a message from a forgery', async () => {
  expect(examples[0]?.trim()).toBe(verifyExample)
  expect(verifyExample.split('\n')).toHaveLength(6)
  const headers = signatureHeaders({ messageId: 'evt_7_abc', at: Date.now(), body, secrets: [secret] })
  const asked = (came: string): string =>
    `const body = ${JSON.stringify(came)}, request = ${JSON.stringify({ headers })}\n${verifyExample.replace('whsec_...', secret)}`
  const good = run(asked(body))
  expect([await good.ended, good.said()]).toEqual([0, 'swap_complete Qwen3 8B is answering.\n'])
  const forged = run(asked(body.replace('8B', '9B')))
  expect([await forged.ended, forged.said()]).toEqual([1, expect.stringContaining('No matching signature found')])
}, 60_000)

test('the receiver of docs/WEBHOOKS.md takes what we send, once, and refuses everything else', async () => {
  const port = await freePort()
  const receiver = run(examples[1] ?? '', { WEBHOOK_SECRET: secret, PORT: String(port) })
  const url = `http://127.0.0.1:${port}/hook`
  const sender = createWebhookSender({ ownPorts: [], appliance: 'a1', version: '1.0.0' })
  const send = async (more: { readonly messageId?: string; readonly at?: number; readonly secrets?: readonly string[] }) =>
    (
      await sender.send(
        { url, messageId: 'evt_7_abc', at: Date.now(), body, secrets: [secret], rules: { allowPublic: false, ownNames: [] }, ...more },
        new AbortController().signal,
      )
    ).status
  const end = Date.now() + 30_000
  while ((await send({})) === null) if (Date.now() > end) throw new Error(`it does not listen: ${receiver.said()}`)
  expect(await send({})).toBe(204)
  expect(await send({ messageId: 'evt_8_abc' })).toBe(204)
  expect(await send({ secrets: [`whsec_${Buffer.alloc(32, 9).toString('base64')}`] })).toBe(401)
  expect(await send({ at: Date.now() - 600_000 })).toBe(401)
  expect(await send({ secrets: [`whsec_${Buffer.alloc(32, 9).toString('base64')}`, secret] })).toBe(204)
  expect((await fetch(url, { method: 'POST', body })).status).toBe(401)
  while (receiver.said().split('\n').length < 3)
    if (Date.now() > end) throw new Error(`it says only ${receiver.said()}`)
    else await new Promise((resolve) => setTimeout(resolve, 20))
  expect(receiver.said()).toBe('7 Qwen3 8B is answering.\n7 Qwen3 8B is answering.\n')
}, 60_000)

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
