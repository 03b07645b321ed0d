// Two people or programs ask for a switch at the same instant, again and again: one launcher each time, and the other is told why not.
// By the API and by the page's form, for the same model and for different ones. A seed is who asks for what, and how.
import { pause } from '../bench/ground.ts'
import { readForm } from '../bench/switches.ts'
import type { Rig } from '../e2e/rig.ts'
import { gptOss, qwen3Small, qwen36 } from '../sim/core/demo-models.ts'
import { createPrng, type Prng } from '../sim/core/prng.ts'
import { servedOnce } from './page.ts'

export interface Pair {
  readonly ways: readonly ['api' | 'page', 'api' | 'page']
  readonly sameModel: boolean
  /** Status that the one who came too late was given. */
  readonly refused: number
  readonly launchers: number
}

interface Answer {
  /** Id of the switch; null: refused. */
  readonly won: string | null
  readonly status: number
}

/** Sends a prepared request. */
type Send = () => Promise<Answer>

const models = [gptOss.repo, qwen3Small.repo, qwen36.repo] as const
/** Two clicks are at most this far apart, ms. */
const apartMs = 15
const tooLateOnPage = 'Another switch started first. It goes on; this one was not started.'

/** Throws with the seed and the number of the pair when anything is not as promised. */
export async function askInPairs(
  rig: Rig,
  { seed, count, told }: { seed: number; count: number; told?: (pair: Pair) => void },
): Promise<Pair[]> {
  await servedOnce(rig, models)
  const pairs: Pair[] = []
  for (let index = 0; index < count; index += 1) {
    const pair = await askOnce(rig, createPrng(seed, `pair ${index}`)).catch((error: unknown) => {
      throw new Error(
        `seed ${seed}, pair ${index + 1} of ${count}: ${error instanceof Error ? error.message : String(error)}\n${rig.life().log()}`,
      )
    })
    pairs.push(pair)
    told?.(pair)
  }
  return pairs
}

async function askOnce(rig: Rig, random: Prng): Promise<Pair> {
  const others = models.filter((model) => rig.world.serving().every((one) => one.model !== model))
  const pick = (): string => others[Math.floor(random.next() * others.length)] ?? models[0]
  const way = (): 'api' | 'page' => (random.next() < 0.5 ? 'api' : 'page')
  const asked = [pick(), pick()] as const
  const ways = [way(), way()] as const
  const launchersBefore = rig.launches('exec').length
  const prepare = (index: 0 | 1): Promise<Send> => (ways[index] === 'api' ? byApi(rig, asked[index]) : byPage(rig, asked[index]))
  const [first, second] = [await prepare(0), await prepare(1)]
  const gapMs = random.next() < 0.5 ? 0 : random.between(0, apartMs)
  const answers = await Promise.all([first(), gapMs === 0 ? second() : pause(gapMs).then(second)])

  const won = answers.flatMap((answer) => (answer.won === null ? [] : [answer.won]))
  const lost = answers.find((answer) => answer.won === null)
  const [id] = won
  if (won.length !== 1 || id === undefined || lost === undefined) throw new Error(`${won.length} of two were accepted`)
  const swap = await rig.swapWhen(id, 'the one switch ends', (one) => one.state !== 'running', 120_000)
  if (swap.state !== 'succeeded') throw new Error(`the switch ended as ${JSON.stringify(swap, null, 2)}`)
  const launchers = rig.launches('exec').length - launchersBefore
  if (launchers !== 1) throw new Error(`${launchers} launchers for a pair`)
  const served = rig.world.serving().map((one) => one.model)
  if (served.length !== 1 || served[0] !== swap.model) throw new Error(`${served.join(' and ')} answers after a switch to ${swap.model}`)
  return { ways, sameModel: asked[0] === asked[1], refused: lost.status, launchers }
}

async function byApi(rig: Rig, model: string): Promise<Send> {
  return async () => {
    const answer = await fetch(`${rig.life().url}/api/swap`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, by: 'recap' }),
    })
    const body = (await answer.json()) as Readonly<Record<string, unknown>>
    if (answer.status === 202) return { won: String(body['id']), status: 202 }
    const sentences = [body['happened'], body['now'], body['next']]
    const isTold = sentences.every((one) => typeof one === 'string' && /^[A-Z].+\.$/s.test(one))
    const isRight = answer.status === 409 && body['code'] === 'swap_running' && Number(answer.headers.get('retry-after')) > 0
    if (!isRight || !isTold) throw new Error(`the program that came too late was told ${answer.status} ${JSON.stringify(body)}`)
    return { won: null, status: answer.status }
  }
}

async function byPage(rig: Rig, model: string): Promise<Send> {
  const { url } = rig.life()
  const form = await readForm(url, model)
  return async () => {
    const answer = await fetch(`${url}/swaps`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: url, accept: 'text/html' },
      body: form.toString(),
      redirect: 'manual',
    })
    const text = await answer.text()
    const id = /\/swaps\/([a-z0-9_-]+)$/.exec(answer.headers.get('location') ?? '')?.[1]
    if (answer.status === 303 && id !== undefined) return { won: id, status: 303 }
    if (answer.status !== 409 || !text.includes(tooLateOnPage))
      throw new Error(`the page that came too late says ${answer.status}:\n${text}`)
    return { won: null, status: answer.status }
  }
}
