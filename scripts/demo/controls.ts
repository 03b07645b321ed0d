// How `scripts/break.ts` reaches the running demo: HTTP on loopback, found and opened by a file only this user may read.
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { FaultName, World } from '../../tests/sim/core/types.ts'

/** What break.ts may ask for; times in seconds of the one who watches. */
export type Order =
  | { readonly act: 'list' }
  | { readonly act: 'mend'; readonly fault: FaultName | null; readonly node: string | null }
  | { readonly act: 'freeze'; readonly node: string; readonly seconds: number }
  | { readonly act: 'reboot'; readonly node: string; readonly seconds: number }
  | {
      readonly act: 'break'
      readonly fault: FaultName
      readonly node: string | null
      readonly model: string | null
      readonly times: number | null
      readonly seconds: number | null
    }

export interface OrderAnswer {
  readonly sentence: string
  readonly broken: readonly string[]
}

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

function obey(world: World, order: Order): string {
  const scale = world.options.timeScale
  const simulated = (seconds: number): number => Math.round((seconds * 1000) / scale)
  if (order.act === 'list') return ''
  if (order.act === 'mend') {
    const all = order.fault === null ? world.faults().map((fault) => fault.name) : [order.fault]
    for (const name of all) world.clearFault(name, order.node ?? undefined)
    return all.length === 0 ? 'Nothing was broken.' : `Mended: ${all.join(', ')}.`
  }
  if (order.act === 'freeze') {
    world.freeze(nodeOf(world, order.node), simulated(order.seconds))
    return `${order.node} is frozen for ${order.seconds} s.`
  }
  if (order.act === 'reboot') {
    world.reboot(nodeOf(world, order.node), simulated(order.seconds))
    return `${order.node} lost power and is back in ${order.seconds} s.`
  }
  world.setFault({
    name: order.fault,
    ...(order.node === null ? {} : { node: nodeOf(world, order.node) }),
    ...(order.model === null ? {} : { model: order.model }),
    ...(order.times === null ? {} : { times: order.times }),
    ...(order.seconds === null ? {} : { forMs: simulated(order.seconds) }),
  })
  return `${order.fault} is on.`
}

function nodeOf(world: World, name: string): string {
  const names = world.options.nodes.map((node) => node.name)
  if (!names.includes(name)) throw new Error(`There is no "${name}". There are ${names.join(' and ')}.`)
  return name
}

function brokenNow(world: World): readonly string[] {
  const faults = world
    .faults()
    .map(({ name, node, model, times }) =>
      [
        name,
        node === undefined ? 'anywhere' : `on ${node}`,
        ...(model === undefined ? [] : [`for ${model}`]),
        times === undefined ? 'until mended' : `${times} more`,
      ].join(', '),
    )
  const away = world.options.nodes
    .filter((node) => !world.isReachable(node.name))
    .map((node) => `${node.name} is ${world.reach(node.name)}`)
  return [...faults, ...away]
}
