// From the click to the launcher's first word, and from the engine's first 200 to the word "answering".
// Each switch starts from a stopped engine, so that making room has nothing to wait for.

import { parseHTML } from 'linkedom'
import type { Client } from '../../server/contract/client.ts'
import { qwen3Small, qwen36 } from '../sim/core/demo-models.ts'
import type { World } from '../sim/core/types.ts'
import { pause, until } from './ground.ts'

/** Times of one switch, ms since the epoch. */
export interface Timed {
  readonly click: number
  /** The answer to the click was there. */
  readonly answered: number
  /** The simulated Spark saw the launcher's argv. */
  readonly launched: number
  /** From here on /health answers 200. */
  readonly healthy: number
  /** The switch is written down as done; its event is in the same transaction. */
  readonly complete: number
}

/** Makes ready what the click needs, outside of the time that counts; then the click itself, which gives the switch's id. */
export type Click = (model: string) => Promise<() => Promise<string>>

/** By a program: POST /api/swap. */
export function clickByApi(client: Client): Click {
  return async (model) => async () => {
    const swap = await client['swaps.start']({ body: { model } })
    if (!('steps' in swap)) throw new Error('that was only a plan')
    return swap.id
  }
}

/** By a person: the form of the plan's page, sent as a browser sends it. */
export function clickOnPage(url: string): Click {
  return async (model) => {
    const form = await readForm(url, model)
    return () => sendForm(url, form)
  }
}

/** The fields of the plan's page, as a browser would send them. */
export async function readForm(url: string, model: string): Promise<URLSearchParams> {
  const page = await fetch(`${url}/swaps/new?model=${encodeURIComponent(model)}`, { headers: { accept: 'text/html' } })
  const { document } = parseHTML(await page.text())
  const form = document.querySelector('form[action="/swaps"]')
  if (form === null) throw new Error(`the plan of ${model} has no form (${page.status})`)
  const fields = [...form.querySelectorAll('input[type=hidden]')]
  return new URLSearchParams(fields.map((field) => [field.getAttribute('name') ?? '', field.getAttribute('value') ?? '']))
}

async function sendForm(url: string, form: URLSearchParams): Promise<string> {
  const answer = await fetch(`${url}/swaps`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: url, accept: 'text/html' },
    body: form.toString(),
    redirect: 'manual',
  })
  const id = /\/swaps\/([a-z0-9_-]+)$/.exec(answer.headers.get('location') ?? '')?.[1]
  if (id === undefined) throw new Error(`the click was answered with ${answer.status}: ${(await answer.text()).slice(0, 2000)}`)
  return id
}

const models = [qwen36.repo, qwen3Small.repo] as const

/** Switches `times` times, stopping the engine after each; the first, cold one is not counted. */
export async function timeSwitches(
  { world, client, clickFor }: { readonly world: World; readonly client: Client; readonly clickFor: Click },
  times: number,
): Promise<Timed[]> {
  const timed: Timed[] = []
  for (let round = 0; round <= times; round += 1) {
    const model = models[round % models.length] ?? qwen36.repo
    const click = await clickFor(model)
    // Not in step with anything that the appliance does by itself.
    await pause(100 + ((round * 137) % 400))
    const one = await timeOne(world, client, click)
    if (round > 0) timed.push(one)
    const stopped = await client['engine.stop']({ body: {} })
    await ended(client, stopped.id)
  }
  return timed
}

async function timeOne(world: World, client: Client, click: () => Promise<string>): Promise<Timed> {
  const before = world.argvLog.length
  const clicked = Date.now()
  const sent = click()
  const answered = sent.then(() => Date.now())
  const launch = await until('the launcher was called', () =>
    world.argvLog.slice(before).find((call) => call.tool === 'launch-cluster.sh' && call.argv.includes('exec')),
  )
  const serve = await until('something serves', () => world.serving()[0])
  const complete = await ended(client, await sent)
  return { click: clicked, answered: await answered, launched: launch.at, healthy: serve.since, complete }
}

/** When the switch ended; throws where it did not succeed. */
async function ended(client: Client, id: string): Promise<number> {
  const limit = Date.now() + 30_000
  for (;;) {
    const swap = await client['swaps.find']({ params: { id } })
    if (swap.state === 'succeeded' && swap.endedAt !== null) return Date.parse(swap.endedAt)
    if (swap.state !== 'running' || Date.now() > limit)
      throw new Error(`a switch did not succeed: ${JSON.stringify(swap.error ?? swap.state)}`)
    await pause(50)
  }
}
