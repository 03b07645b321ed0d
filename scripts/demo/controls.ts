// How `scripts/break.ts` reaches the running demo: HTTP on loopback, found and opened by a file only this user may read.
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { World } from '../../tests/sim/core/types.ts'
import { brokenNow, type Order, type OrderAnswer, obey } from './orders.ts'

interface Key {
  readonly url: string
  readonly secret: string
}

const keyFile = (port: number): string => join(tmpdir(), `spark-control-demo-${userInfo().uid}-${port}.json`)

/** `port`: the demo's web port, by which break.ts tells demos apart. */
export async function openControls(world: World, port: number): Promise<{ stop(): Promise<void> }> {
  const secret = randomBytes(16).toString('hex')
  const server = createServer((request, response) => {
    void answer(request).then(
      (text) => response.end(text),
      (error: unknown) => {
        response.statusCode = 400
        response.end(JSON.stringify({ sentence: error instanceof Error ? error.message : String(error), broken: [] }))
      },
    )
  })
  async function answer(request: IncomingMessage): Promise<string> {
    if (request.headers['authorization'] !== `Bearer ${secret}`) throw new Error('not for you')
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const order = JSON.parse(Buffer.concat(chunks).toString()) as Order
    const sentence = obey(world, order)
    return JSON.stringify({ sentence, broken: brokenNow(world) } satisfies OrderAnswer)
  }
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const key: Key = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, secret }
  rmSync(keyFile(port), { force: true })
  writeFileSync(keyFile(port), JSON.stringify(key), { mode: 0o600, flag: 'wx' })
  return {
    async stop() {
      rmSync(keyFile(port), { force: true })
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

/** Sends an order to the demo at that web port; null when there is none. */
export async function sendOrder(port: number, order: Order): Promise<OrderAnswer | null> {
  let key: Key
  try {
    key = JSON.parse(readFileSync(keyFile(port), 'utf8')) as Key
  } catch {
    return null
  }
  const answer = await fetch(key.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.secret}` },
    body: JSON.stringify(order),
  }).catch(() => null)
  return answer === null ? null : ((await answer.json()) as OrderAnswer)
}
