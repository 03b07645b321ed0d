// Names, flags and settings that would do harm in a shell: refused with a sentence, or carried byte for byte to the launcher's argv.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../sim/doors-bench.ts'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
afterAll(() => rig?.close())

const model = 'openai/gpt-oss-20b'
const seed = 20260921
const harm = [
  '$(touch pwned)',
  '`touch pwned`',
  '; touch pwned #',
  '"; touch pwned; "',
  "'; touch pwned; '",
  '\n touch pwned\n',
  '&& touch pwned',
  '| tee pwned',
  '> pwned',
  '\\',
  '$HOME',
  '*',
  '{a,b}',
  '!!',
  '%s\\n',
  '~',
  '\t',
  '-',
  '--',
  '東京 🚀',
  'é\u0301',
  '\u202e',
  '\u0007',
]
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...harm), fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 12 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(''))
  .filter((text) => text.isWellFormed() && !text.includes('\0') && text.length > 0)

const send = (method: string, path: string, body: unknown): Promise<Response> =>
  fetch(`${rig.life().url}${path}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** A refusal is a problem with whole sentences; anything else fails. */
async function refusal(answer: Response): Promise<string> {
  const problem = (await answer.json()) as { code: string; happened: string; next: string }
  expect([answer.status >= 400 && answer.status < 500, answer.status]).toEqual([true, answer.status])
  for (const sentence of [problem.happened, problem.next]) expect(sentence).toMatch(/^\S[\s\S]*[.?]$/)
  return problem.code
}

/** Files a broken quote would have made, anywhere in a node's home. */
function harmDone(): string[] {
  return rig.door.machines.flatMap(({ home }) =>
    readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => /pwned/.test(name)),
  )
}

test('flag values of every kind reach the launcher byte for byte, through bash and a real sshd', async () => {
  const values = [...fc.sample(hostile, { seed, numRuns: 40 }), `${'x$(touch pwned)'.repeat(600)}`, '{"max_pixels": 2000000}', '']
  const overrides = Object.fromEntries(values.map((value, at) => [`hostile-${at}`, value]))
  const answer = await send('POST', '/api/swap', { model, overrides })
  expect(answer.status, await answer.clone().text()).toBe(202)
  const { id } = (await answer.json()) as { id: string }
  await until('the launcher is called', () => rig.launches('exec').length === 1)
  const argv = rig.launches('exec')[0]?.argv ?? []
  for (const [at, value] of values.entries()) {
    const name = `--hostile-${at}`
    const found = argv.findIndex((word) => word === name || word.startsWith(`${name}=`))
    const carried = argv[found] === name ? argv[found + 1] : argv[found]?.slice(name.length + 1)
    expect(carried).toBe(value)
  }
  await rig.client['swaps.cancel']({ params: { id } })
  await rig.swapWhen(id, 'it ended', (swap) => swap.state !== 'running', 60_000)
  expect(harmDone()).toEqual([])
}, 90_000)

test('names of models, recipes, machines and flags that are none are refused in a sentence', async () => {
  const names = fc.sample(hostile, { seed: seed + 1, numRuns: 25 })
  for (const name of names) {
    expect(['model_unknown', 'invalid_request']).toContain(await refusal(await send('POST', '/api/swap', { model: name.slice(0, 300) })))
    await refusal(await send('POST', '/api/swap', { model, recipe: name }))
    await refusal(await send('POST', '/api/swap', { model, overrides: { [`${name}$`]: '1' } }))
    await refusal(await send('POST', '/api/machines', { address: name, user: 'alice' }))
    await refusal(await send('POST', '/api/machines', { address: '192.0.2.9', user: `${name};` }))
    await refusal(await send('PUT', '/api/settings/engine.containerName', { value: `${name} x`, version: 0 }))
    await refusal(await send('PUT', '/api/settings/engine.image', { value: `${name} x`, version: 0 }))
    const page = await fetch(`${rig.life().url}/library/${encodeURIComponent(name)}`, { headers: { accept: 'text/html' } })
    expect(page.status).toBe(404)
    expect(await page.text()).not.toContain('<script>alert')
  }
  expect(rig.launches('exec')).toHaveLength(1)
}, 60_000)

test('a body that is too large, is no JSON or comes from elsewhere is refused before any work', async () => {
  const url = `${rig.life().url}/api/swap`
  const json = { 'content-type': 'application/json' }
  const status = async (init: RequestInit): Promise<number> => (await fetch(url, { method: 'POST', ...init })).status
  expect(await status({ headers: json, body: JSON.stringify({ model, why: 'x'.repeat(3_000_000) }) })).toBe(413)
  expect(await status({ headers: json, body: '{"model":' })).toBe(422)
  expect(await status({ headers: { 'content-type': 'text/plain' }, body: '{}' })).toBe(415)
  expect(await status({ headers: { ...json, origin: 'http://elsewhere.example' }, body: JSON.stringify({ model }) })).toBe(403)
  expect(rig.launches('exec')).toHaveLength(1)
})

test('folders of a machine with quotes and commands in them are looked for by exactly that name', async () => {
  const [machine] = (await rig.client['machines.list']()).machines
  const id = machine?.id ?? ''
  const home = rig.door.machines[0]?.home ?? ''
  for (const part of fc.sample(hostile, { seed: seed + 2, numRuns: 3 })) {
    const path = `${home}/${part.replaceAll(/[\n\r]/g, ' ')}`.slice(0, 900)
    await rig.client['machines.edit']({ params: { id }, body: { launcherPath: path, cachePath: path, modelFolders: [path] } })
    const seen = await rig.client['machines.check']({ params: { id } })
    expect(seen.state).toBe('reachable')
    expect(seen.cachePath).toBe(path)
    const survey = await rig.client['machines.survey']({ params: { id } })
    expect(survey.rows.find((row) => row.id === 'launcher')?.state).toBe('missing')
    await rig.client['models.scan']()
  }
  expect(harmDone()).toEqual([])
  expect(existsSync(join(home, 'pwned'))).toBe(false)
}, 60_000)
